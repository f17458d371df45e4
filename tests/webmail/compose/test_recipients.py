"""What people type into To, Cc and Bcc."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imapbridge.terms.envelope import Address
from tests.examples import examples
from webmail.compose.recipients import is_address, recipients, written

READ = {
    "a@x.org": [("", "a@x.org")],
    'a@x.org, "Doe, J" <j@x.org>; b@y.org\nc@z.org d@z.org': [
        ("", "a@x.org"), ("Doe, J", "j@x.org"), ("", "b@y.org"), ("", "c@z.org"), ("", "d@z.org"),
    ],
    "Team: ann@x.org, Bo <bo@x.org>;": [("", "ann@x.org"), ("Bo", "bo@x.org")],
    "undisclosed-recipients:;": [],
    "Foo Bar foo@x.org": [("Foo Bar", "foo@x.org")],
    '"john doe"@x.org': [("", '"john doe"@x.org')],
    "jörg@müller.de": [("", "jörg@müller.de")],
    "x@bücher.example (Books)": [("Books", "x@bücher.example")],
    "Ann <ann@x.org> Bo <bo@x.org>": [("Ann", "ann@x.org"), ("Bo", "bo@x.org")],
    "mailto:a@x.org": [("", "a@x.org")],
    "A@x.org, a@X.org": [("", "A@x.org")],
    "a@[192.0.2.1]": [("", "a@[192.0.2.1]")],
    " , ;\r\n ": [],
}  # fmt: skip
NONE = [
    "wren@example",
    "only words",
    "a@b..c",
    "@x.org",
    "a@",
    "a b@c",
    "a@x.org\x00",
    "a@1.2",
    '"a@x.org',
    "Ann <ann>",
]


@pytest.mark.parametrize("typed", READ)
def test_a_list_is_read_as_people_write_it(typed: str) -> None:
    found = recipients(typed)
    assert [(one.name, one.address) for one in found] == READ[typed]
    assert all(one.is_valid for one in found)


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_address_is_kept_as_it_was_typed(typed: str) -> None:
    wrong = [one.typed for one in recipients(typed) if not one.is_valid]
    assert wrong, recipients(typed)
    assert all(one in typed for one in wrong)


@pytest.mark.threat("D2")
@given(st.text(alphabet='a@.,;:<>()"\\ \n-é', max_size=60))
@settings(max_examples=examples(75))
def test_nothing_typed_can_break_it_and_every_address_found_is_one(typed: str) -> None:
    for one in recipients(typed):
        assert one.typed
        assert not one.address or is_address(one.address)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.sampled_from(["a@x.org", "b@y.org", '"c d"@z.org']))))
@settings(max_examples=examples(50))
def test_what_is_written_is_read_again(people: list[tuple[str, str]]) -> None:
    values = [Address(name, address) for name, address in people]
    found = recipients(written(values))
    assert [one.address for one in found] == list(dict.fromkeys(address for _name, address in people))
