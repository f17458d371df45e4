"""A second opinion: what IMAPClient 3 reads in the same octets, where it can read them at all."""

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from imapbridge.mime.headers import decode_text
from imapbridge.terms.part import Part
from imapbridge.wire import reading
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.stream import Raw

# IMAPClient keeps a backslash before a quote and stumbles over brackets, so neither is in what it is given.
WORDS = st.text(st.sampled_from("abc XYZ.,-_'<>@=?é会"), max_size=12).map(str.encode)
ADDRESS_WORD = st.text(st.sampled_from("abcXYZ019.-"), min_size=1, max_size=9).map(str.encode)


def nstring(value: bytes | None) -> bytes:
    return b"NIL" if value is None else b'"' + value + b'"'


NSTRING = st.one_of(st.none(), WORDS).map(nstring)
ADDRESS = st.tuples(NSTRING, ADDRESS_WORD, ADDRESS_WORD).map(
    lambda a: b"(%b NIL %b %b)" % (a[0], nstring(a[1]), nstring(a[2]))
)
ADDRESSES = st.one_of(
    st.just(b"NIL"), st.lists(ADDRESS, min_size=1, max_size=3).map(lambda some: b"(" + b"".join(some) + b")")
)
ENVELOPE = st.tuples(NSTRING, *[ADDRESSES] * 6, NSTRING, NSTRING).map(
    lambda fields: b'("Thu, 1 Feb 2024 03:04:05 +0100" ' + b" ".join(fields) + b")"
)
LEAF = st.sampled_from(
    [
        b'("text" "plain" ("charset" "utf-8" "format" "flowed") NIL NIL "7bit" 12 1 NIL NIL NIL NIL)',
        b'("text" "html" NIL NIL NIL "quoted-printable" 120 10 NIL ("inline" NIL) NIL NIL)',
        b'("image" "png" ("name" "a.png") "<i@x>" NIL "base64" 400 NIL ("attachment" ("filename" "a.png")) NIL NIL)',
        b'("application" "octet-stream" NIL NIL "a thing" "base64" 4294967296 NIL NIL NIL NIL)',
    ]
)
STRUCTURE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(
        lambda parts: b"(" + b"".join(parts) + b' "mixed" ("boundary" "b") NIL NIL NIL)'
    ),
    max_leaves=8,
)
FLAGS = st.lists(st.sampled_from([b"\\Seen", b"\\Flagged", b"$Forwarded", b"work", b"NonJunk"]), unique=True)


def ours(items: bytes, literal: bytes) -> Fetched:
    found = reading.parse(Raw(b"* 3 FETCH (" + items + b" BODY[1] \0)", (literal,)))
    assert isinstance(found, Fetched)
    return found


def theirs(items: bytes, literal: bytes) -> dict[bytes, object]:
    announced = b"3 (" + items + b" BODY[1] {%d}" % len(literal)
    return parse_fetch_response([(announced, literal), b")"], normalise_times=False)[7]


@given(FLAGS, ENVELOPE, STRUCTURE, st.integers(0, 2**62), st.binary(max_size=30))
def test_fetch(flags, envelope, structure, modseq, literal):
    items = b" ".join(
        [
            b"UID 7 FLAGS (" + b" ".join(flags) + b") MODSEQ (%d)" % modseq,
            b'INTERNALDATE " 1-Feb-2024 03:04:05 -0330" RFC822.SIZE 4294967297',
            b"ENVELOPE " + envelope + b" BODYSTRUCTURE " + structure,
        ]
    )
    we, they = ours(items, literal), theirs(items, literal)
    assert we.defects == ()
    assert we.flags == {flag.decode() for flag in they[b"FLAGS"]}
    assert (we.modseq, we.size) == (they[b"MODSEQ"][0], they[b"RFC822.SIZE"])
    assert we.internal_date == they[b"INTERNALDATE"]
    assert we.sections["1"] == they[b"BODY[1]"]
    compare_envelopes(we.envelope, they[b"ENVELOPE"])
    assert outline(we.structure) == their_outline(they[b"BODYSTRUCTURE"])


def compare_envelopes(we, they):
    assert we.date.astimezone(UTC).replace(tzinfo=None) == they.date.astimezone(UTC).replace(tzinfo=None)
    for our_text, their_octets in (
        (we.subject, they.subject),
        (we.in_reply_to, they.in_reply_to),
        (we.message_id, they.message_id),
    ):
        assert our_text == decode_text(their_octets or b"")
    for name in ("from_", "sender", "reply_to", "to", "cc", "bcc"):
        told = [f"{one.mailbox.decode()}@{one.host.decode()}" for one in getattr(they, name) or ()]
        assert [one.address for one in getattr(we, name)] == told
        names = [decode_text(one.name or b"") for one in getattr(they, name) or ()]
        assert [one.name or one.address for one in getattr(we, name)] == [
            address if name.lower() in ("", address.lower()) else name
            for name, address in zip(names, told, strict=True)
        ]


def outline(part: Part) -> object:
    if part.is_multipart:
        return [outline(child) for child in part.parts]
    return part.media_type, part.encoding, part.size, part.charset, part.content_id


def their_outline(body) -> object:
    if body.is_multipart:
        return [their_outline(child) for child in body[0]]
    params = dict(zip(body[2][::2], body[2][1::2], strict=True)) if body[2] else {}
    charset = params.get(b"charset", b"").decode()
    content_id = (body[3] or b"").decode().strip("<>")
    return f"{body[0].decode()}/{body[1].decode()}".lower(), body[5].decode(), body[6], charset, content_id


@pytest.mark.parametrize(
    "text",
    [
        b"* SEARCH 1 2 77",
        b"* SEARCH",
        b"* STATUS INBOX (MESSAGES 1)",
        b'* LIST (\\Noselect) "/" "a b"',
        b"* 5 EXISTS",
        b"* CAPABILITY A B",
    ],
)
def test_plain_responses(text):
    """The same words as IMAPClient's own reader finds in them."""
    from imapclient.response_parser import parse_response

    from imapbridge.wire.tokens import parse

    def normal(value):
        if isinstance(value, (list, tuple)):
            return [normal(item) for item in value]
        return b"%d" % value if isinstance(value, int) else value

    assert normal(parse_response([text[2:]])) == normal(parse(text[2:]))
