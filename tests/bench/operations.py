"""What a person does, as plain HTTP requests on one connection, and what it may cost."""

import html
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from tests.bench.house import House
from tests.servers.visitor import Answer

MESSAGE = re.compile(r'href="(/message/\d+/[^"]*)"')
OLDER = re.compile(r'<a class="older" id="older" href="([^"]+)"')
FRAME = re.compile(r'<iframe\b[^>]* src="([^"]+)"')
#: As the page's own scripts ask: for the rows below, for the reading pane, and to change without an answer.
ROWS = {"Region": "older"}
PANE = {"Region": "reader"}
QUIETLY = {"X-Requested-With": "fetch"}


Prepare = Callable[[House], Callable[[], object]]


@dataclass(frozen=True)
class Operation:
    """`prepare` returns the operation. `target` and `peer` are milliseconds of CPU, the mail server's included."""

    name: str
    prepare: Prepare
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


def addresses(house: House, name: str) -> list[str]:
    """The address of every page of a mailbox's list, found by following the plain link to the older ones; once."""
    if name in house.walked:
        return house.walked[name]
    found = house.walked[name] = [mailbox_path(house, name)]
    while link := _first(OLDER, _ok(house.visitor.get(found[-1]))):
        found.append(urljoin(found[-1], link))
    return found


def messages(house: House, name: str) -> list[str]:
    """The addresses of all messages in a mailbox, as its list shows them."""
    pages = (_ok(house.visitor.get(address)).text for address in addresses(house, name))
    found = itertools.chain.from_iterable(MESSAGE.findall(page) for page in pages)
    return list(dict.fromkeys(html.unescape(link) for link in found))


def list_first(house: House) -> Callable[[], object]:
    path = mailbox_path(house, "INBOX")
    return lambda: _ok(house.visitor.get(path))


def list_deep(headers: Mapping[str, str]) -> Prepare:
    """From half-way down the mailbox on, and from there again when it comes to the end."""

    def prepare(house: House) -> Callable[[], object]:
        found = addresses(house, "INBOX")
        turn = itertools.cycle(found[len(found) // 2 :])
        return lambda: _ok(house.visitor.get(next(turn), headers))

    return prepare


def opening(mailbox: str, headers: Mapping[str, str]) -> Prepare:
    """Open one message after the other: what the page asks for, and the body in its frame when it has one."""

    def prepare(house: House) -> Callable[[], object]:
        turn = itertools.cycle(messages(house, mailbox))
        return lambda: _open(house, next(turn), headers)

    return prepare


def _open(house: House, path: str, headers: Mapping[str, str]) -> None:
    _frame(house, path, house.visitor.get(path, headers))


def _frame(house: House, path: str, pane: Answer) -> None:
    if frame := _first(FRAME, _ok(pane)):
        _ok(house.visitor.get(urljoin(path, frame)))


def mark_as_read(house: House) -> Callable[[], object]:
    """The POST of the button that marks a message, and its way to the mail server."""
    turn = iter(messages(house, "Letters"))
    return lambda: _ok(house.visitor.post(_flags(next(turn)), {"seen": "1"}, QUIETLY))


def open_and_mark(house: House) -> Callable[[], object]:
    """What a click on an unread message costs altogether: the page posts, and that shows it and marks it."""
    turn = iter(messages(house, "Fresh"))
    return lambda: _open_and_mark(house, next(turn))


def _open_and_mark(house: House, path: str) -> None:
    _frame(house, path, house.visitor.post(path, {}, PANE))


def _flags(message: str) -> str:
    path, _, query = message.partition("?")
    return f"{path}flags?{query}"


def _first(pattern: re.Pattern[str], answer: Answer) -> str:
    found = pattern.search(answer.text)
    return html.unescape(found[1]) if found else ""


def nothing(house: House) -> Callable[[], object]:
    return lambda: _ok(house.visitor.get("/health/live"))


OPERATIONS = [
    Operation("an empty answer", nothing),
    Operation("list page, first", list_first, target=8, peer=24),
    Operation("list page, half-way down", list_deep({}), target=8, peer=24),
    Operation("list rows, half-way down", list_deep(ROWS)),
    Operation("open a plain message, first time", opening("Letters", PANE), target=6, peer=17),
    Operation("open a plain message, again", opening("Letters", PANE), target=6, peer=17),
    Operation("open a plain message, whole page", opening("Letters", {})),
    Operation("open a 60 KB newsletter, first time", opening("News", PANE), target=12, peer=30),
    Operation("open a 60 KB newsletter, again", opening("News", PANE), target=12, peer=30),
    Operation("mark as read", mark_as_read, target=6, peer=16),
    Operation("open a plain message and mark it", open_and_mark),
]
