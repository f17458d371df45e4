"""What a click is, as requests on one person's connection: as the page's own scripts ask. Timed and noted, never raised
further: `Went` says that it did not work, and the person goes on."""

import html
import http.client
import json
import re
import time
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urljoin

from tests.load import record
from tests.load.letters import NUMBER
from tests.load.record import Record
from tests.servers.visitor import Answer, Visitor

ROW = re.compile(r'id="c(-?\d+)".*?<a href="(/message/(\d+)/[^"]*)"', re.DOTALL)
FRAME = re.compile(r'<iframe\b[^>]* src="([^"]+)"')
PANE = {"Region": "reader"}
LIST = {"Region": "list-pane"}
QUIETLY = {"X-Requested-With": "fetch"}


class Went(Exception):
    """It went wrong, and is noted. `answered` is False when nobody knows whether it was done."""

    def __init__(self, answered: bool) -> None:
        super().__init__()
        self.answered = answered


class Clicks:
    """One person's requests."""

    def __init__(self, visitor: Visitor, notes: Record) -> None:
        self.visitor = visitor
        self._notes = notes

    def get(self, kind: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask(kind, (200, 204), "GET", path, {}, headers or {})

    def post(self, kind: str, path: str, fields: Mapping[str, str], good: Iterable[int] = (200, 204)) -> Answer:
        return self._ask(kind, good, "POST", path, fields, QUIETLY)

    def _ask(
        self, kind: str, good: Iterable[int], method: str, path: str, fields: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> Answer:  # fmt: skip
        began = time.monotonic()
        try:
            post = method == "POST"
            answer = self.visitor.post(path, fields, headers) if post else self.visitor.get(path, headers)
        except (OSError, http.client.HTTPException) as error:
            self.visitor.close()
            self._notes.note(kind, began, record.fault(error))
            raise Went(answered=False) from error
        said = record.wrong(answer, good)
        self._notes.note(kind, began, said)
        if said:
            raise Went(answered=400 <= answer.status < 500)
        return answer

    def look_at(self, mailbox: int) -> dict[int, tuple[str, str]]:
        """The rows of a mailbox: number of the letter -> conversation, and the message's address."""
        return rows(self.get("list", f"/mailbox/{mailbox}/", LIST).text)

    def open(self, address: str) -> str:
        """The reading pane, which marks what it shows as read."""
        return self._ask("open and mark", (200,), "POST", address, {}, PANE).text

    def frame(self, address: str, pane: str) -> None:
        """The frame of an HTML body, if there is one."""
        if found := FRAME.search(pane):
            self.get("message body", urljoin(address, html.unescape(found[1])))

    def mark(self, address: str, **flags: int) -> None:
        path, _, query = address.partition("?")
        named = next(iter(flags))
        self.post(f"mark {named}", f"{path}flags?{query}", {name: str(value) for name, value in flags.items()})

    def archive(self, mailbox: int, thread: str) -> list[int]:
        """The keys that undo it."""
        answer = self.post("archive", f"/mailbox/{mailbox}/act?do=archive&c={thread}", {})
        undo: list[int] = json.loads(answer.body)["undo"]
        return undo

    def undo(self, changes: Iterable[int]) -> None:
        self.post("undo", "/undo?" + "&".join(f"change={key}" for key in changes), {})

    def search(self, words: str) -> None:
        self.get("search", f"/search?q={quote(words)}", LIST)

    def write(self, kind: str, **fields: str) -> None:
        """A draft that is saved, or a letter that is sent."""
        self.post(kind, "/compose/", fields, (200, 201))


def rows(page: str) -> dict[int, tuple[str, str]]:
    found = {}
    for piece in page.split("<li class=")[1:]:
        row, number = ROW.search(piece), NUMBER.search(piece)
        if row and number:
            found[int(number[1])] = (row[1], html.unescape(row[2]))
    return found
