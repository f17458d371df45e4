from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime import headers
from imapbridge.mime.headers import decode_text, message_ids, parse_addresses, parse_date


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Plain subject", "Plain subject"),
        (b"  Folded\r\n\tsubject  ", "Folded subject"),
        (b"=?utf-8?Q?Caf=C3=A9?= here", "Café here"),
        (b"=?UTF-8?B?4pyT?=", "✓"),
        (b"=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        (b"=?utf-8?B?4py?=\r\n =?utf-8?B?kw==?=", "✓"),
        (b"=?utf-8?Q?=C3?= =?UTF-8?B?qQ==?=", "é"),
        (b"=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?gb2312?B?1tDOxA==?=", "中文"),
        (b"=?utf-7?Q?+AOk-?=", "é"),
        (b"=?utf-8*en?q?x?=", "x"),
        (b"=?us-ascii?Q?Keith_Moore?=", "Keith Moore"),
        (b"no=?utf-8?q?_space?=between", "no spacebetween"),
        (b"=?utf-8?Q?Really?now?=", "Really?now"),
        (b"=?utf-8?Q?spaces in it?=", "spaces in it"),
        (b"=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        (b"a =?x =?utf-8?q?b?=", "a =?x b"),
        (b"=?utf-8?X?odd?=", "=?utf-8?X?odd?="),
        (b"=?x-klingon?q?caf=C3=A9?=", "café"),
        (b"=?zlib?b?eJwDAAAAAAE=?=", "xœ"),
        ("raw grüße ✓".encode(), "raw grüße ✓"),
        (b"raw caf\xe9", "raw café"),
        (b"raw \xc3\xa9 and =?utf-8?q?=C3=A9?=", "raw é and é"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"a\x00b\x07c\x7f", "abc"),
        ("\u202egnp.exe\u202c \u2066x\u2069".encode(), "gnp.exe x"),
        (b"", ""),
    ],
)
def test_decode_text(raw: bytes, text: str) -> None:
    assert decode_text(raw) == text


def test_text_is_capped() -> None:
    assert len(decode_text(b"x" * 1_000_000)) == headers.MAX_TEXT


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        (b"Mon, 6 May 2024 10:00:00 +0200", "2024-05-06T10:00:00+02:00"),
        (b"Mon,  6 May 2024 10:00 +0200 (CEST)", "2024-05-06T10:00:00+02:00"),
        (b"6 May 24 10:00:00 GMT", "2024-05-06T10:00:00+00:00"),
        (b"Mon, 06 May 2024 10:00:00 EST", "2024-05-06T10:00:00-05:00"),
        (b"Mon, 6 May 2024 10:00:00", "2024-05-06T10:00:00+00:00"),
        (b"Mon, 6 May 2024 23:59:60 -0000", "2024-05-06T23:59:59+00:00"),
        (b"Mon May  6 10:00:00 2024", "2024-05-06T10:00:00+00:00"),
        (b"2024-05-06T10:00:00+02:00", "2024-05-06T10:00:00+02:00"),
    ],
)
def test_parse_date(raw: bytes, iso: str) -> None:
    assert parse_date(raw) == datetime.fromisoformat(iso)


