"""Plays a written conversation against a session, without a socket.

A transcript is lines of `C: ` (what we must send) and `S: ` (what the server sends), each standing for a line with
CRLF; `<HH>` in a line is that octet, and `# key: value` lines at the top set the scene:

    # host: imap.example.org            # capabilities: IMAP4rev1 UIDPLUS
    # enabled: QRESYNC CONDSTORE        # selected: INBOX
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imapbridge.errors import WireError
from imapbridge.wire.session import Exchange, Selected, Session
from imapbridge.wire.state import Upgrade

TRANSCRIPTS = Path(__file__).parent / "transcripts"
_OCTET = re.compile(rb"<([0-9A-F]{2})>")


@dataclass
class Transcript:
    scene: dict[str, str] = field(default_factory=dict)
    turns: list[tuple[str, bytes]] = field(default_factory=list)
    """("C" or "S", octets), neighbours of one side joined."""

    @property
    def octets(self) -> int:
        return sum(len(data) for side, data in self.turns if side == "S")


def read(name: str) -> Transcript:
    return parse((TRANSCRIPTS / f"{name}.txt").read_text())


def parse(text: str) -> Transcript:
    found = Transcript()
    for line in text.splitlines():
        if match := re.fullmatch(r"# (\w+): (.*)", line):
            found.scene[match[1]] = match[2]
        elif line[:2] in ("C:", "S:"):
            data = _OCTET.sub(lambda octet: bytes.fromhex(octet[1].decode()), line[3:].encode()) + b"\r\n"
            if found.turns and found.turns[-1][0] == line[0]:
                data = found.turns.pop()[1] + data
            found.turns.append((line[0], data))
        else:
            assert not line or line.startswith("#"), f"not a line of a transcript: {line}"
    return found


def session_for(transcript: Transcript) -> Session:
    """A session as far as the scene says it has come."""
    scene = transcript.scene
    session = Session(scene.get("host", "imap.example.org"))
    session._learn_capabilities(frozenset(scene.get("capabilities", "IMAP4rev1").upper().split()))
    session.enabled = frozenset(scene.get("enabled", "").upper().split())
    if "selected" in scene:
        session.selected = Selected(scene["selected"].encode())
    return session


@dataclass
class Played:
    result: Any
    error: WireError | None
    session: Session
    upgrades: list[Upgrade]

    def outcome(self) -> tuple[object, ...]:
        """Everything that must not depend on how the octets were cut."""
        session = self.session
        return self.result, repr(self.error), list(session._events), session.capabilities, session.enabled


Commands = Callable[[Session], Exchange[Any]]


def play(transcript: Transcript, commands: Commands, cut: Callable[[bytes], Iterator[bytes]] | None = None) -> Played:
    """Run `commands` against the transcript; the server's octets are fed in the pieces that `cut` makes."""
    session = session_for(transcript)
    played = Played(None, None, session, [])
    running = commands(session)
    told = iter(_pieces(transcript, cut or (lambda data: iter([data]))))
    sent = b""
    try:
        step = next(running)
        while True:
            if isinstance(step, Upgrade):
                played.upgrades.append(step)
                step = next(running)
                continue
            sent += step
            while (response := session.next_response()) is None:
                sent = _hear(session, told, sent)
            step = running.send(response)
    except StopIteration as done:
        played.result = done.value
    except WireError as error:
        played.error = error
    rest = [piece for piece in told if piece[0] == "C" or piece[1].strip()]
    assert not rest or played.error, f"the conversation ended before {rest[0]!r}"
    return played


def _pieces(transcript: Transcript, cut: Callable[[bytes], Iterator[bytes]]) -> Iterator[tuple[str, bytes]]:
    for side, data in transcript.turns:
        if side == "C":
            yield side, data
        else:
            yield from ((side, piece) for piece in cut(data))


def _hear(session: Session, told: Iterator[tuple[str, bytes]], sent: bytes) -> bytes:
    """Feed the next piece of the server; what we sent must stand before it. Returns what is not checked yet."""
    for side, data in told:
        if side == "S":
            session.feed(data)
            return sent
        assert sent[: len(data)] == data, f"sent {sent!r}, expected {data!r}"
        sent = sent[len(data) :]
    raise AssertionError(f"still waiting for the server after sending {sent!r}")


def cut_at(position: int) -> Callable[[bytes], Iterator[bytes]]:
    """Cut the whole of what the server says once, after so many octets."""
    seen = 0

    def cut(data: bytes) -> Iterator[bytes]:
        nonlocal seen
        at = position - seen
        seen += len(data)
        if 0 < at < len(data):
            yield data[:at]
            data = data[at:]
        yield data

    return cut


def octet_by_octet(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))
