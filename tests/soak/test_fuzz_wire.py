"""Hours of nonsense for the wire: `pytest tests/soak/test_fuzz_wire.py`, for SOAK_SECONDS (60).

What servers really say is mutated and spliced, and read by sessions in the middle of a command. Whatever comes, only
WireErrors may leave a session. The seed of a failure is in its message; SOAK_SEED plays it again.
"""

import os
import random
import time

import pytest

from imapbridge.errors import WireError
from imapbridge.terms.uids import UidSet
from imapbridge.wire.session import FetchItems, NewMessage, QresyncState, Section, Session
from imapbridge.wire.stream import Limits
from tests.imapbridge.wire import player

pytestmark = pytest.mark.soak

SPOKEN = [
    data for path in player.TRANSCRIPTS.glob("*.txt") for side, data in player.read(path.stem).turns if side == "S"
]
BITS = [
    b"(",
    b")",
    b'"',
    b"\\",
    b"\0",
    b"{",
    b"}",
    b"{3}\r\n",
    b"~{0}\r\n",
    b"NIL",
    b"\r\n",
    b"\n",
    b" ",
    b"[",
    b"]",
    b"* ",
    b"A1 OK x\r\n",
]
BITS += [
    b"* 1 FETCH (",
    b"ENVELOPE (",
    b"BODYSTRUCTURE (",
    b"BODY[",
    b"4294967296",
    b"-1",
    b"\xff",
    "é".encode(),
    b"+ \r\n",
    b"((((((((",
    b"*",
]
BITS += [
    b"* ESEARCH ",
    b"* VANISHED ",
    b"* LIST () ",
    b"[COPYUID 1 ",
    b"1:4294967295",
    b"=?utf-8?q?",
    b"%E2",
    b"'",
    b"* BYE\r\n",
]
COMMANDS = [
    lambda session: session.fetch(UidSet.range(1, None), FetchItems(flags=True, envelope=True, structure=True)),
    lambda session: session.select(b"INBOX", known=QresyncState(1, 1)),
    lambda session: session.list_mailboxes(),
    lambda session: session.search(),
    lambda session: session.thread(),
    lambda session: session.copy(UidSet.range(1, 9), b"x"),
    lambda session: session.store(UidSet.range(1, 9), add=["\\Seen"], unchanged_since=5),
    lambda session: session.open("tls"),
    lambda session: session.login("ann", "secret"),
    lambda session: session.prepare(),
    lambda session: session.idle(),
    lambda session: session.quota(),
    lambda session: session.namespace(),
    lambda session: session.fetch(UidSet.range(1, 9), BODIES),
    lambda session: session.move(UidSet.range(1, 9), b"x"),
    lambda session: session.append(b"x", [NewMessage(b"a"), NewMessage(b"b")]),
    lambda session: session.sort("DATE"),
    lambda session: session.status(b"INBOX"),
    lambda session: session.notify(),
    lambda session: session.open("starttls"),
    lambda session: session.authenticate_oauth("ann", "secret"),
]
BODIES = FetchItems(
    preview=True, email_id=True, thread_id=True, saved_at=True, gm_labels=True, header_fields=("References",),
    sections=[Section("1", 0, 99), Section("2", decoded=True)],
)  # fmt: skip
OFFERED = (
    "IMAP4rev1 CONDSTORE QRESYNC ENABLE ID ESEARCH LIST-EXTENDED LIST-STATUS UIDPLUS QUOTA NAMESPACE AUTH=PLAIN SASL-IR"
    " MOVE SORT NOTIFY BINARY PREVIEW OBJECTID SAVEDATE X-GM-EXT-1 MULTIAPPEND AUTH=XOAUTH2"
)


def nonsense(chance: random.Random) -> bytes:
    """A few things that servers say, damaged in a few places."""
    data = bytearray(b"".join(chance.choices(SPOKEN, k=chance.randint(1, 4))))
    for _ in range(chance.randint(0, 8)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice([0, 0, 1, 5, 40]))
        piece = bytes(data[at:end]) if chance.random() < 0.2 else chance.choice(BITS)
        data[at:end] = piece * chance.choice([1, 1, 1, 2, 300])
    return bytes(data)


def one(seed: int) -> None:
    chance = random.Random(seed)
    session = Session("imap.example.org", Limits(line=100_000, literal=10_000, responses=2000, octets=1_000_000))
    session.capabilities = frozenset(OFFERED.upper().split())
    session.enabled = frozenset({"QRESYNC", "CONDSTORE"})
    running = chance.choice(COMMANDS)(session)
    try:
        next(running)
        for _ in range(chance.randint(1, 5)):
            session.feed(nonsense(chance))
            while response := session.next_response():
                running.send(response)
        session.hear()
    except (WireError, StopIteration):
        pass
    session.take_events()


def test_only_wire_errors_come_out():
    if replay := os.environ.get("SOAK_SEED"):
        return one(int(replay))
    start, end = random.SystemRandom().getrandbits(40), time.monotonic() + float(os.environ.get("SOAK_SECONDS", "60"))
    done = 0
    while time.monotonic() < end:
        try:
            one(start + done)
        except Exception as error:  # noqa: BLE001 - any at all is what is looked for
            pytest.fail(f"SOAK_SEED={start + done}: {error!r}")
        done += 1
    assert done
    print(f"{done} rounds from seed {start}")
    return None
