"""Roundcube beside us: the same operations, as the requests that its own page sends, on a mailbox filled alike.

Its mailbox is another person's on the same Dovecot, so that neither program sees what the other one does there.
Not counted is the sender's photo, which its page asks for once a day and sender.
"""

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.bench.house import MAIL_SERVER, House, filled
from tests.bench.meter import Meter
from tests.servers.dovecot import User
from tests.servers.process import running
from tests.servers.roundcube import Roundcube
from tests.servers.visitor import Answer, Visitor

PAGE, CACHED = 50, 50
TOKEN = re.compile(r'"request_token":"([^"]+)"')
FRAMED = {"_framed": "1", "_caps": "pdf=1,flash=0,tiff=0,webp=1,pgpmime=0"}
#: For `roundcube.CONFIG` alone: mark while opening.
AT_ONCE = {"_at_once": "1"}


@dataclass
class Peer:
    """A signed-in person; `uids` are those of the mailboxes, newest first."""

    url: str
    visitor: Visitor
    meter: Meter
    uids: Mapping[str, list[int]]
    token: str

    def ask(self, action: str, **fields: str) -> str:
        """As the page's script asks: JSON in the answer."""
        return _ok(self.visitor.get(_address(action, **fields, _remote="1", _unlock="0"), self._headers))

    def post(self, action: str, **fields: str) -> str:
        body = {**fields, "_remote": "1", "_unlock": "0"}
        return _ok(self.visitor.post(_address(action, _framed="1"), body, self._headers))

    def frame(self, action: str, **fields: str) -> str:
        """As the preview frame is loaded."""
        return _ok(self.visitor.get(_address(action, **fields, **FRAMED)))

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"X-Roundcube-Request": self.token, "X-Requested-With": "XMLHttpRequest"}


def _address(action: str, **fields: str) -> str:
    return "/?" + urlencode({"_task": "mail", **fields, "_action": action})


def _ok(answer: Answer) -> str:
    assert answer.status == 200, f"{answer.status} {answer.location} {answer.text[:300]}"
    return answer.text


@contextlib.contextmanager
def ready(house: House, messages: int, extra: int) -> Iterator[Peer]:
    """Roundcube, and a mailbox like ours."""
    user = filled(house.dovecot, messages, extra, "peer")
    with house.dovecot.client(user) as client:
        uids = {name: client.uids(name)[::-1] for name in ("INBOX", "Letters", "Fresh", "News")}
    with running(Roundcube(house.dovecot)) as product, Visitor(product.url) as visitor:
        meter = Meter(lambda: {**product.cpu(), MAIL_SERVER: house.dovecot.cpu_seconds()})
        yield Peer(product.url, visitor, meter, uids, _sign_in(visitor, user))


def _sign_in(visitor: Visitor, user: User) -> str:
    """The token of the person's requests."""
    fields = {"_task": "login", "_action": "login", "_timezone": "UTC", "_user": user.address, "_pass": user.password}
    token = _token(visitor.get("/?_task=login"))
    answer = visitor.post("/?_task=login", {**fields, "_token": token})
    assert answer.status == 302, f"not signed in: {answer.status} {answer.text[:300]}"
    return _token(visitor.get("/?_task=mail&_mbox=INBOX"))


def _token(page: Answer) -> str:
    found = TOKEN.search(_ok(page))
    assert found, "a page without a token"
    return found[1]


def list_page(peer: Peer, mailbox: str, page: int) -> None:
    answer = peer.ask("list", _layout="widescreen", _mbox=mailbox, _page=str(page))
    assert "this.add_message_row(" in answer, answer[:300]


def list_first(peer: Peer) -> Callable[[], object]:
    return lambda: list_page(peer, "INBOX", 1)


def list_deep(peer: Peer) -> Callable[[], object]:
    """From half-way down on: pages that were shown before, so that its cache has their rows."""
    half = -(-len(peer.uids["INBOX"]) // PAGE) // 2
    pages = range(half + 1, half + 1 + min(half, CACHED))
    for page in pages:
        list_page(peer, "INBOX", page)
    turn = itertools.cycle(pages)
    return lambda: list_page(peer, "INBOX", next(turn))


def opening(mailbox: str, **fields: str) -> Callable[[Peer], Callable[[], object]]:
    """Open one message after the other in the preview frame; all of them were listed before."""

    def prepare(peer: Peer) -> Callable[[], object]:
        for page in range(-(-len(peer.uids[mailbox]) // PAGE)):
            list_page(peer, mailbox, page + 1)
        turn = itertools.cycle(peer.uids[mailbox])
        return lambda: _preview(peer, mailbox, next(turn), fields)

    return prepare


def _preview(peer: Peer, mailbox: str, uid: int, fields: Mapping[str, str]) -> None:
    answer = peer.frame("preview", _mbox=mailbox, _uid=str(uid), **fields)
    assert 'id="messagebody"' in answer, answer[:300]


def mark_as_read(peer: Peer) -> Callable[[], object]:
    turn = iter(peer.uids["Letters"])
    return lambda: _mark(peer, next(turn))


def _mark(peer: Peer, uid: int) -> None:
    answer = peer.post("mark", _mbox="Letters", _uid=str(uid), _flag="read", _quiet="1")
    assert '"last_flag":"SEEN"' in answer, answer[:300]


#: By the names of our operations.
OPERATIONS: Mapping[str, Callable[[Peer], Callable[[], object]]] = {
    "list page, first": list_first,
    "list page, half-way down": list_deep,
    "open a plain message, first time": opening("Letters"),
    "open a plain message, again": opening("Letters"),
    "open a 60 KB newsletter, first time": opening("News"),
    "open a 60 KB newsletter, again": opening("News"),
    "mark as read": mark_as_read,
    "open a plain message and mark it": opening("Fresh", **AT_ONCE),
}
