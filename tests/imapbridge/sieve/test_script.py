"""Rules become a script, and come back from it; and whose script it is."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.errors import Unsafe
from imapbridge.sieve import kept, rules, script
from imapbridge.sieve.abilities import Abilities
from imapbridge.sieve.language import comment, quoted
from imapbridge.sieve.rules import (
    Action,
    Condition,
    Deed,
    Field,
    Filters,
    Forwarding,
    How,
    Rule,
    Vacation,
    action_fault,
    condition_fault,
)
from tests.examples import examples

ALL = Abilities(
    ["fileinto", "vacation", "relational", "regex", "imap4flags", "copy", "include", "body", "mailbox", "date", "mime"]
)
NONE = Abilities(())

text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
conditions = st.builds(
    Condition, st.sampled_from(Field), st.sampled_from(How), text, st.booleans(), st.sampled_from(["", "X-Foo"])
).filter(lambda one: not condition_fault(one))
actions = st.builds(Action, st.sampled_from(Deed), st.one_of(text, st.just("ann@example.org"))).filter(
    lambda one: not action_fault(one)
)
days = st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1))
ruled = st.builds(
    Rule, text, st.lists(conditions, max_size=3).map(tuple), st.lists(actions, max_size=3).map(tuple), st.booleans(),
    st.booleans(),
)  # fmt: skip
some = st.builds(
    Filters,
    st.lists(ruled, max_size=3).map(tuple),
    st.builds(Vacation, st.booleans(), text, text, st.sampled_from(rules.DAYS), st.just(("a@b.org",)), days, days),
    st.builds(Forwarding, st.sampled_from(["", "b@example.org"]), st.booleans()),
    text,
    st.lists(st.tuples(text, text, text), max_size=2).map(tuple),
)  # fmt: skip


@given(some, st.sampled_from([ALL, NONE]))
@settings(max_examples=examples(15))
def test_what_is_written_is_read_again(filters: Filters, abilities: Abilities) -> None:
    written = script.write(filters, abilities)
    assert script.read(written) == filters
    assert script.read(written.replace("\r\n", "\n") + "\n") == filters
    assert not script.was_ours(written)


@given(some, st.integers(0), st.sampled_from("x{;\n"))
@settings(max_examples=examples(12))
def test_what_somebody_changed_is_theirs(filters: Filters, at: int, put: str) -> None:
    written = script.write(filters, ALL)
    at %= written.index("# whimbrel-sum")
    changed = written[:at] + put + written[at:]
    if script.read(changed) is not None:  # a line end more, where it says nothing
        assert changed.split() == written.split()
    assert script.read("") is script.read("keep;") is None
    assert not script.was_ours("keep;")


def test_the_text_of_a_rule() -> None:
    rule = Rule(
        "News\nand more",
        (Condition(Field.LIST, How.IS, "news.example.org"), Condition(Field.SUBJECT, How.CONTAINS, '"now"', True)),
        (Action(Deed.FILE, "Größe/x"), Action(Deed.STAR), Action(Deed.STOP)),
    )
    assert """
# Rule: News and more
if allof (header :contains "List-Id" "<news.example.org>",
        not header :contains "Subject" "\\"now\\"") {
    addflag "\\\\Flagged";
    fileinto :create "Größe/x";
    stop;
}
""" in script.write(Filters((rule,)), ALL).replace("\r\n", "\n")


def test_what_the_server_cannot_do_is_left_out() -> None:
    filters = Filters(
        (Rule("a", (), (Action(Deed.FILE, "x"),)), Rule("b", (), (Action(Deed.KEEP),))),
        Vacation(True, "", "away", first=date(2026, 1, 1)),
        Forwarding("b@example.org"),
    )
    written = script.write(filters, Abilities({"vacation"}))
    assert "require" not in written
    assert "Rule, left out: a; the server does not offer fileinto" in written
    assert 'redirect "b@example.org";\r\nkeep;' in written
    assert "vacation :days" not in written
    assert Abilities({"vacation"}).missing(filters) == {"fileinto"}


@pytest.mark.parametrize(
    ("text", "string"), [("a", '"a"'), ('"; discard; #\\', '"\\"; discard; #\\\\"'), ("a\r\nb\rc", '"a\nb\nc"')]
)
def test_strings(text: str, string: str) -> None:
    assert quoted(text) == string


def test_what_no_script_may_hold() -> None:
    for bad in ("a\0", "\ud800"):
        with pytest.raises(Unsafe):
            quoted(bad)
    assert comment("a\r\ndiscard;\u2028x") == "# a discard; x"


@pytest.mark.parametrize(
    "broken",
    ["", "[]", "{}", '{"rules":1}', '{"rules":[{"name":"x"}]}', kept.to_json(Filters())[:-3], "[" * 9999,
     kept.to_json(Filters()).replace('"days":7', '"days":Infinity')],
)  # fmt: skip
def test_json_that_is_not_ours(broken: str) -> None:
    assert kept.from_json(broken) is None


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        (Condition(Field.FROM, How.CONTAINS, " "), "value"),
        (Condition(Field.FROM, How.OVER, "1"), "how"),
        (Condition(Field.SIZE, How.OVER, "x"), "number"),
        (Condition(Field.SIZE, How.OVER, "0"), "number"),
        (Condition(Field.HEADER, How.EXISTS, header="X:Y"), "header"),
        (Condition(Field.SUBJECT, How.IS, "a\nb"), "value"),
        (Condition(Field.SUBJECT, How.IS, "x" * 501), "value"),
        (Condition(Field.ATTACHMENT, How.EXISTS), ""),
    ],
)
def test_faults_of_conditions(condition: Condition, fault: str) -> None:
    assert condition_fault(condition) == fault


@pytest.mark.parametrize(
    ("action", "fault"),
    [
        (Action(Deed.FILE), "folder"),
        (Action(Deed.LABEL, "a b"), "label"),
        (Action(Deed.FORWARD, "nobody"), "address"),
        (Action(Deed.FORWARD, "a@b.org>, <c@d.org"), "address"),
        (Action(Deed.FORWARD, "a@b.org"), ""),
        (Action(Deed.STOP), ""),
    ],
)
def test_faults_of_actions(action: Action, fault: str) -> None:
    assert action_fault(action) == fault


def test_where_mail_is_sent_on_to() -> None:
    on, off = (Rule("", (), (Action(Deed.FORWARD, f"{name}@x.org"),), is_on=name == "on") for name in ("on", "off"))
    assert rules.destinations(Filters((on, off), forwarding=Forwarding("c@x.org"))) == {"on@x.org", "c@x.org"}
