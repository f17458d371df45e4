"""ENVELOPE and BODYSTRUCTURE, as the standard has them and as servers send them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms.envelope import Address
from imapbridge.terms.part import Part
from imapbridge.wire.envelope import envelope
from imapbridge.wire.structure import MAX_PARTS, structure
from imapbridge.wire.tokens import parse
from imapbridge.wire.usual import usual

ANN = '("Ann" NIL "ann" "x.org")'


def read_envelope(text: str):
    slow = envelope(parse(text.encode())[0])
    quick = usual(f"(ENVELOPE {text})".encode())
    assert quick is None or quick.envelope == slow
    return slow


def read_structure(text: str) -> Part:
    slow = structure(parse(text.encode())[0])
    quick = usual(f"(BODYSTRUCTURE {text})".encode())
    assert quick is None or quick.structure == slow
    return slow


# --- ENVELOPE ---------------------------------------------------------------------------------------------------------


def test_a_whole_envelope():
    found = read_envelope(
        f'("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" ({ANN}) ({ANN}) ({ANN}) '
        '((NIL NIL "imap" "cac.edu")) '
        '((NIL NIL "minutes" "cn.us")("John =?utf-8?q?K=C3=B6nig?=" NIL "k" "mit.edu")) NIL '
        '"<1@x.org>" "<2@x.org>")'
    )
    ann = (Address("Ann", "ann@x.org"),)
    assert found.date.isoformat() == "1996-07-17T02:23:25-07:00"
    assert found.subject == "Grüße"
    assert (found.from_, found.sender, found.reply_to) == (ann, ann, ann)
    assert found.to == (Address("", "imap@cac.edu"),)
    assert found.cc == (Address("", "minutes@cn.us"), Address("John König", "k@mit.edu"))
    assert (found.bcc, found.in_reply_to, found.message_id) == ((), "<1@x.org>", "<2@x.org>")


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ("NIL", ()),
        ("()", ()),
        ('""', ()),
        ('(("Ann" "ann" "x.org"))', [("Ann", "ann@x.org")]),
        (
            '((NIL NIL "friends" NIL)(NIL NIL "a" "x.org")(NIL NIL "b" "y.org")(NIL NIL NIL NIL))',
            [("", "a@x.org"), ("", "b@y.org")],
        ),
        ('((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))', ()),
        ('(("Ann" NIL "ann" "MISSING_DOMAIN"))', [("Ann", "")]),
        ('((NIL NIL "ann" "MISSING_DOMAIN"))', [("ann", "")]),
        ('(("Ann" NIL "MISSING_MAILBOX" "MISSING_DOMAIN"))', [("Ann", "")]),
        ('(("Ann" NIL "ann" ".MISSING-HOST-NAME."))', [("Ann", "")]),
        ('(("ann@x.org" NIL "ann" "x.org"))', [("", "ann@x.org")]),
        ('(("A \\"B\\" \\\\ C" NIL "ann" "x.org"))', [('A "B" \\ C', "ann@x.org")]),
        ('(("Doe, John" "@a,@b" "john" "x.org"))', [("Doe, John", "john@x.org")]),
        ('(("Jörg" NIL "jörg" "bücher.example"))', [("Jörg", "jörg@bücher.example")]),
        ('((NIL NIL "" "x.org"))', ()),
        ('(("a" NIL "b"))', [("a", "")]),
        ('((("x") NIL "b" "c") ("a" NIL "b" "c" "d") "stray" NIL ("a"))', ()),
    ],
)
def test_addresses(addresses, expected):
    found = read_envelope(f'(NIL NIL {addresses} NIL NIL {addresses} NIL NIL NIL "<1@x>")')
    assert [(one.name, one.address) for one in found.to] == [*expected]
    assert found.from_ == found.to


@pytest.mark.parametrize(
    ("text", "subject", "message_id"),
    [
        ('(NIL "Hi" NIL NIL NIL NIL NIL NIL)', "Hi", ""),
        ('(NIL "Hi" NIL NIL NIL NIL NIL NIL NIL)', "Hi", ""),
        ('(NIL "Hi" NIL NIL NIL NIL NIL NIL NIL "<1@x>" "more" NIL)', "Hi", "<1@x>"),
        ('("" "" "" "" "" "" "" "" "" "")', "", ""),
        ('(nil ("a") nil nil nil nil nil nil ("b") ("c"))', "", ""),
        ('(NIL "say "hi" twice" NIL NIL NIL NIL NIL NIL NIL "<"a"@x>")', 'say "hi', ""),
        ('(NIL "Hi" NIL NIL NIL NIL NIL NIL NIL "<"a b"@x.org>")', "Hi", '<"a b"@x.org>'),
    ],
)
def test_envelopes_of_the_wrong_size(text, subject, message_id):
    found = read_envelope(text)
    assert found.subject == subject
    assert subject == 'say "hi' or found.message_id == message_id


@pytest.mark.parametrize("text", ["NIL", '"x"', "()", "(NIL NIL)"])
def test_no_envelope(text):
    with pytest.raises(ValueError, match="envelope"):
        envelope(parse(text.encode())[0])


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("Mon, 5 Jan 2026 10:00:01 +0100", "2026-01-05T10:00:01+01:00"),
        ("5 Jan 2026 10:00:01 -0330", "2026-01-05T10:00:01-03:30"),
        ("Mon, 5 Jan 2026 10:00:60 +0000", "2026-01-05T10:00:59+00:00"),
        ("Mon, 05 Jan 26 10:00 GMT", "2026-01-05T10:00:00+00:00"),
        ("Mon, 31 Jun 2026 10:00:00 +0000", None),
        ("Mon, 5 Xyz 2026 10:00:00 +0000", None),
        ("Mon, 5 Jan 2026 10:00:00 +9999", None),
        ("yesterday", None),
    ],
)
def test_dates(date, iso):
    found = read_envelope(f'("{date}" NIL NIL NIL NIL NIL NIL NIL NIL NIL)').date
    assert (found and found.isoformat()) == iso


# --- BODYSTRUCTURE ----------------------------------------------------------------------------------------------------

PLAIN = '("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)'
PDF = '("APPLICATION" "PDF" ("NAME" "a.pdf") "<c@x>" NIL "BASE64" 400 NIL ("ATTACHMENT" ("FILENAME" "b.pdf")) NIL NIL)'


def test_one_part():
    assert read_structure(PLAIN) == Part("1", "text/plain", "utf-8", "7bit", 12)


def test_a_tree():
    mixed = read_structure(
        f'(({PLAIN}("text" "html" NIL NIL NIL "quoted-printable" 9 1) "alternative" ("boundary" "b")){PDF} "mixed")'
    )
    assert [(part.section, part.media_type) for part in mixed.walk()] == [
        ("", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "application/pdf"),
    ]
    pdf = mixed.parts[1]
    assert (pdf.disposition, pdf.filename, pdf.content_id, pdf.size) == ("attachment", "b.pdf", "c@x", 400)
    assert pdf.param("name") == "a.pdf"
    assert pdf.encoding == "base64"


def test_messages_within():
    """The parts of a message within are numbered below it; a multipart there has the number of the message."""
    hi = '(NIL "Hi" NIL NIL NIL NIL NIL NIL NIL NIL)'
    inner = f'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 90 {hi} ({PLAIN}{PDF} "MIXED") 8 NIL ("inline" NIL))'
    leaf = f'("message" "rfc822" NIL NIL NIL "7bit" 90 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) {PLAIN} 8)'
    root = read_structure(f'({inner}{leaf} "digest")')
    first, second = root.parts
    assert (first.section, first.disposition, first.media_type) == ("1", "inline", "message/rfc822")
    assert [(part.section, part.media_type) for part in first.parts[0].walk()] == [
        ("1", "multipart/mixed"),
        ("1.1", "text/plain"),
        ("1.2", "application/pdf"),
    ]
    assert [part.section for part in second.parts] == ["2.1"]
    assert [part.section for part in read_structure(leaf).walk()] == ["1"]
    assert read_structure(leaf).parts[0].section == "1.1"


@pytest.mark.parametrize(
    ("text", "media_type", "parts"),
    [
        ('("multipart" "mixed" NIL NIL NIL "7bit" 0)', "multipart/mixed", 0),
        ('(NIL "mixed" ("boundary" "b"))', "multipart/mixed", 0),
        ('(() "mixed")', "multipart/mixed", 0),
        (f'({PLAIN})', "multipart/mixed", 1),
        (f'({PLAIN} NIL)', "multipart/mixed", 1),
        (f'(NIL {PLAIN} "report")', "multipart/report", 1),
        ('("text")', "text/plain", 0),
        ('("text" NIL NIL)', "text/plain", 0),
        ('("TEXT" "PLAIN" NIL NIL NIL NIL NIL NIL)', "text/plain", 0),
        ('("TEXT" "PLAIN" "charset" NIL NIL "8bit" "12" "1")', "text/plain", 0),
        ('("application" NIL NIL NIL NIL "7bit" 5)', "application/octet-stream", 0),
        ('(NIL NIL NIL NIL NIL "7bit" 5)', "application/octet-stream", 0),
        ('("message" "rfc822" NIL NIL NIL "7bit" 5)', "message/rfc822", 0),
        ('("message" "rfc822" NIL NIL NIL "7bit" 5 NIL NIL NIL)', "message/rfc822", 0),
        ('("message" "rfc822" NIL NIL NIL "7bit" 5 NIL () 3)', "message/rfc822", 0),
        ('("message" "delivery-status" NIL NIL NIL "7bit" 5 NIL NIL NIL NIL)', "message/delivery-status", 0),
    ],
)  # fmt: skip
def test_odd_structures(text, media_type, parts):
    found = read_structure(text)
    assert (found.media_type, len(found.parts)) == (media_type, parts)


@pytest.mark.parametrize(
    ("params", "disposition", "filename"),
    [
        ('("name" "a.txt")', "NIL", "a.txt"),
        ('("name" "=?utf-8?q?=C3=A4.txt?=")', "NIL", "ä.txt"),
        ("NIL", '("attachment" ("filename" "a.txt"))', "a.txt"),
        ('("name" "b.txt")', '("attachment" ("filename" "a.txt"))', "a.txt"),
        ("NIL", '("attachment" ("filename*" "utf-8\'\'%e2%82%ac.txt"))', "€.txt"),
        ("NIL", '("attachment" ("filename*0*" "utf-8\'\'%e2%82" "filename*1*" "%ac" "filename*2" ".txt"))', "€.txt"),
        ("NIL", '("attachment" ("filename" "say "x" now.txt"))', 'say "x'),
        ("NIL", '("attachment" NIL)', ""),
        ("NIL", '("attachment")', ""),
        ("NIL", '("attachment" ("filename" NIL))', ""),
        ("NIL", '("x-unknown" ("filename" "a.txt"))', "a.txt"),
    ],
)
def test_file_names(params, disposition, filename):
    found = read_structure(f'("text" "plain" {params} NIL NIL "7bit" 3 1 NIL {disposition} NIL NIL)')
    assert found.filename == filename
    assert found.disposition == ("" if disposition == "NIL" else "attachment")


@pytest.mark.parametrize(
    "extensions",
    [
        "",
        "NIL",
        'NIL ("inline" NIL)',
        '"md5" ("inline" NIL) ("en" "de") NIL',
        '("inline" NIL)',
        'NIL NIL ("inline" NIL)',
    ],
)
def test_extensions_may_be_missing_or_moved(extensions):
    found = read_structure(f'("text" "plain" NIL NIL NIL "7bit" 3 1 {extensions})')
    assert found.disposition == ("inline" if "inline" in extensions else "")


def test_a_location_stands_behind_them_all():
    found = read_structure('("image" "png" NIL NIL NIL "base64" 3 NIL ("inline" NIL) NIL "http://x.example/a.png")')
    assert (found.disposition, found.param("location")) == ("inline", "http://x.example/a.png")
    found = read_structure('("text" "html" NIL NIL NIL "7bit" 3 1 NIL NIL NIL "index.html")')
    assert found.param("location") == "index.html"


def test_languages_are_no_disposition():
    assert read_structure('("text" "plain" NIL NIL NIL "7bit" 3 1 NIL NIL ("en" "de"))').disposition == ""
    assert read_structure('("text" "plain" NIL NIL NIL "7bit" 3 1 NIL NIL ("en"))').disposition == ""


@pytest.mark.parametrize("text", ["NIL", "()", '"x"', "(NIL)", "(())", "(NIL NIL)", "((((((", "(1 NIL)"])
def test_no_structure(text):
    try:
        found = structure(parse(text.encode())[0])
    except ValueError:
        return
    assert text == "(1 NIL)"
    assert found.media_type == "application/octet-stream"


def test_parts_are_limited():
    root = read_structure("(" + PLAIN * (MAX_PARTS + 50) + ' "mixed")')
    assert len(root.parts) == MAX_PARTS - 1


def test_depth_is_limited():
    text = "(" * 3000 + PLAIN + ' "mixed")' * 3000
    depth, part = 0, read_structure(text)
    while part.parts:
        part, depth = part.parts[0], depth + 1
    assert 50 < depth < 120


VALUES = st.recursive(
    st.one_of(
        st.none(), st.binary(max_size=12), st.sampled_from([b"text", b"message", b"rfc822", b"7", b"attachment"])
    ),
    lambda inner: st.lists(inner, max_size=11),
    max_leaves=60,
)


@given(st.lists(VALUES, max_size=12))
def test_nothing_but_value_errors(value):
    for convert in (envelope, structure):
        try:
            convert(value)
        except ValueError:
            continue
