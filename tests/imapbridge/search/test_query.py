"""The language: what people type, what is made of it, and that it is written back as the same search."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.search import values
from imapbridge.search.query import Problem, parse
from imapbridge.search.tree import And, Not, Or, Term, terms
from tests.examples import examples

SEARCHES = {
    "van": Term("", "van"),
    "green van": And((Term("", "green"), Term("", "van"))),
    '"green van"': Term("", "green van", exact=True),
    "“green van”": Term("", "green van", exact=True),
    "from:ann": Term("from", "ann"),
    'subject:"the van"': Term("subject", "the van", exact=True),
    "-van": Not(Term("", "van")),
    "--van": Term("", "van"),
    "NOT van": Not(Term("", "van")),
    "a OR b": Or((Term("", "a"), Term("", "b"))),
    "a b OR c": And((Term("", "a"), Or((Term("", "b"), Term("", "c"))))),
    "{a b}": Or((Term("", "a"), Term("", "b"))),
    "(a b) OR c": Or((And((Term("", "a"), Term("", "b"))), Term("", "c"))),
    "-(a OR b)": Not(Or((Term("", "a"), Term("", "b")))),
    "from:(ann OR bob)": Or((Term("from", "ann"), Term("from", "bob"))),
    "in:Co-op/Lease": Term("in", "Co-op/Lease"),
    'in:"My folder"': Term("in", "My folder"),
    "in:spam": Term("in", "junk"),
    "label:travel": Term("label", "travel"),
    "has:attachment": Term("has", "attachment"),
    "filename:report.pdf": Term("filename", "report.pdf"),
    "list:announce": Term("list", "announce"),
    'rfc822msgid:"<a(1)@example.org>"': Term("rfc822msgid", "a(1)@example.org"),
    "larger:5mb": Term("larger", "5M"),
    "size:10k": Term("larger", "10K"),
    "before:2026/3/1": Term("before", "2026-03-01"),
    "after:1.3.2026": Term("after", "2026-03-01"),
    "after:3/31/2026": Term("after", "2026-03-31"),
    "older_than:2w": Term("older", "2w"),
    "newer:30d": Term("newer", "30d"),
    "older:2024/04/16": Term("before", "2024-04-16"),
    "is:flagged": Term("is", "starred"),
    "is:answered": Term("is", "answered"),
    "FROM:ann": Term("from", "ann"),
    "https://example.org/a": Term("", "https://example.org/a"),
    "re:invent": Term("", "re:invent"),
    '"from:ann"': Term("", "from:ann", exact=True),
    "": And(),
    "- OR AND ( )": And(),
}
PROBLEMS = {
    'the "green van': Problem("quote", '"green van'),
    "from: ann": Problem("empty", "from:"),
    "is:purple van": Problem("is", "is:purple"),
    "has:wings van": Problem("has", "has:wings"),
    "larger:big van": Problem("size", "larger:big"),
    "before:never van": Problem("day", "before:never"),
    "before:2026-02-31 van": Problem("day", "before:2026-02-31"),
    "older:soon van": Problem("span", "older:soon"),
    "x " * 5000: Problem("long"),
    "(" * 30 + "van": Problem("deep"),
}


@pytest.mark.parametrize(("text", "tree"), SEARCHES.items())
def test_reads(text: str, tree: object) -> None:
    found = parse(text)
    assert (found.tree, found.problems) == (tree, ())


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.items(), ids=lambda value: str(value)[:20])
def test_says_what_it_does_not_understand_and_searches_for_the_rest(text: str, problem: Problem) -> None:
    found = parse(text)
    assert found.problems == (problem,)
    assert [term for term, _ in terms(found.tree)]


PIECES = st.sampled_from(
    ["from:", "in:", "is:unread", "older:1w", "larger:5M", "-", "(", ")", "{", "}", '"', "“", " OR ", " AND ", " ",
     "van", "東京", "NOT ", "+", "|", "has:attachment", "\r\n", "\x00", "'", "*", ":", "\\", "%", "after:2026-01-01"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


@given(TEXTS)
@settings(max_examples=examples(75))
def test_any_text_is_a_search_and_is_written_back_as_the_same(text: str) -> None:
    found = parse(text)
    again = parse(str(found))
    assert again.tree == found.tree
    assert not again.problems


def test_days_and_spans() -> None:
    today = date(2026, 3, 12)
    assert values.ago("2w", today) == date(2026, 2, 26)
    assert values.ago("9999y", today) == date(1, 1, 2)
    assert values.date_of("yesterday", today) == date(2026, 3, 11)
    assert values.octets("5M") == 5 * 2**20
    assert values.octets("999999999999G") == 2**63 - 1


def test_no_nul() -> None:
    assert parse("label:a\0b").tree == parse("label:a b").tree
