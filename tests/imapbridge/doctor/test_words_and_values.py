"""What is said of servers, pure: what they lack, the sentences, and a transcript that tells nobody's secrets."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imapbridge.doctor
from imapbridge.doctor import offered
from imapbridge.doctor.transcript import Transcript
from imapbridge.doctor.values import Area, Finding, Level, Report
from imapbridge.doctor.words import SENTENCES, sentence
from imapbridge.wire.quirks import ICLOUD, MICROSOFT, Profile
from imapbridge.wire.results import Selected
from tests.examples import examples

MODERN = frozenset(
    "CONDSTORE QRESYNC IDLE NOTIFY MOVE UIDPLUS SPECIAL-USE LIST-STATUS ESEARCH QUOTA".split()  # noqa: SIM905
)


def codes(capabilities: frozenset[str], profile: Profile | None = None) -> dict[str, Level]:
    chosen = profile or Profile()

    def has(name: str) -> bool:
        return name in capabilities - chosen.denied

    found = offered.findings(has, capabilities, chosen, polls=90, looks=30)
    return {one.code: one.level for one in found if one.level is not Level.FINE}


@pytest.mark.parametrize(
    ("lacks", "profile", "told"),
    [
        ("", None, {}),
        ("NOTIFY", None, {"no-notify": Level.NOTE}),
        ("QRESYNC", None, {"no-qresync": Level.NOTE}),
        ("QRESYNC CONDSTORE", None, {"no-condstore": Level.NOTE}),
        ("IDLE NOTIFY", None, {"no-idle": Level.WARNING}),
        ("MOVE UIDPLUS", None, {"no-move": Level.NOTE, "no-uidplus": Level.WARNING}),
        ("SPECIAL-USE", None, {"no-special-use": Level.NOTE}),
        ("QUOTA", None, {"no-quota": Level.NOTE}),
        ("", ICLOUD, {"no-condstore": Level.NOTE, "held-back": Level.NOTE, "few-connections": Level.NOTE}),
        ("", MICROSOFT, {"few-connections": Level.NOTE}),
    ],
)
def test_what_a_server_lacks(lacks: str, profile: Profile | None, told: dict[str, Level]) -> None:
    assert codes(MODERN - set(lacks.split()), profile) == told


@pytest.mark.parametrize(
    ("selected", "told"),
    [
        ({}, set()),
        ({"permanent_flags": frozenset({"\\Seen", "\\Flagged", "\\Deleted"})}, {"no-keywords"}),
        ({"permanent_flags": frozenset(), "read_only": True}, {"no-keywords", "no-flags", "read-only"}),
        ({"highest_modseq": None}, {"no-modseq"}),
        ({"uid_validity": None}, {"no-uidvalidity"}),
    ],
)
def test_what_an_inbox_lacks(selected: dict[str, object], told: set[str]) -> None:
    whole = {
        "uid_validity": 1,
        "highest_modseq": 7,
        "permanent_flags": frozenset({"\\Seen", "\\Flagged", "\\Deleted", "\\*"}),
    }
    found = offered.of_inbox(Selected(b"INBOX", **(whole | selected)), has_condstore=True)  # type: ignore[arg-type]
    assert {one.code for one in found} == told


def test_every_code_has_its_sentence() -> None:
    directory = Path(imapbridge.doctor.__file__).parent
    told = {
        code
        for path in directory.glob("*.py")
        if path.name != "words.py"
        for code in re.findall(r'(?:Level\.[A-Z]+, |_found\(|_finding\(Level\.[A-Z]+, )"([a-z-]+)"', path.read_text())
    }
    assert len(told) > 40
    assert told <= SENTENCES.keys()


def test_a_report_travels_and_its_worst_counts() -> None:
    finding = Finding(Area.READING, Level.NOTE, "no-idle", {"seconds": 90})
    assert "asked every 90 seconds" in sentence(finding)
    report = Report("ann@example.org", 1.0, (finding,), "C: A1 NOOP\n")
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report
    levels = {Level.FINE: 0, Level.NOTE: 0, Level.WARNING: 1, Level.FAULT: 2}
    for level, code in levels.items():
        assert Report("", 0.0, (finding, Finding(Area.READING, level, "x")), "").exit_code == code


SAID = """\
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Dovecot ready for bob@example.net.
C: A1 AUTHENTICATE PLAIN AGFubgBodW50ZXIy
S: A1 OK [CAPABILITY IMAP4rev1 IDLE] Logged in ann@example.org hunter2
C: A2 LOGIN "ann" "hunter2"
C: A3 LOGIN {3}
C: ann hunter2
S: + Go on, hunter2
C: A4 LIST "" "*" RETURN (SPECIAL-USE)
S: * LIST (\\HasNoChildren) "/" INBOX
S: * LIST (\\HasNoChildren) "/" "Divorce/2026"
S: * LIST () NIL {7}
S: Divorce
S:  rest
S: * STATUS "Divorce" (MESSAGES 3)
C: A5 SELECT INBOX
S: * FLAGS (\\Seen Divorce)
S: * OK [PERMANENTFLAGS (\\Seen Divorce \\*)] kept
C: A6 SELECT "Divorce"
C: A7 UID FETCH 1 (ENVELOPE)
S: * 1 FETCH (ENVELOPE ("date" "Divorce" (("X" NIL "carol" "example.net"))))
S: * QUOTAROOT INBOX "Divorce"
S: A7 NO carol@example.net is not here
"""


def test_a_transcript_keeps_what_nobody_else_may_read() -> None:
    transcript = Transcript("ann@example.org")
    transcript.hide("hunter2")
    for line in SAID.splitlines():
        octets = line[3:].encode() + b"\r\n"
        transcript.sent(octets) if line.startswith("C") else transcript.heard(octets)
    text = transcript.text
    for hidden in ("hunter2", "AGFub", "Divorce", "bob@", "carol", "DIVORCE"):
        assert hidden not in text
    for shown in (
        "C: A1 AUTHENTICATE PLAIN [...]", "ann@example.org", "[PERMANENTFLAGS (\\Seen [keyword] \\*)]",
        "C: A5 SELECT INBOX",
        '* LIST (\\HasNoChildren) "/" INBOX', '* LIST (\\HasNoChildren) "/" [mailbox]',
        "* STATUS [mailbox] (MESSAGES 3)",
        "[CAPABILITY IMAP4rev1 IDLE]", "C: A7 UID [...]", "* 1 FETCH [...]",
    ):  # fmt: skip
        assert shown in text, shown


def test_a_transcript_of_sending() -> None:
    transcript = Transcript("ann@example.org")
    transcript.hide("hunter2")
    for is_ours, line in (
        (False, "220 mail.example.org"), (True, "EHLO [127.0.0.1]"), (False, "250 AUTH PLAIN"),
        (True, "AUTH LOGIN YW5u"),
        (False, "334 UGFzc3dvcmQ6"), (True, "aHVudGVyMg=="), (False, "535 hunter2 is wrong for carol@example.net"),
    ):  # fmt: skip
        transcript.said(is_ours, line)
    said = [line.split(" ", 1)[1].strip() for line in transcript.text.splitlines() for line in [line.strip()]]
    assert said == [
        "S: 220 mail.example.org", "C: EHLO [127.0.0.1]", "S: 250 AUTH PLAIN", "C: AUTH LOGIN [...]", "S: 334 [...]",
        "C: [...]", "S: 535 [secret] is wrong for [address]",
    ]  # fmt: skip


@given(st.lists(st.binary(max_size=60), max_size=8), st.text("abcXYZ0189", min_size=8, max_size=12))
@settings(max_examples=examples(15))
def test_no_cut_and_no_octets_let_a_secret_out(pieces: list[bytes], secret: str) -> None:
    transcript = Transcript("ann@example.org")
    transcript.hide(secret)
    for piece in pieces:
        transcript.heard(b"* OK " + piece + secret.encode() + b"\r\n")
        transcript.sent(b"A1 NOOP " + secret.encode() + piece + b"\r\n")
    assert secret not in transcript.text
    assert all(char.isprintable() or char == "\n" for char in transcript.text)
