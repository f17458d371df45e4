"""FETCH items one by one, and the two ways of reading flags."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.wire import reading, tokens
from imapbridge.wire.fetched import Fetched, fetched, flags_alone
from imapbridge.wire.stream import Raw


def read(items: bytes, *literals: bytes) -> Fetched:
    found = reading.parse(Raw(b"* 1 FETCH (" + items + b")", literals))
    assert isinstance(found, Fetched)
    return found


@pytest.mark.parametrize(
    ("items", "name", "value"),
    [
        (b"UID 4294967295", "uid", 4294967295),
        (b"FLAGS (\\SEEN \\recent $forwarded Work)", "flags", {"\\Seen", "$Forwarded", "Work"}),
        (b"FLAGS ()", "flags", set()),
        (b'FLAGS ("a b" \\Seen)', "flags", {"a b", "\\Seen"}),
        (b"MODSEQ (9223372036854775807)", "modseq", 2**63 - 1),
        (b"MODSEQ 5", "modseq", 5),
        (b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"', "internal_date", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b'INTERNALDATE " 7-JUL-1996 02:44:60 +0000"', "internal_date", datetime(1996, 7, 7, 2, 44, 59, tzinfo=UTC)),
        (b'INTERNALDATE "7-Jul-1996 02:44:25"', "internal_date", datetime(1996, 7, 7, 2, 44, 25, tzinfo=UTC)),
        (b"RFC822.SIZE 4294967296", "size", 2**32),
        (b'PREVIEW "Hello  there"', "preview", "Hello  there"),
        (b"PREVIEW NIL", "preview", None),
        (b'PREVIEW ("FUZZY" "Hello")', "preview", "Hello"),
        (b"EMAILID (M6d99ac3275bb4e)", "email_id", "M6d99ac3275bb4e"),
        (b"THREADID (T64b478a75b7ea9)", "thread_id", "T64b478a75b7ea9"),
        (b"THREADID NIL", "thread_id", None),
        (b'SAVEDATE "17-Jul-1996 02:44:25 +0000"', "saved_at", datetime(1996, 7, 17, 2, 44, 25, tzinfo=UTC)),
        (b"SAVEDATE NIL", "saved_at", None),
        (b"BODY[] NIL", "sections", {}),
        (b'BODY[] ""', "sections", {"": b""}),
        (b'body[1.mime] "x"', "sections", {"1.MIME": b"x"}),
        (b'BODY[HEADER.FIELDS (TO "CC")] "x"', "sections", {"HEADER.FIELDS": b"x"}),
        (b'BODY[1.2]<512> "x"', "sections", {"1.2": b"x"}),
        (b'BINARY[1] "x" BINARY.SIZE[1] 9', "binary", {"1": b"x"}),
        (b"uid 7", "uid", 7),
        (b"XSOMETHING (1 2 3) UID 7", "uid", 7),
    ],
)  # fmt: skip
def test_items(items, name, value):
    message = read(items)
    assert getattr(message, name) == value
    assert message.defects == ()


@pytest.mark.parametrize(
    ("items", "defect"),
    [
        (b"UID 0", "UID"),
        (b"UID 4294967296", "UID"),
        (b"UID -1", "UID"),
        (b"UID (1)", "UID"),
        (b"UID 1_0", "UID"),
        ("UID ١".encode(), "UID"),
        (b"FLAGS NIL", "FLAGS"),
        (b"MODSEQ (9223372036854775808)", "MODSEQ"),
        (b"MODSEQ ()", "MODSEQ"),
        (b"RFC822.SIZE NIL", "RFC822.SIZE"),
        (b'INTERNALDATE "32-Jul-1996 02:44:25 -0700"', "INTERNALDATE"),
        (b'INTERNALDATE "7-Foo-1996 02:44:25 -0700"', "INTERNALDATE"),
        (b'INTERNALDATE "7-Jul-1996 02:44:25 +9999"', "INTERNALDATE"),
        (b"INTERNALDATE NIL", "INTERNALDATE"),
        (b"BODY[] (1)", "BODY[]"),
        (b"ENVELOPE ()", "ENVELOPE"),
        (b"BODYSTRUCTURE NIL", "BODYSTRUCTURE"),
        (b"EMAILID (\xff)", "EMAILID"),
        (b"(UID) 7", "FETCH"),
    ],
)
def test_a_bad_item_is_a_defect(items, defect):
    message = read(items + b" X-GM-THRID 5")
    assert message.defects == (defect,)
    assert message.gm_thrid == 5


FLAG = st.sampled_from([b"\\Seen", b"\\SEEN", b"\\Recent", b"$Forwarded", b"a]b", b"[x", "é".encode(), b"x" * 300])


@given(st.lists(FLAG, max_size=5), st.integers(0, 2**33), st.booleans(), st.one_of(st.none(), st.integers(0, 10**19)))
def test_both_ways_of_reading_flags_agree(flags, uid, uid_first, modseq):
    listed = b"FLAGS (" + b" ".join(flags) + b")"
    items = [b"UID %d" % uid, listed] if uid_first else [listed, b"UID %d" % uid]
    text = b"(" + b" ".join(items + ([] if modseq is None else [b"MODSEQ (%d)" % modseq])) + b")"
    slow = fetched(tokens.parse(text)[0])
    quick = flags_alone(text)
    assert quick is None or quick == slow
    assert quick or slow.defects or b"x" * 300 in flags or (modseq or 0) >= 10**18


def test_merging_keeps_what_is_not_mentioned():
    message = read(b'UID 7 FLAGS (\\Seen) RFC822.SIZE 5 BODY[1] "a" MODSEQ ()')
    message.merge(read(b'UID 7 FLAGS () MODSEQ (9) BODY[2] "b"'))
    assert (message.flags, message.size, message.modseq) == (frozenset(), 5, 9)
    assert message.sections == {"1": b"a", "2": b"b"}
    assert message.defects == ("MODSEQ",)


def test_a_defect_does_not_spoil_the_log():
    assert read(b'BODY[1]\x1b[31m<"> (x)').defects[0].isprintable()
