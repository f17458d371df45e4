"""A search as a mail server is asked for it."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given

from imapbridge.search.criteria import as_gmail, asks_for_text, beside_texts, criteria, in_ascii, left_over
from imapbridge.search.query import parse
from imapbridge.search.tree import Node
from imapbridge.wire.commands import Command
from imapbridge.wire.keys import Key
from tests.imapbridge.search.test_query import TEXTS

TODAY = date(2026, 3, 12)
ASKED = {
    "van": b'TEXT "van"',
    '"green van" -old': b'TEXT "green van" NOT (TEXT "old")',
    "from:ann OR body:van": b'OR (FROM "ann") (BODY "van")',
    "has:attachment van in:inbox": b'TEXT "van"',
    "has:attachment OR van": b'TEXT "van"',
    "is:unread label:travel": b"UNSEEN KEYWORD travel",
    "larger:5M older:1w": b"LARGER 5242880 SENTBEFORE 6-Mar-2026",
    "newer:1w -after:2026-03-01": b"SENTSINCE 4-Mar-2026 NOT (SENTSINCE 2-Mar-2026)",
    "rfc822msgid:<1@x> van": b'HEADER "Message-ID" "1@x" TEXT "van"',
    "list:news": b'HEADER "List-Id" "news"',
    "-(van has:attachment)": b"",
    '"a" b\\"c': b'TEXT "a" TEXT "b\\\\" TEXT "c"',
    "before:9999-12-31 -before:0001-01-01": b"SENTBEFORE 31-Dec-9999 NOT (SENTBEFORE 1-Jan-0001)",
}
BY_INDEX = {
    "van from:ann": b'FUZZY TEXT "van" FROM "ann"',
    '"green vans" body:van': b'TEXT "green vans" FUZZY BODY "van"',
    "van -old": b'FUZZY TEXT "van" NOT (TEXT "old")',
    "a OR subject:b": b'OR (FUZZY TEXT "a") (SUBJECT "b")',
}
BY_GMAIL = {
    "body:van OR from:ann -old": b'X-GM-RAW "van OR from:ann -old"',
    'subject:"the van" is:answered older:1w has:attachment': (
        b'X-GM-RAW "subject:\\"the van\\"" ANSWERED SENTBEFORE 6-Mar-2026'
    ),
    "is:unread": b"UNSEEN",
}


def _line(text: str, asked: Callable[[Node, date], list[Key]] = criteria) -> bytes:
    arguments = tuple(argument for key in asked(parse(text).tree, TODAY) for argument in key)
    pieces = Command("UID SEARCH", arguments).pieces("A", "+")
    return b"".join(piece if isinstance(piece, bytes) else piece.data for piece in pieces)


@pytest.mark.parametrize(("text", "asked"), ASKED.items())
def test_asks(text: str, asked: bytes) -> None:
    assert _line(text).removeprefix(b"A UID SEARCH").strip() == asked


@pytest.mark.parametrize(("text", "asked"), BY_INDEX.items())
def test_asks_an_index_for_words_that_were_not_quoted(text: str, asked: bytes) -> None:
    assert _line(text, partial(criteria, fuzzy=True)).removeprefix(b"A UID SEARCH ").strip() == asked


@pytest.mark.parametrize(("text", "asked"), BY_GMAIL.items())
def test_asks_gmail(text: str, asked: bytes) -> None:
    assert _line(text, as_gmail).removeprefix(b"A UID SEARCH ").strip() == asked


@given(TEXTS)
def test_any_text_can_be_asked_for_on_one_line(text: str) -> None:
    """Nothing that a person types ends a command; words of other scripts are literals."""
    assert b"\r" not in _line(text).replace(b"}\r\n", b"}")[:-2]


def test_what_the_server_cannot_say_is_left_to_the_index() -> None:
    assert str(left_over(parse("van older:1w").tree)) == "older:1w"
    tree = parse("van has:attachment (in:inbox OR is:unread)").tree
    assert str(left_over(tree)) == "has:attachment in:inbox OR is:unread"
    assert asks_for_text(tree)
    assert str(beside_texts(parse("van from:ann (body:x OR is:read) -older:1w").tree)) == "from:ann -older:1w"
    assert not asks_for_text(parse("from:ann -van").tree)


@pytest.mark.parametrize(
    ("text", "plain"),
    {
        "van": "van",
        "grüße van": "van",
        '"der grüne kleine alte van"': '"kleine alte van"',
        "van (東京 OR is:unread) -übrig": "van",
        "van from:jörg": "van",
        "東京": None,
        "from:ann 東京": None,
    }.items(),
)
def test_words_of_other_letters_are_left_out_for_who_has_only_ascii(text: str, plain: str | None) -> None:
    left = in_ascii(parse(text).tree)
    assert (None if left is None else str(left)) == plain
