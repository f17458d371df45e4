"""What a person does, as plain HTTP requests on one connection, and what it may cost."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from tests.bench.house import House
from tests.servers.visitor import Answer

MESSAGE = re.compile(r'href="(/message/\d+/)')
NEXT = re.compile(r'<a\b(?=[^>]*rel="next")[^>]*href="([^"]+)"')
BODY = re.compile(r'<iframe\b[^>]*src="([^"]+)"')


@dataclass(frozen=True)
class Operation:
    """`prepare` returns the operation. `target` and `peer` are milliseconds of CPU, the mail server's included."""

    name: str
    prepare: Callable[[House, int], Callable[[], object]]
    target: float | None = None
    peer: float | None = None


def _ok(answer: Answer) -> Answer:
    assert answer.status in {200, 204}, f"{answer.status} {answer.location} {answer.text[:300]}"
    return answer


def mailbox_path(house: House, name: str) -> str:
    """The page of one of the person's mailboxes."""
    query = (
        "SELECT mailbox.id FROM imapbridge_mailbox mailbox JOIN accounts_mailaccount account"
        " ON account.id = mailbox.account_id WHERE account.address = %s AND mailbox.name = %s"
    )
    [(number,)] = house.product.rows(query, house.user.address, name)
    return f"/mailbox/{number}/"


def pages(house: House, path: str) -> Iterator[Answer]:
    """A mailbox page by page, following the plain link to the next one."""
    while True:
        answer = _ok(house.visitor.get(path))
        yield answer
        found = NEXT.search(answer.text)
        if not found:
            return
        path = urljoin(path, found[1].replace("&amp;", "&"))


def messages(house: House, name: str) -> list[str]:
    """The addresses of all messages in a mailbox, as its list shows them."""
    found = itertools.chain.from_iterable(
        MESSAGE.findall(page.text) for page in pages(house, mailbox_path(house, name))
    )
    return list(dict.fromkeys(found))


def list_first(house: House, _count: int) -> Callable[[], object]:
    path = mailbox_path(house, "INBOX")
    return lambda: _ok(house.visitor.get(path))


def list_deep(house: House, _count: int) -> Callable[[], object]:
    """Half-way down the mailbox, then on from there; a walk back to the middle when it comes to the end."""
    walk = pages(house, mailbox_path(house, "INBOX"))
    walked = list(walk)
    middle = itertools.cycle(_addresses(walked, mailbox_path(house, "INBOX"))[len(walked) // 2 :])
    return lambda: _ok(house.visitor.get(next(middle)))


def _addresses(walked: list[Answer], path: str) -> list[str]:
    """The address of every page of a walk."""
    links = (NEXT.search(page.text) for page in walked)
    return [path, *(urljoin(path, found[1].replace("&amp;", "&")) for found in links if found)]


def opening(mailbox: str) -> Callable[[House, int], Callable[[], object]]:
    """Open one message after the other: the page, and the body in its frame."""

    def prepare(house: House, _count: int) -> Callable[[], object]:
        turn = itertools.cycle(messages(house, mailbox))
        return lambda: open_message(house, next(turn))

    return prepare


def open_message(house: House, path: str) -> None:
    page = _ok(house.visitor.get(path))
    if frame := BODY.search(page.text):
        _ok(house.visitor.get(urljoin(path, frame[1].replace("&amp;", "&"))))


def mark_as_read(house: House, _count: int) -> Callable[[], object]:
    """The POST that the page sends when a message is opened, and its way to the mail server."""
    turn = iter(messages(house, "Letters"))
    return lambda: _ok(house.visitor.post(f"{next(turn)}flags", {"seen": "1"}, {"HX-Request": "true"}))


def nothing(house: House, _count: int) -> Callable[[], object]:
    return lambda: _ok(house.visitor.get("/health/live"))


OPERATIONS = [
    Operation("an empty answer", nothing),
    Operation("list page, first", list_first, target=8, peer=24),
    Operation("list page, half-way down", list_deep, target=8, peer=24),
    Operation("open a plain message, first time", opening("Letters"), target=6, peer=17),
    Operation("open a plain message, again", opening("Letters"), target=6, peer=17),
    Operation("open a 60 KB newsletter, first time", opening("News"), target=12, peer=30),
    Operation("open a 60 KB newsletter, again", opening("News"), target=12, peer=30),
    Operation("mark as read", mark_as_read, target=6, peer=16),
]
