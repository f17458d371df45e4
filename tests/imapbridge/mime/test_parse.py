from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import Message
from email.policy import compat32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.mime import parse as parsing
from imapbridge.mime.parse import Defect, parse
from imapbridge.terms.part import Part
from tests.examples import examples
from tests.mail import messages


def sections(root: Part) -> list[tuple[str, str]]:
    return [(part.section, part.media_type) for part in everything(root)]


def everything(part: Part) -> Iterator[Part]:
    yield part
    for child in part.parts:
        yield from everything(child)


def library_tree(message: Message) -> list[str]:
    """Media types in document order, as the standard library sees them."""
    return [part.get_content_type() for part in library_walk(message)]


def library_walk(message: Message) -> Iterator[Message]:
    """Like `walk`, but a delivery status is the leaf that it is in IMAP."""
    yield message
    if message.is_multipart() and message.get_content_type() != "message/delivery-status":
        for child in message.get_payload():
            yield from library_walk(child)


@pytest.mark.parametrize("name", messages.HONEST)
def test_same_structure_as_the_standard_library(name: str) -> None:
    raw = messages.HONEST[name]
    assert [part.media_type for part in everything(parse(raw).root)] == library_tree(
        email.message_from_bytes(raw, policy=compat32)
    )
    assert parse(raw).defects == ()


@pytest.mark.parametrize("name", messages.HONEST)
def test_same_octets_as_the_standard_library(name: str) -> None:
    raw = messages.HONEST[name]
    parsed = parse(raw)
    leaves = [part for part in everything(parsed.root) if not part.parts]
    theirs = [part for part in library_walk(email.message_from_bytes(raw, policy=compat32)) if not part.is_multipart()]
    shared = [part for part in leaves if part.media_type != "message/delivery-status"]
    assert len(shared) == len(theirs)
    for ours, other in zip(shared, theirs, strict=True):
        assert parsed.body_of(ours.section) == other.get_payload().encode("ascii", "surrogateescape")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", [("1", "text/plain")]),
        ("alternative", [("", "multipart/alternative"), ("1", "text/plain"), ("2", "text/html")]),
        (
            "outlook",
            [
                ("", "multipart/mixed"),
                ("1", "multipart/related"),
                ("1.1", "multipart/alternative"),
                ("1.1.1", "text/plain"),
                ("1.1.2", "text/html"),
                ("1.2", "image/png"),
                ("1.3", "image/png"),
                ("2", "application/pdf"),
            ],
        ),
        (
            "forwarded",
            [
                ("", "multipart/mixed"),
                ("1", "text/plain"),
                ("2", "message/rfc822"),
                ("", "multipart/alternative"),
                ("2.1", "text/plain"),
                ("2.2", "text/html"),
                ("3", "message/rfc822"),
                ("3.1", "text/plain"),
            ],
        ),
    ],
)
def test_section_numbers_are_those_of_imap(name: str, expected: list[tuple[str, str]]) -> None:
    assert sections(parse(messages.HONEST[name]).root) == expected


def test_a_part_is_described() -> None:
    logo = next(part for part in parse(messages.OUTLOOK).root.walk() if part.content_id == "logo@x")
    assert (logo.disposition, logo.filename, logo.encoding, logo.media_type) == (
        "inline",
        "logo.png",
        "base64",
        "image/png",
    )
    assert logo.size == len(parse(messages.OUTLOOK).body_of(logo.section))


def test_headers_are_kept_in_order() -> None:
    parsed = parse(messages.PLAIN)
    assert [name for name, _ in parsed.headers] == ["From", "To", "Date", "Subject"]
    assert parsed.header("SUBJECT") == b"Plain"
    assert parsed.header("absent") == b""


@pytest.mark.parametrize(
    ("name", "root", "body"),
    [
        ("empty", "text/plain", b""),
        ("only headers", "text/plain", b""),
        ("no headers", "text/plain", b"just words\r\n\r\nand more"),
        ("garbage between headers", "text/html", b"<p>x"),
        ("multipart without boundary", "text/plain", b"words"),
        ("multipart with an absent boundary", "text/plain", b"words"),
        ("nonsense type", "application/octet-stream", b"words"),
        ("old Mac line ends", "text/plain", messages.PLAIN.split(b"\r\n\r\n", 1)[1].replace(b"\r\n", b"\n")),
        ("mbox line first", "text/plain", messages.PLAIN.split(b"\r\n\r\n", 1)[1]),
    ],
)
def test_broken_messages_still_have_a_body(name: str, root: str, body: bytes) -> None:
    parsed = parse(messages.BROKEN[name])
    assert (parsed.root.media_type, parsed.root.section) == (root, "1")
    assert parsed.body_of("1") == body