def test_the_senders_zone_is_kept() -> None:
    found = parse_date(b"Mon, 6 May 2024 10:00:00 +0545")
    assert found is not None
    assert found.utcoffset() == timedelta(hours=5, minutes=45)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"yesterday",
        b"Mon, 32 May 2024 10:00:00 +0000",
        b"Mon, 6 May 0001 10:00:00 +0000",
        b"Mon, 6 May 2024 10:00:00 +9999",
        b"Mon, 6 May 99999 10:00:00 +0000",
        b"\xff\xfe",
        b"6 May 2024 25:00:00 +0000",
        b"1 Jan 1904 00:00:00 +0000",
    ],
)
def test_nonsense_is_no_date(raw: bytes) -> None:
    assert parse_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"ann@x.org", [("", "ann@x.org")]),
        (b"Ann <ann@x.org>", [("Ann", "ann@x.org")]),
        (b'"Doe, Ann" <ann@x.org>, bob@y', [("Doe, Ann", "ann@x.org"), ("", "bob@y")]),
        (b"Doe, Ann <ann@x.org>", [("Doe, Ann", "ann@x.org")]),
        (b"ann@x.org (Ann)", [("Ann", "ann@x.org")]),
        (b"(a (nested) comment) ann@x.org", [("a nested comment", "ann@x.org")]),
        (b'"Ann \\"A\\" Doe" <ann@x.org>', [('Ann "A" Doe', "ann@x.org")]),
        (b"=?utf-8?q?Doe,_J=C3=B6rg?= <j@x>; k@y", [("Doe, Jörg", "j@x"), ("", "k@y")]),
        (b'"=?utf-8?q?J=C3=B6rg?=" <j@x>', [("Jörg", "j@x")]),
        ("Jörg <jörg@exämple.org>".encode(), [("Jörg", "jörg@exämple.org")]),
        (b"Team: ann@x, bob@y;, eve@z", [("", "ann@x"), ("", "bob@y"), ("", "eve@z")]),
        (b"undisclosed-recipients:;", []),
        (b"<@relay1,@relay2:ann@x>", [("", "ann@x")]),
        (b"'ann@x' <ann@x>", [("", "ann@x")]),
        (b"MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        (b"<>", []),
        (b'"never closed <ann@x>, bob@y', [("never closed", "ann@x"), ("", "bob@y")]),
        (b"Ann\r\n <ann@x>,\r\n\tBob <bob@y>", [("Ann", "ann@x"), ("Bob", "bob@y")]),
        (b'"boss@bank.example" <thief@x>', [("boss@bank.example", "thief@x")]),
        (b"ann@x\x00, =?utf-8?q?a=0D=0Ab?= <b@y>", [("", "ann@x"), ("a b", "b@y")]),
        (b"", []),
    ],
)
def test_parse_addresses(raw: bytes, found: list[tuple[str, str]]) -> None:
    assert [(each.name, each.address) for each in parse_addresses(raw)] == found


def test_text_is_read_like_octets() -> None:
    assert parse_addresses("Jörg ✓ <j@x>") == parse_addresses("Jörg ✓ <j@x>".encode())


def test_addresses_stop_at_the_limit() -> None:
    assert len(parse_addresses(b"a@b," * 5000)) == 1000
    assert len(parse_addresses(b"a@b," * 5000, limit=3)) == 3


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        (b"<a@b>", ("<a@b>",)),
        (b"<a@b>\r\n <c@d> <a@b>", ("<a@b>", "<c@d>")),
        (b"Your message of Monday <a@b> (was: x)", ("<a@b>",)),
        (b"<a\r\n b@c>", ("<ab@c>",)),
        (b"a@b", ("<a@b>",)),
        (b"<a\x00@b>", ("<a@b>",)),
        (b"no ids here", ()),
        (b"", ()),
    ],
)
def test_message_ids(raw: bytes, ids: tuple[str, ...]) -> None:
    assert message_ids(raw) == ids


def test_of_many_ids_root_and_nearest_stay() -> None:
    ids = message_ids(" ".join(f"<{n}@x>" for n in range(1000)))
    assert len(ids) == headers.MAX_IDS
    assert ids[0] == "<0@x>"
    assert ids[-1] == "<999@x>"


FRAGMENTS = st.lists(
    st.sampled_from(
        [b"=?utf-8?q?", b"=?", b"?=", b'"', b"\\", b"<", b">", b"(", b")", b",", b";", b":", b"@", b"a", b" ", b"\r\n"]
    )
    | st.binary(max_size=6),
    max_size=60,
).map(b"".join)


@given(FRAGMENTS)
def test_nothing_raises_and_everything_is_storable(raw: bytes) -> None:
    parse_date(raw)
    texts = [
        decode_text(raw),
        *message_ids(raw),
        *(t for each in parse_addresses(raw) for t in (each.name, each.address)),
    ]
    for found in texts:
        found.encode("utf-8")
        assert not any(char in found for char in "\x00\r\n\u202e")


@pytest.mark.parametrize(
    "piece", [b'"', b'"\\"', b"(", b"<", b"=?", b"=?a?q?", b"\\", b"a@b,", b"=?utf-8?q?a?= ", b"a <"]
)
def test_scan_is_bounded_by_the_cap(piece: bytes) -> None:
    """Every token takes at least one octet, and nothing beyond the cap is read."""
    raw = piece * (1_000_000 // len(piece))
    tokens = sum(1 for _ in headers._TOKEN.finditer(raw[: headers.MAX_LIST].decode("latin-1")))
    assert tokens <= headers.MAX_LIST
    assert parse_addresses(raw) == parse_addresses(raw[: headers.MAX_LIST])
    assert decode_text(raw) == decode_text(raw[: headers.MAX_TEXT])
    assert message_ids(raw) == message_ids(raw[: headers.MAX_LIST])
