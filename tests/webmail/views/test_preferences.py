"""The page of settings: what is chosen is kept, and every page goes by it."""

import re

import pytest

from accounts.models import Preferences
from tests import factories
from tests.webmail.views.conftest import Person

CHOSEN = {
    "theme": "dark", "accent": "plum", "density": "compact", "pane": "below", "after_filing": "previous",
    "read_after": "5", "cleans_links": "1", "language": "de", "time_zone": "Europe/Paris",
    "images_of_contacts": "1", "is_flat": "1", "undo_send": "5", "swipe_start": "trash", "swipe_end": "seen",
}  # fmt: skip


def marked(page: str) -> set[tuple[str, str]]:
    """Name and value of what is chosen on the page."""
    radios = re.findall(r'type="radio" name="(\w+)" value="(\w*)" checked', page)
    selects = re.findall(r'<select[^>]*name="(\w+)">.*?<option value="(-?[\w/]*)" selected', page)
    return {*radios, *selects}


def test_what_is_chosen_is_kept_and_goes_with_every_page(alice: Person) -> None:
    assert alice.client.post("/settings", CHOSEN).headers["Location"] == "/settings?saved=1"
    page = alice.text("/settings?saved=1")
    assert '<html lang="de"' in page and 'class="notice" role="status"' in page
    assert marked(page) == set(CHOSEN.items())
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert re.search(r'<html [^>]*data-theme="dark" data-accent="plum" data-density="compact"', page)
    assert 'data-pane="below" data-after="previous" data-read-after="5"' in page
    assert 'data-swipe-start="trash" data-swipe-end="seen"' in page


def test_the_defaults_say_nothing_on_the_page(alice: Person) -> None:
    assert marked(alice.text("/settings")) == {
        ("theme", ""), ("accent", ""), ("density", ""), ("pane", ""), ("read_after", "0"), ("after_filing", ""),
        ("cleans_links", "0"), ("images_of_contacts", "0"), ("is_flat", "0"), ("undo_send", "10"),
        ("swipe_start", ""), ("swipe_end", ""), ("language", ""), ("time_zone", ""),
    }  # fmt: skip
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert not re.search("data-(pane|after|read-after|theme|density)=", page)


@pytest.mark.parametrize("name", CHOSEN)
def test_what_is_no_choice_changes_nothing(alice: Person, name: str) -> None:
    Preferences.objects.create(user=alice.user, **{**CHOSEN, "read_after": 5})
    alice.client.post("/settings", {**CHOSEN, name: "<b>"})
    kept = Preferences.objects.get()
    yes = {"cleans_links": "True", "images_of_contacts": "True", "is_flat": "True"}
    assert {key: str(getattr(kept, key)) for key in CHOSEN} == CHOSEN | yes


def test_preferences_cost_no_query(alice: Person, django_assert_max_num_queries: pytest.FixtureRequest) -> None:
    Preferences.objects.create(user=alice.user, pane="off")
    factories.message(alice.inbox)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        alice.get(f"/mailbox/{alice.inbox.pk}/")


@pytest.mark.parametrize("wanted", ["", "next", "previous", "list"])
def test_what_a_form_leads_to_after_filing(alice: Person, wanted: str) -> None:
    Preferences.objects.create(user=alice.user, after_filing=wanted)
    factories.mailbox(alice.account, "Archive", special_use="archive")
    older, shown, newer = (factories.message(alice.inbox, sort_at=at) for at in (1, 2, 3))
    address = f"/mailbox/{alice.inbox.pk}/act?c={shown.thread}"
    answer = alice.client.post(address, {"do": "archive", "next": f"/message/{shown.pk}/?in={alice.inbox.pk}"})
    there = {"next": older, "previous": newer}.get(wanted)
    expected = f"/message/{there.pk}/?in={alice.inbox.pk}" if there else f"/mailbox/{alice.inbox.pk}/"
    assert answer.headers["Location"] == expected


def test_from_a_list_a_form_leads_back_to_the_list(alice: Person) -> None:
    Preferences.objects.create(user=alice.user, after_filing="next")
    factories.mailbox(alice.account, "Archive", special_use="archive")
    made = [factories.message(alice.inbox) for _ in range(2)]
    list_ = f"/mailbox/{alice.inbox.pk}/"
    answer = alice.client.post(f"{list_}act?c={made[0].thread}", {"do": "archive", "next": list_})
    assert answer.headers["Location"] == list_