@pytest.mark.parametrize(
    ("name", "defect"),
    [
        ("multipart without boundary", Defect.NO_BOUNDARY),
        ("multipart with an absent boundary", Defect.NO_BOUNDARY),
        ("boundary never closed", Defect.NOT_CLOSED),
        ("inner boundary never closed", Defect.NOT_CLOSED),
    ],
)
def test_defects_are_told(name: str, defect: Defect) -> None:
    assert parse(messages.BROKEN[name]).defects == (defect,)


def test_an_inner_part_ends_where_the_outer_ends() -> None:
    assert sections(parse(messages.BROKEN["inner boundary never closed"]).root)[-1] == ("2", "text/plain")
    assert [s for s, _ in sections(parse(messages.BROKEN["boundaries that begin alike"]).root)] == ["", "1", "1.1", "2"]


# --- Limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.threat("C4")
def test_five_thousand_parts_are_cut_and_told() -> None:
    parsed = parse(messages.many_parts(5000))
    assert len(parsed.root.parts) == parsing.MAX_PARTS
    assert parsed.defects == (Defect.PARTS_CUT,)
    assert parsed.body_of("1000") == b"part 999"


@pytest.mark.threat("C4")
@pytest.mark.parametrize("build", [messages.nested, messages.forwarded_deep])
def test_depth_is_cut_and_told(build: object) -> None:
    parsed = parse(build(5000))  # type: ignore[operator]
    assert Defect.DEPTH_CUT in parsed.defects
    assert len(list(everything(parsed.root))) <= parsing.MAX_DEPTH + 2


def test_headers_are_cut_and_told() -> None:
    parsed = parse(b"A: b\r\n" * 100_000 + b"\r\nbody")
    assert len(parsed.headers) == parsing.MAX_HEADER_LINES
    assert parsed.defects == (Defect.HEADERS_CUT,)
    assert parsed.body_of("1") == b"body"


def test_a_header_block_without_end_is_cut() -> None:
    parsed = parse(b"Subject: x\r\n" + b" y\r\n" * 200_000)
    assert Defect.HEADERS_CUT in parsed.defects
    assert sum(len(value) for _, value in parsed.headers) <= parsing.MAX_HEADERS


def test_lines_that_only_look_like_delimiters_are_counted() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\n" + b"--ab\n" * (parsing.MAX_MARKS + 10)
    assert Defect.PARTS_CUT in parse(raw).defects


def test_a_message_over_the_limit_shows_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_MESSAGE", 1000)
    parsed = parse(messages.PLAIN + b"x" * 2000)
    assert parsed.defects == (Defect.MESSAGE_CUT,)
    assert parsed.header("subject") == b"Plain"
    assert len(parsed.raw) == 1000


# --- Anything ---------------------------------------------------------------------------------------------------------

SEEDS = [*messages.HONEST.values(), *messages.BROKEN.values()]
SPLICES = st.sampled_from(
    [
        b"\r\n",
        b"\n\n",
        b"--b-mixed",
        b"--b-mixed--",
        b"Content-Type: multipart/mixed; boundary=",
        b"Content-Type: message/rfc822\n\n",
        b"\x00",
        b"\xff",
        b'"',
        b";",
        b"=?",
        b"base64",
        b"boundary=\n",
    ]
)


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(raw)))
        raw[at : at + draw(st.integers(0, 40))] = draw(SPLICES | st.binary(max_size=20))
    return bytes(raw)


@pytest.mark.threat("C4")
@settings(max_examples=examples(75))
@given(mutants() | st.binary(max_size=400))
def test_parse_never_raises_and_loses_no_range(raw: bytes) -> None:
    parsed = parse(raw)
    for part in everything(parsed.root):
        assert len(parsed.body_of(part.section)) >= 0
        assert Part.from_json(part.to_json()) == part
        part.filename.encode("utf-8")
    leaves = [part for part in everything(parsed.root) if not part.parts]
    assert all(part.size == len(parsed.body_of(part.section)) for part in leaves)
    assert len({part.section for part in leaves}) == len(leaves)
