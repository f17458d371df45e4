"""Modified UTF-7 (RFC 3501 5.1.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imapbridge.wire import names

SHOWABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")))
TABLE = [
    ("INBOX", b"INBOX"),
    ("Tom & Ann", b"Tom &- Ann"),
    ("Entwürfe", b"Entw&APw-rfe"),
    ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
    ("☺!", b"&Jjo-!"),
    ("😀", b"&2D3eAA-"),
    ("", b""),
]


@pytest.mark.parametrize(("name", "raw"), TABLE)
def test_both_ways(name, raw):
    assert names.encode(name) == raw
    assert names.decode(raw) == name


@given(SHOWABLE)
def test_round_trip(name):
    raw = names.encode(name)
    assert raw.isascii()
    assert names.decode(raw) == name
    assert names.decode(names.encode(name, utf8=True), utf8=True) == name


@given(SHOWABLE)
def test_as_imapclient_does(name):
    from imapclient import imap_utf7

    assert names.encode(name) == imap_utf7.encode(name)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"R&D", "R&D"),
        (b"&&-", "&&"),
        (b"&APw", "&APw"),
        (b"&A-", "&A-"),
        (b"&2D0-", "&2D0-"),
        (b"&AAA-x", "�x"),
        ("Été".encode(), "Été"),
        ("Été".encode("latin-1"), "Été"),
        (b"a\r\nb\0", "a��b�"),
        ("\u202egnp".encode(), "�gnp"),
    ],
)
def test_shows_what_is_badly_encoded(raw, shown):
    assert names.decode(raw) == shown


@given(st.binary())
def test_any_octets_can_be_shown(raw):
    name = names.decode(raw)
    assert not set(name) & {"\0", "\r", "\n", "\x1b", "\u202e"}
    assert name.encode().decode() == name


def test_inbox_has_no_case():
    assert names.key(b"inBOX") == names.key(b"INBOX")
    assert names.key(b"Sent") != names.key(b"SENT")
