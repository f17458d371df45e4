"""The page of settings: what is chosen is kept, and every page goes by it."""

import re

import pytest

from accounts.models import Preferences
from tests import factories
from tests.webmail.views.conftest import Person

CHOSEN = {
    "theme": "dark", "accent": "plum", "density": "compact", "pane": "below", "after_filing": "previous",
    "read_after": "5",
}  # fmt: skip


def marked(page: str) -> set[tuple[str, str]]:
    """Name and value of what is chosen on the page."""
    radios = re.findall(r'type="radio" name="(\w+)" value="(\w*)" checked', page)
    selects = re.findall(r'<select[^>]*name="(\w+)">.*?<option value="(-?\w*)" selected', page)
    return {*radios, *selects}


def test_what_is_chosen_is_kept_and_goes_with_every_page(alice: Person) -> None:
    assert alice.client.post("/settings", CHOSEN).headers["Location"] == "/settings?saved=1"
    page = alice.text("/settings?saved=1")
    assert "Saved." in page
    assert marked(page) == set(CHOSEN.items())
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert re.search(r'<html [^>]*data-theme="dark" data-accent="plum" data-density="compact"', page)
    assert 'data-pane="below" data-after="previous" data-read-after="5"' in page


def test_the_defaults_say_nothing_on_the_page(alice: Person) -> None:
    assert marked(alice.text("/settings")) == {
        ("theme", ""), ("accent", ""), ("density", ""), ("pane", ""), ("read_after", "0"), ("after_filing", ""),
    }  # fmt: skip
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert not re.search("data-(pane|after|read-after|theme|density)=", page)


@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_no_choice_changes_nothing(alice: Person, name: str) -> None:
    Preferences.objects.create(user=alice.user, time_zone="Asia/Tokyo", **{**CHOSEN, "read_after": 5})
    alice.client.post("/settings", {**CHOSEN, name: "<b>"})
    kept = Preferences.objects.get()
    assert {key: str(getattr(kept, key)) for key in CHOSEN} == CHOSEN
    assert kept.time_zone == "Asia/Tokyo"


def test_preferences_cost_no_query(alice: Person, django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    Preferences.objects.create(user=alice.user, pane="off")
    factories.message(alice.inbox)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        alice.get(f"/mailbox/{alice.inbox.pk}/")
