"""At the end: the mail servers, asked by a client that is not ours, and the mirror, compared with the ledgers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.load.house import House
from tests.load.ledger import Expected
from tests.load.letters import NUMBER
from tests.load.person import Person
from tests.servers.mail_client import MailClient

LINE = re.compile(rb"FLAGS \(([^)]*)\)")
SUBJECT = re.compile(rb"Subject: ([^\r\n]+)", re.IGNORECASE)
OWED = "SELECT count(*) FROM imapbridge_pendingchange WHERE confirmed_at IS NULL"
LEAVING = "SELECT count(*) FROM webmail_outgoing WHERE state IN ('waiting', 'sending')"
Place = tuple[str, frozenset[str]]


def wait_until_at_rest(house: House, deadline: float) -> None:
    """Until the mail servers have all that was done, and all that was sent has gone."""
    house.product.wait_until(lambda: house.product.rows(OWED) == [(0,)], "the mail server to have everything", deadline)
    house.product.wait_until(lambda: house.product.rows(LEAVING) == [(0,)], "all letters to have gone", deadline)


def differences(house: House, people: Sequence[Person], filled: int) -> list[str]:
    """Lost or doubled mail, and acknowledged actions that the server does not know of."""
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda person: list(_of_mailboxes(house, person, filled)), people)
        return [*(line for lines in found for line in lines), *_of_letters(house, people), *_of_drafts(house, people)]


def _of_mailboxes(house: House, person: Person, filled: int) -> Iterator[str]:
    with house.dovecot.client(person.user) as client:
        places, sent = _places(client)
    delivered = {number for number, taken in person.ledger.delivered.items() if taken}
    refused = person.ledger.delivered.keys() - delivered
    for number in {*range(filled), *delivered} | places.keys():
        there = places.get(number, [])
        if len(there) != 1 and not (number in refused and not there):
            yield f"{person.user.address}: letter {number} is there {len(there)} times"
        elif number in person.ledger.expected and number not in person.ledger.doubtful:
            yield from _unlike(person, number, person.ledger.expected[number], there)
    for subject, count in sent.items():
        if count != 1 and subject.startswith("Sent "):
            yield f"{person.user.address}: {count} copies of “{subject}”"


def _unlike(person: Person, number: int, expected: Expected, there: list[Place]) -> Iterator[str]:
    [(mailbox, flags)] = there
    found = Expected(mailbox, "\\Seen" in flags if expected.seen is not None else None, "\\Flagged" in flags)
    if found != expected:
        yield f"{person.user.address}: letter {number} is {found}, and should be {expected}"


def _places(client: MailClient) -> tuple[dict[int, list[Place]], Counter[str]]:
    """Where each letter is, with its flags; and how often each other subject is in Sent."""
    places: dict[int, list[Place]] = {}
    sent: Counter[str] = Counter()
    for mailbox in client.mailboxes():
        for subject, flags in _messages(client, mailbox):
            if found := NUMBER.search(subject):
                places.setdefault(int(found[1]), []).append((mailbox, flags))
            elif mailbox == "Sent":
                sent[subject] += 1
    return places, sent


def _messages(client: MailClient, mailbox: str) -> Iterator[tuple[str, frozenset[str]]]:
    client.select(mailbox)
    status, data = client.imap.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    assert status == "OK", status
    for row in data:
        if isinstance(row, tuple) and (flags := LINE.search(row[0])) and (subject := SUBJECT.search(row[1])):
            yield subject[1].decode(errors="replace").strip(), frozenset(flags[1].decode().split())


def _of_letters(house: House, people: Sequence[Person]) -> Iterator[str]:
    """An acknowledged letter arrived once, or is said to be unknown; any other arrived once at most."""
    arrived = Counter(str(one.message["Subject"]) for one in house.smtp.received)
    states = dict(house.product.rows("SELECT subject, state FROM webmail_outgoing"))
    for person in people:
        for subject, acknowledged in person.ledger.letters.items():
            count, state = arrived[subject], states.get(subject, "not there")
            if count > 1 or (acknowledged and count != 1 and state != "unknown"):
                yield f"“{subject}” arrived {count} times; it is said to be {state}"


def _of_drafts(house: House, people: Sequence[Person]) -> Iterator[str]:
    kept = {subject for (subject,) in house.product.rows("SELECT subject FROM webmail_draft")}
    for person in people:
        yield from (f"“{subject}” is lost" for subject in person.ledger.drafts - kept)


def unequal(house: House, people: Sequence[Person]) -> list[str]:
    """What verifyindex says of some accounts that are not equal to their servers."""
    said = []
    for person in people:
        try:
            house.product.manage("verifyindex", person.user.address)
        except AssertionError as failed:
            said.append(str(failed))
    return said
