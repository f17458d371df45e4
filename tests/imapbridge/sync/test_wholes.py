"""Rows say of a conversation who wrote it and how many messages it has, wherever those lie."""

import json
from collections.abc import Callable, Iterator

import pytest

from imapbridge import actions, queries
from imapbridge.models import Mailbox, Message
from imapbridge.sync import mailboxes
from imapbridge.sync.wholes import MAX_PEOPLE, Place, readers_of, whole
from imapbridge.writing import writing
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import running
from tests.servers.mail_server import MailServer

INBOX, SENT, DRAFTS, TRASH = 1, 2, 3, 4
USES = {INBOX: "inbox", SENT: "sent", DRAFTS: "drafts", TRASH: "trash"}


def place(message: int, mailbox: int = INBOX, writer: str = "tomas@x.example") -> Place:
    return Place(7, message, message, mailbox, True, False, (), False, ("", writer), ())


@pytest.mark.parametrize(
    ("places", "use", "count", "people"),
    [
        ([place(1)], "inbox", 1, ["tomas@x.example"]),
        ([place(1), place(2, SENT, "noor@x.example")], "inbox", 2, ["tomas@x.example", "noor@x.example"]),
        ([place(1), place(2), place(2, SENT)], "inbox", 2, ["tomas@x.example"]),
        ([place(1), place(2, DRAFTS, "noor@x.example")], "inbox", 2, ["tomas@x.example"]),
        ([place(1), place(2, TRASH, "ines@x.example")], "inbox", 1, ["tomas@x.example"]),
        ([place(1), place(2, TRASH, "ines@x.example")], "trash", 2, ["tomas@x.example", "ines@x.example"]),
    ],
)
def test_what_counts_where(places: list[Place], use: str, count: int, people: list[str]) -> None:
    found = whole(places, USES, use)
    assert (found.messages, [address for _, address in found.people]) == (count, people)


@pytest.mark.parametrize(
    ("recipients", "shown"),
    [
        ({"to": [["", "ines@x.example"]], "cc": [["", "tomas@x.example"]]}, ["ines@x.example"]),
        ({"to": [], "cc": [["", "tomas@x.example"]], "bcc": [["", "ines@x.example"]]}, ["tomas@x.example"]),
        ({"bcc": [["", "ines@x.example"]]}, ["ines@x.example"]),
        ({}, []),
    ],
)
def test_whom_a_message_is_for(recipients: dict[str, list[list[str]]], shown: list[str]) -> None:
    assert [address for _name, address in readers_of(recipients)] == shown


def test_a_crowd_is_shown_by_its_first_and_newest() -> None:
    found = whole([place(n, writer=f"{n}@x.example") for n in range(40)], USES, "inbox")
    assert found.messages == 40
    assert [person[1] for person in found.people] == ["0@x.example", *(f"{n}@x.example" for n in range(29, 40))]
    assert len(found.people) == MAX_PEOPLE


# --- On a server ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running(Dovecot()) as server:
        yield server


def mail(sender: str, own: str, root: str = "") -> bytes:
    lines = [f"From: {sender}", "To: tomas@x.example", "Subject: Van", f"Message-ID: <{own}@x.example>"]
    lines += [f"References: <{root}@x.example>"] if root else []
    return "\r\n".join([*lines, "Date: Thu, 12 Mar 2026 10:42:00 +0000", "", "Words", ""]).encode()


def listed(story: Story, name: str = "INBOX") -> list[tuple[int, int, list[str]]]:
    """(messages in all, messages here, people) of every row."""
    rows = queries.conversations(story.mailbox(name).pk).rows
    return [(row.whole, row.total, [person[1] for person in json.loads(row.senders)]) for row in rows]


@pytest.fixture
def told(begin: Callable[[MailServer], Story], dovecot: Dovecot) -> Story:
    """A letter in INBOX, and its answer in Sent that came to the index later."""
    story = begin(dovecot)
    dovecot.append(story.user, "INBOX", mail("tomas@x.example", "a"))
    story.sync()
    assert listed(story) == [(1, 1, ["tomas@x.example"])]
    before = story.mailbox().state
    dovecot.append(story.user, "Sent", mail("noor@x.example", "b", "a"))
    story.sync()
    assert [row.whole for row in queries.changes(story.mailbox().pk, before).rows] == [2], "open pages learn of it"
    return story


def test_an_answer_shows_in_the_row_of_what_it_answers(told: Story) -> None:
    assert listed(told) == [(2, 1, ["tomas@x.example", "noor@x.example"])]
    assert listed(told, "Sent") == [(2, 1, ["tomas@x.example"])]
    told.assert_equal()


def test_what_is_thrown_away_counts_no_more_elsewhere(told: Story) -> None:
    sent = Message.objects.get(sender_address="noor@x.example")
    [change] = actions.trash(told.account.pk, [sent.pk], told.mailbox("Sent").pk)
    assert listed(told) == [(1, 1, ["tomas@x.example"])]
    assert listed(told, "Trash") == [(2, 1, ["tomas@x.example", "noor@x.example"])]
    actions.undo(told.account.pk, [change])
    assert listed(told) == [(2, 1, ["tomas@x.example", "noor@x.example"])]
    told.assert_equal()


def test_a_mailbox_that_is_gone_takes_its_messages_out_of_the_rows_of_others(told: Story, dovecot: Dovecot) -> None:
    told.phone.create_mailbox("Plans")
    dovecot.append(told.user, "Plans", mail("ines@x.example", "c", "a"))
    told.sync()
    assert [row[0] for row in listed(told)] == [3]
    told.phone.delete_mailbox("Plans")
    told.sync()
    assert [row[0] for row in listed(told)] == [2]
    told.assert_equal()


def test_a_mailbox_that_becomes_the_trash_counts_no_more(told: Story) -> None:
    told.account.special_uses = {"trash": "Sent"}
    told.account.save()
    with writing(told.account.pk):
        mailboxes.assign_uses(told.account.pk)
    assert Mailbox.objects.get(account=told.account, name="Sent").special_use == "trash"
    assert [row[0] for row in listed(told)] == [1]
