from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.mime import charsets
from imapbridge.mime.charsets import codec_for, decode, is_unknown

GREETINGS = [
    ("iso-8859-1", "grüße", "cp1252"),
    ("Windows-1252", "“quoted” €", "cp1252"),
    ("ISO-8859-15", "5 €", "iso8859-15"),
    ("koi8-r", "привет", "koi8-r"),
    ("windows-1251", "привет", "cp1251"),
    ("gb2312", "你好", "gb18030"),
    ("GBK", "你好嗎", "gb18030"),
    ("big5", "你好嗎", "cp950"),
    ("shift_jis", "①日本", "cp932"),
    ("x-sjis", "①日本", "cp932"),
    ("iso-2022-jp", "日本語", "iso2022-jp"),
    ("euc-jp", "日本語", "euc-jp"),
    ("ks_c_5601-1987", "안녕 뷁", "cp949"),
    ("euc-kr", "안녕", "euc-kr"),
    ("iso-8859-8-i", "שלום", "iso8859-8"),
    ("windows-1256", "مرحبا", "cp1256"),
    ("tis-620", "สวัสดี", "cp874"),
    ("utf-7", "héllo", "utf-7"),
    ("UTF-16LE", "héllo", "utf-16-le"),
    ('"utf8"', "héllo ✓", "utf-8"),
    ("utf-8*en", "héllo ✓", "utf-8"),
]


@pytest.mark.parametrize(("label", "text", "codec"), GREETINGS)
def test_reads_what_was_written(label: str, text: str, codec: str) -> None:
    assert decode(text.encode(codec), label) == text


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"caf\xc3\xa9", "", "café"),
        (b"caf\xe9", "us-ascii", "café"),
        (b"caf\xc3\xa9", "us-ascii", "café"),
        (b"caf\xe9", "x-unknown", "café"),
        ("日本語".encode()[:-1], "utf-8", "日本\ufffd"),
        ("日本語".encode()[:-1], "", "日本\ufffd"),
        ("é".encode() + b"\xff", "utf-8", "é\ufffd"),
        (b"a\xffb", "utf-8", "aÿb"),
        (b"caf\xc3", "utf-8", "caf\ufffd"),
        (b"caf\xe9 x", "utf-8", "café x"),
        ("你好".encode("gb18030") + b"\xff", "gb2312", "你好\ufffd"),
        (b"+2AA-", "utf-7", "\ufffd"),
        ("Zażółć".encode(), "iso-8859-1", "Zażółć"),
        ("Ã©".encode("cp1252"), "iso-8859-1", "Ã©"),
        ("Zażółć".encode() + b" \x80", "windows-1252", "ZaÅ¼Ã³Å‚Ä‡ €"),
        ("日本語".encode("iso2022-jp"), "", "日本語"),
        ("日本語".encode("iso2022-jp"), "us-ascii", "日本語"),
        (b"\x1b$B<script>", "", "\x1b$B<script>"),
        (b"\xef\xbb\xbfHi", "utf-8", "Hi"),
    ],
)
def test_falls_back_to_what_fits(data: bytes, label: str, text: str) -> None:
    assert decode(data, label) == text


@pytest.mark.threat("A12")
@pytest.mark.parametrize(
    "label", ["zlib", "rot13", "idna", "punycode", "hex", "base64", "raw_unicode_escape", "unicode_escape", "mbcs"]
)
def test_hostile_codecs_are_out_of_reach(label: str) -> None:
    assert codec_for(label) is None
    assert is_unknown(label)
    assert decode(b"x\\u0041", label) == "x\\u0041"


def test_ascii_and_nothing_are_not_unknown() -> None:
    assert not any(map(is_unknown, ("", "us-ascii", "UTF-8", "ISO-8859-1", "none")))


def test_every_codec_of_the_list_exists() -> None:
    for codec in charsets._LABELS:
        codecs.lookup(codec)


@given(st.binary(max_size=300), st.sampled_from([label for label, _, _ in GREETINGS]) | st.text(max_size=80))
def test_decode_is_total_and_storable(data: bytes, label: str) -> None:
    decode(data, label).encode("utf-8")
