"""The IMAP server, asked over a connection of its own: who it is, whether it lets us in, what it offers, how far it is.

Opens INBOX, fetches nothing and changes nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from imapbridge.doctor import offered, peers
from imapbridge.doctor.peers import Patience
from imapbridge.doctor.transcript import Transcript
from imapbridge.doctor.values import Area, Finding, Level
from imapbridge.errors import CommandFailed, SignInRefused, WireError
from imapbridge.pool.credentials import Login
from imapbridge.pool.translation import translate
from imapbridge.wire.drivers import BlockingConnection, Server
from imapbridge.wire.results import ListedMailbox

FAR = 300
"""Milliseconds for an answer, above which a person notices."""
FULL = 95
"""Percent of a quota."""
POLLS = 90
"""Seconds between two syncs that the clock asks for (see `CELERY_BEAT_SCHEDULE`)."""
LOOKS = 30
"""Between two looks at the other mailboxes, while somebody is there (see `bridge.listening`)."""


class Reader:
    """One look at a server. `listed`: its mailboxes with their counts, once they are known."""

    def __init__(self, server: Server, login: Login | None, transcript: Transcript, patience: Patience) -> None:
        self._server = server
        self._login = login
        self._transcript = transcript
        self._patience = patience
        self.listed: list[ListedMailbox] = []

    def look(self) -> Iterator[Finding]:
        self._transcript.note(f"IMAP: {self._server.host}, port {self._server.port}")
        yield from peers.whereto(Area.READING, self._server)
        began = time.monotonic()
        try:
            connection = _traced(self._transcript).connect(self._server, timeout=self._patience.left)
        except WireError as error:
            yield peers.refusal(Area.READING, self._server, error)
            return
        with connection:
            yield _found("connected", milliseconds=_since(began))
            try:
                yield from self._inside(connection)
            except WireError as error:
                yield _found("broke-off", Level.FAULT, reason=str(error)[:200])

    def _inside(self, connection: BlockingConnection) -> Iterator[Finding]:
        yield from peers.link(Area.READING, self._server, connection.peer)
        if self._login is None:
            return
        self._transcript.hide(self._login.secret.reveal())
        began = time.monotonic()
        try:
            connection.run(self._login.sign_in(connection.session), timeout=self._patience.left)
        except CommandFailed as error:
            yield refused(Area.READING, self._server, error)
            return
        yield _found("signed-in", milliseconds=_since(began))
        yield from self._signed_in(connection)

    def _signed_in(self, connection: BlockingConnection) -> Iterator[Finding]:
        session = connection.session
        connection.run(session.prepare(), timeout=self._patience.left)
        yield from offered.findings(session.has, session.capabilities, session.profile, polls=POLLS, looks=LOOKS)
        yield _latency(connection, self._patience)
        self.listed = connection.run(session.list_mailboxes(status=True), timeout=self._patience.left)
        yield _found("mailboxes", count=sum(one.selectable for one in self.listed))
        # Not EXAMINE: what is kept there, and whether anything is, is told of a mailbox that may be written to.
        selected = connection.run(session.select(b"INBOX"), timeout=self._patience.left)
        yield from offered.of_inbox(selected, has_condstore=session.has("CONDSTORE"))
        if session.has("QUOTA"):
            yield from _quota(connection, self._patience)
        connection.run(session.logout(), timeout=self._patience.left)


def refused(area: Area, server: Server, error: CommandFailed) -> Finding:
    """Why it does not let us in. The server's own words stay in the transcript."""
    kind = translate(error, server.host)
    code = "sign-in-refused" if isinstance(kind, SignInRefused) else "sign-in-failed"
    return Finding(area, Level.FAULT, code, {"host": server.host, "reason": kind.code})


def _latency(connection: BlockingConnection, patience: Patience) -> Finding:
    took = []
    for _ in range(3):
        began = time.monotonic()
        connection.run(connection.session.noop(), timeout=patience.left)
        took.append(_since(began))
    median = int(statistics.median(took))
    return _found("latency", milliseconds=median) if median < FAR else _found("far", Level.NOTE, milliseconds=median)


def _quota(connection: BlockingConnection, patience: Patience) -> Iterator[Finding]:
    try:
        quotas = connection.run(connection.session.quota(), timeout=patience.left)
    except CommandFailed:
        return
    for used, limit in (one.resources["STORAGE"] for one in quotas if "STORAGE" in one.resources):
        if limit:
            percent = round(100 * used / limit)
            level = Level.FINE if percent < FULL else Level.WARNING
            code = "quota" if percent < FULL else "quota-full"
            yield _found(code, level, percent=percent, megabytes=limit // 1024)


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _found(code: str, level: Level = Level.FINE, **facts: str | int) -> Finding:
    return Finding(Area.READING, level, code, facts)


def _traced(transcript: Transcript) -> type[BlockingConnection]:
    class Traced(BlockingConnection):
        """Says everything to the transcript as well."""

        def _send(self, data: bytes, deadline: float) -> None:
            transcript.sent(data)
            super()._send(data, deadline)

        def _read(self, deadline: float) -> bytes:
            data = super()._read(deadline)
            transcript.heard(data)
            return data

    return Traced
