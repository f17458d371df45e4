"""A message that is passed on as it came."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.terms.envelope import Address
from webmail.compose.redirecting import Resent, fields, passed_on

CAME = b"Return-Path: <list@x.org>\r\nFrom: Bob <bob@x.org>\r\n\r\nHello\r\n.\r\n"


def resent(*to: str) -> Resent:
    date = datetime(2026, 11, 26, 9, tzinfo=UTC)
    return Resent("<1@x.org>", date, Address("Ann Ø", "ann@x.org"), tuple(Address("", one) for one in to))


def test_fields() -> None:
    assert fields(resent("carol@y.org")) == (
        b"Resent-From: =?utf-8?b?QW5uIMOY?= <ann@x.org>\r\nResent-To: carol@y.org\r\n"
        b"Resent-Date: Thu, 26 Nov 2026 09:00:00 +0000\r\nResent-Message-ID: <1@x.org>\r\n"
    )
    with pytest.raises(ValueError):
        fields(resent("carol@y.org\r\nBcc: eve@z.org"))


@given(st.sets(st.integers(0, len(CAME))))
def test_it_stays_what_it_is_however_it_comes(cuts: set[int]) -> None:
    at = [0, *sorted(cuts), len(CAME)]
    pieces = [CAME[start:end] for start, end in pairwise(at)]
    assert b"".join(passed_on(pieces)) == CAME.partition(b"\r\n")[2]


def test_nobody_sees_who_got_a_blind_copy() -> None:
    own = b"Bcc: eve@z.org,\r\n\tmallory@z.org\r\nFrom: ann@x.org\nBCC : oscar@z.org\rTo: bob@x.org\r\n"
    own += b"\r\nBcc: as text\r\n"
    assert b"".join(passed_on([own])) == b"From: ann@x.org\r\nTo: bob@x.org\r\n\r\nBcc: as text\r\n"
    assert b"".join(passed_on([b"\r\nBcc: as text"])) == b"\r\nBcc: as text"
    assert b"".join(passed_on([b"To: bob@x.org\r\nBcc: eve@z.org"])) == b"To: bob@x.org\r\n"


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b":", b"return-path"])))
def test_every_line_ends_as_smtp_wants_it(pieces: list[bytes]) -> None:
    sent = b"".join(passed_on(pieces))
    bare = sent.replace(b"\r\n", b"")
    assert b"\r" not in bare and b"\n" not in bare


def test_an_empty_message() -> None:
    assert b"".join(passed_on([])) == b""
