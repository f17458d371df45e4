"""The other mail program of a two-sided story: what the person does on the phone while we look away.

A blocking client on the standard library's imaplib; it is not ours, so it cannot share our mistakes.
"""

import contextlib
import datetime
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Self

imaplib._MAXLINE = 64 << 20  # type: ignore[attr-defined]  # a list of 100,000 UIDs is one line


class MailClient:
    """One session; use it in a `with`, or call `close`.

    Mailboxes are named as on a server without prefixes, levels by `/`, in modified UTF-7; `path` gives the real name.
    """

    def __init__(
        self, port: int, context: ssl.SSLContext | None, address: str, password: str, path: Callable[[str], str] = str
    ) -> None:
        """Without a context the port speaks plaintext."""
        self._path = path
        self.imap: imaplib.IMAP4 = (
            imaplib.IMAP4_SSL("localhost", port, ssl_context=context, timeout=120)
            if context
            else imaplib.IMAP4("127.0.0.1", port, timeout=120)
        )
        # imaplib sends a literal in a piece of its own, which would wait for the server's delayed acknowledgement.
        self.imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.imap.login(address, password)
        self.selected = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self.imap.logout()

    def append(
        self, mailbox: str, raw: bytes, flags: Iterable[str] = (), date: datetime.datetime | None = None
    ) -> int | None:
        """Store a message; its UID when the server says it (UIDPLUS)."""
        when = imaplib.Time2Internaldate(date or datetime.datetime.now(datetime.UTC))
        data = _ok(self.imap.append(self._quoted(mailbox), f"({' '.join(flags)})", when, raw))
        found = re.search(rb"APPENDUID \d+ (\d+)", data[0])
        return int(found[1]) if found else None

    def select(self, mailbox: str = "INBOX") -> None:
        _ok(self.imap.select(self._quoted(mailbox)))
        self.selected = mailbox

    def uids(self, mailbox: str, criteria: str = "ALL") -> list[int]:
        """The UIDs that a SEARCH finds, ascending."""
        self._at(mailbox)
        return sorted(int(uid) for uid in (_ok(self.imap.uid("SEARCH", criteria))[0] or b"").split())

    def flags(self, mailbox: str) -> dict[int, set[str]]:
        """UID -> flags of every message, without `\\Recent`, which belongs to the session that sees it first."""
        self._at(mailbox)
        rows = _ok(self.imap.uid("FETCH", "1:*", "(FLAGS)"))
        found = (re.search(rb"UID (\d+)", row) for row in rows if isinstance(row, bytes))
        lists = (re.search(rb"FLAGS \(([^)]*)\)", row) for row in rows if isinstance(row, bytes))
        pairs = zip(found, lists, strict=True)
        return {int(uid[1]): set(names[1].decode().split()) - {"\\Recent"} for uid, names in pairs if uid and names}

    def raw(self, mailbox: str, uid: int) -> bytes:
        """The whole message, without marking it as read."""
        self._at(mailbox)
        return bytes(_ok(self.imap.uid("FETCH", str(uid), "(BODY.PEEK[])"))[0][1])

    def flag(self, mailbox: str, uids: Iterable[int], flags: str, *, add: bool = True) -> None:
        """Set or remove flags, given as `\\Seen $Forwarded`."""
        self._at(mailbox)
        _ok(self.imap.uid("STORE", _set(uids), "+FLAGS" if add else "-FLAGS", f"({flags})"))

    def move(self, mailbox: str, uids: Iterable[int], destination: str) -> None:
        """By MOVE; where that is not offered, copied and deleted."""
        chosen = list(uids)
        self._at(mailbox)
        if "MOVE" in self.imap.capabilities:
            _ok(self.imap.uid("MOVE", _set(chosen), self._quoted(destination)))
        else:
            _ok(self.imap.uid("COPY", _set(chosen), self._quoted(destination)))
            self.delete(mailbox, chosen)

    def delete(self, mailbox: str, uids: Iterable[int]) -> None:
        """Gone for good: `\\Deleted` and UID EXPUNGE."""
        chosen = list(uids)
        self.flag(mailbox, chosen, "\\Deleted")
        _ok(self.imap.uid("EXPUNGE", _set(chosen)))

    def create_mailbox(self, mailbox: str) -> None:
        _ok(self.imap.create(self._quoted(mailbox)))

    def rename_mailbox(self, mailbox: str, name: str) -> None:
        _ok(self.imap.rename(self._quoted(mailbox), self._quoted(name)))

    def delete_mailbox(self, mailbox: str) -> None:
        _ok(self.imap.delete(self._quoted(mailbox)))

    def mailboxes(self) -> set[str]:
        """All names."""
        lines = (line for line in _ok(self.imap.list()) if isinstance(line, bytes))
        return {line.rsplit(b' "/" ', 1)[-1].strip(b'"').decode() for line in lines}

    def status(self, mailbox: str) -> dict[str, int]:
        """MESSAGES, UNSEEN, UIDNEXT, UIDVALIDITY and HIGHESTMODSEQ."""
        line = _ok(self.imap.status(self._quoted(mailbox), "(MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"))[0]
        return {name.decode(): int(value) for name, value in re.findall(rb"([A-Z]+) (\d+)", line)}

    def _quoted(self, mailbox: str) -> str:
        return '"' + self._path(mailbox).replace("\\", "\\\\").replace('"', '\\"') + '"'

    def _at(self, mailbox: str) -> None:
        """Be in a mailbox, and see what others have changed in it meanwhile."""
        if self.selected != mailbox:
            self.select(mailbox)
        else:
            _ok(self.imap.noop())


def _ok(answer: tuple[str, Any]) -> Any:
    status, data = answer
    if status != "OK":
        raise AssertionError(f"the mail server refused: {status} {data!r}")
    return data


def _set(uids: Iterable[int]) -> str:
    return ",".join(str(uid) for uid in uids)
