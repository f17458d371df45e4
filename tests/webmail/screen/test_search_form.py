"""Chips, the box and the form write the same search."""

from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.search.query import OPERATORS, parse
from imapbridge.search.tree import conjuncts
from tests.examples import examples
from tests.imapbridge.search.test_query import TEXTS
from webmail.screen.refining import refining
from webmail.screen.search_form import composed, form

_PARTS = st.sampled_from(
    ["from:ann", 'from:"Ann Lee"', "to:-x", "subject:(a OR b)", "after:2026-03-01", "after:today", "before:2026-04-01",
     "larger:5M", "larger:6M", "has:attachment", "-has:attachment", "is:unread", 'in:"Co-op/Lease"', "-old",
     "-(a b)", "-(a OR b)", '"green van"', "van", "(a b) OR c", "-from:bob", "rfc822msgid:1@x", 'subject:"-"']
)  # fmt: skip
_SEARCHES = st.one_of(
    TEXTS, st.lists(_PARTS, max_size=8).map(" ".join), st.tuples(st.sampled_from(OPERATORS), TEXTS).map(":".join)
)


def _parts(text: str) -> set[object]:
    return set(conjuncts(parse(text).tree))


@given(_SEARCHES)
@settings(max_examples=examples(60))
def test_the_form_says_what_it_was_filled_with(text: str) -> None:
    shown = form(parse(text).tree)
    fields = {option.name: option.value for option in shown.options}
    fields |= {"after": shown.after, "before": shown.before, "larger": shown.larger}
    again = composed(fields | ({"attached": "1"} if shown.attached else {}), shown.held)
    assert _parts(again) == _parts(text)


@given(_SEARCHES)
@settings(max_examples=examples(40))
def test_chips_and_words_are_the_whole_search(text: str) -> None:
    shown = refining(parse(text).tree, ())
    assert _parts(composed({"q": shown.words}, [chip.text for chip in shown.chips])) == _parts(text)
    for chip in shown.chips:
        assert _parts(chip.rest) == _parts(text) - _parts(chip.text)


def test_where_there_is_no_room_for_chips_pills_say_the_same() -> None:
    shown = refining(parse("from:ann to:bob is:unread newer:7d larger:1M in:nowhere van -has:attachment").tree, ())
    assert [pill.name for pill in shown.others] == ["to:bob", "larger:1M", "in:nowhere", "-has:attachment"]
    assert shown.others[0].q == "from:ann is:unread newer:7d larger:1M in:nowhere van -has:attachment"


def test_what_a_person_fills_in() -> None:
    fields = {"from": "ann (bob OR", "subject": '"green van', "without": "old -x", "after": "nonsense", "larger": "5mb"}
    assert composed(fields) == 'from:ann from:bob subject:"green van)" -old x larger:5M'
