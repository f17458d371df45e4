"""Which language an answer speaks, and by which clock a person lives."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.utils import translation

from accounts import zones
from accounts.models import Preferences, User
from tests.webmail.views.conftest import Person
from webmail.languages import LONGEST, accepted


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("de", "de"), ("de-AT,de;q=0.9,en;q=0.5", "de"), ("nl, fr;q=0.4, es;q=0.8", "es"), ("*", "en"),
        ("ja-JP", "ja"), ("ar-EG, en", "ar"), ("nl, *", "en"), ("de;q=x", "en"), ("tlh", "en"), ("en-GB, de", "en"),
        ("," * LONGEST, "en"),
    ],
)  # fmt: skip
def test_what_a_browser_asks_for(header: str, language: str) -> None:
    assert accepted(header) == language


@pytest.mark.django_db
def test_the_page_for_signing_in_speaks_the_browsers_language_and_no_other_after_it() -> None:
    page = Client(headers={"Accept-Language": "ar"}).get("/sign-in").text
    assert '<html lang="ar" dir="rtl"' in page
    page = Client().get("/sign-in").text
    assert '<html lang="en"' in page
    assert "dir=" not in page.partition(">")[0]


def test_what_a_person_chose_wins_over_the_browser(alice: Person) -> None:
    alice.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    address = f"/mailbox/{alice.inbox.pk}/"
    assert '<html lang="fr"' in alice.text(address)
    Preferences.objects.create(user=alice.user, language="ja")
    for its in (address, "/offline", "/nowhere"):  # the last two are nobody's
        assert '<html lang="ja"' in alice.client.get(its).content.decode(), its
    Preferences.objects.update(language="tlh")  # one that was there once
    assert '<html lang="fr"' in alice.text(address)


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    translation.deactivate()


@pytest.mark.parametrize(("name", "found"), [("Asia/Tokyo", "Asia/Tokyo"), ("", ""), ("Europe", ""), ("../x", "")])
def test_zones_that_are_known(name: str, found: str) -> None:
    assert zones.known(name) == found


def test_the_zone_a_browser_tells_at_sign_in_is_kept_until_another_is_chosen(alice: Person) -> None:
    def enter(told: str) -> Preferences | None:
        request = alice.client.get("/sign-in").wsgi_request
        request.COOKIES[zones.COOKIE] = told
        user_logged_in.send(User, request=request, user=alice.user)
        return Preferences.objects.filter(user=alice.user).first()

    assert enter("Europe/Atlantis") is None
    Preferences.objects.create(user=alice.user, theme="dark")
    for told, kept in (("", ""), ("Asia/Tokyo", "Asia/Tokyo"), ("Europe/Paris", "Asia/Tokyo")):
        mine = enter(told)
        assert mine is not None
        assert (mine.time_zone, mine.theme) == (kept, "dark")
