"""The quick way through FETCH: what it reads is what the slow way reads, and what servers usually write it reads."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imapbridge.wire.fetched import fetched
from imapbridge.wire.tokens import parse
from imapbridge.wire.usual import usual
from tests.imapbridge.wire.test_against_imapclient import ENVELOPE, FLAGS, STRUCTURE

ANN = b'(("=?utf-8?q?=C3=84nn?=" NIL "ann" "x.org"))'
PLAIN = b'("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 797 19 NIL NIL NIL NIL)'
PDF = b'("application" "pdf" ("name" "a.pdf") "<c@x>" NIL "base64" 9 NIL ("attachment" ("filename" "b.pdf")) NIL NIL)'
DATE = b'"Fri, 27 Feb 2026 01:47:00 +0000"'
SENT = b'(%b "Hi \\"you\\"" %b %b %b (("A" NIL "a" "x.org")(NIL NIL "b" "y.org")) NIL NIL "<1@x>" "<2@x>")' % (
    DATE, ANN, ANN, ANN,
)  # fmt: skip
DOVECOT = (
    b'(UID 7 FLAGS (\\Seen Work) INTERNALDATE "27-Feb-2026 01:47:00 +0000" RFC822.SIZE 1234 PREVIEW "Dear all"'
    b" ENVELOPE %b BODYSTRUCTURE %b BODY[HEADER.FIELDS (REFERENCES LIST-ID)] \0)"
)
CYRUS = (
    b'(FLAGS () UID 7 INTERNALDATE " 7-Feb-2026 01:47:00 +0000" RFC822.SIZE 1 ENVELOPE %b BODYSTRUCTURE %b MODSEQ (9))'
)


def both(text: bytes, *literals: bytes):
    """What the quick way says, which must be what the slow way says, unless it leaves the response to that."""
    quick = usual(text, literals)
    assert quick is None or quick == fetched(parse(text, literals)[0])
    return quick


@pytest.mark.parametrize("written", [DOVECOT, CYRUS])
@pytest.mark.parametrize(
    "structure",
    [
        PLAIN,
        b'(%b%b "mixed" ("boundary" "b") NIL NIL NIL)' % (PLAIN, PDF),
        b'((%b("text" "html" NIL NIL NIL "quoted-printable" 9 1) "alternative" ("boundary" "b"))%b "mixed")'
        % (PLAIN, PDF),
        b'(%b "signed" ("protocol" "application/pgp-signature" "boundary" "b") ("inline" NIL))' % PLAIN,
    ],
)
def test_reads_what_is_usual(written: bytes, structure: bytes):
    found = both(written % (SENT, structure), b"References: <0@x>\r\n\r\n")
    assert found is not None
    assert found.uid == 7
    assert (found.envelope.subject, found.envelope.message_id) == ('Hi "you"', "<2@x>")
    assert [one.shown for one in found.envelope.from_ + found.envelope.to] == ["Änn", "A", "b@y.org"]


def test_texts_may_be_literals():
    text = b"(UID 7 PREVIEW \0 ENVELOPE (%b \0 %b NIL NIL NIL NIL NIL NIL \0) BODY[1]<0> \0 BODY[2] NIL)" % (DATE, ANN)
    found = both(text, b"Dear", b"Hi", b"<2@x>", b"all")
    assert (found.preview, found.envelope.subject, found.envelope.message_id) == ("Dear", "Hi", "<2@x>")
    assert found.sections == {"1": b"all"}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"()", b"NIL", b"(UID 7", b"(UID 0)", b"(UID 7) x", b"(UID 7 )", b"(UID 7  FLAGS ())", b"(UID 7 X-NEW 9)",
        b'(INTERNALDATE "yesterday")', b"(BODY[1] \0)",
        b'(UID 7 ENVELOPE ("" "say "hi"" NIL NIL NIL NIL NIL NIL NIL NIL))',
        b'(BODYSTRUCTURE ("message" "rfc822" NIL NIL NIL "7bit" 9 %b %b 8))' % (SENT, PLAIN),
        b"(BODYSTRUCTURE (" + PLAIN * 600 + b' "mixed"))',
        b"(BODYSTRUCTURE " + b"(" * 30 + PLAIN + b' "mixed")' * 30 + b")",
    ],
)  # fmt: skip
def test_leaves_the_rest_to_the_slow_way(text: bytes):
    assert both(text) is None


@given(FLAGS, ENVELOPE, STRUCTURE)
def test_never_disagrees(flags: list[bytes], envelope: bytes, structure: bytes):
    assert both(b"(UID 7 FLAGS (%b) ENVELOPE %b BODYSTRUCTURE %b)" % (b" ".join(flags), envelope, structure))


@example(596, 0, b" ")
@given(
    st.integers(0, 900), st.integers(0, 3), st.sampled_from([b"", b" ", b'"', b"(", b")", b"\\", b"\0", b"NIL", b"9"])
)
def test_never_disagrees_on_what_is_damaged(at: int, cut: int, put: bytes):
    text = DOVECOT % (SENT, b'(%b%b "mixed" ("boundary" "b"))' % (PLAIN, PDF))
    both(text[:at] + put + text[at + cut :], b"References: <0@x>\r\n\r\n", b"x")


@pytest.mark.parametrize(
    "evil",
    [b'"', b'\\"', b"(", b'("" NIL "', b'("" NIL "" "") ', b"UID 7 ", b"BODY[", PLAIN, ANN, b'("a" "b" ("c" "d")'],
)
def test_takes_linear_time(evil: bytes):
    """In a megabyte of it, anything worse would not end."""
    much = evil * (1_000_000 // len(evil))
    for item in (
        b"",
        b"ENVELOPE ",
        b'ENVELOPE ("" "" ',
        b'ENVELOPE ("" "" (',
        b"BODYSTRUCTURE ",
        b"BODYSTRUCTURE (",
        b'PREVIEW "',
    ):
        both(b"(" + item + much)
