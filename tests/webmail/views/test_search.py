"""The page of results, as a browser without scripts has it."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying

from imapbridge.models import Entry, ServerSearch
from imapbridge.search import catching_up, running
from tests import factories
from tests.examples import examples
from tests.imapbridge.search.test_query import TEXTS
from tests.webmail.views.conftest import Person
from webmail import searches
from webmail.models import SavedSearch

Queries = Callable[[int], Any]


@pytest.fixture
def van(alice: Person) -> int:
    """A message of Alice's, among others that do not have its word."""
    factories.message(alice.inbox, "Screens are dry", sort_at=1_770_000_100)
    found = factories.message(
        alice.inbox, "The <green> van", sort_at=1_770_000_000, seen=False, preview="Booked, van & all", thread=77
    )
    _ready(alice)
    return found.pk


def _ready(person: Person) -> None:
    while catching_up.catch_up(person.account.pk):
        pass


def _rows(text: str) -> list[str]:
    return re.findall(r'href="(/message/[^"]*)"', text)


def test_results_are_marked_and_say_where_they_lie(alice: Person, van: int) -> None:
    text = alice.text("/search?q=VAN")
    assert _rows(text) == [f"/message/{van}/?in={alice.inbox.pk}&amp;q=VAN"]
    assert "The &lt;green&gt; <mark>van</mark>" in text
    assert '<b class="in" dir="auto">Inbox</b> Booked, <mark>van</mark> &amp; all' in text
    assert 'aria-label="Unread, Wren Calloway, The &lt;green&gt; van,' in text
    assert "Search: VAN" in text


def test_the_best_first_stays_chosen(alice: Person, van: int) -> None:
    factories.message(alice.inbox, "Newer", sort_at=1_770_000_200, preview="about a van")
    _ready(alice)
    assert _rows(alice.text("/search?q=van"))[1].startswith(f"/message/{van}/")
    text = alice.text("/search?q=van&sort=best")
    assert _rows(text)[0] == f"/message/{van}/?in={alice.inbox.pk}&amp;q=van&amp;sort=best"
    assert '<input type="hidden" name="sort" value="best">' in text
    assert 'href="/search?q=van" aria-checked="false"' in text
    assert alice.get("/search?with=is:unread&q=van&sort=best").headers["Location"] == (
        "/search?q=is%3Aunread+van&sort=best"
    )


def test_a_result_opens_beside_the_results_and_leads_back(alice: Person, van: int) -> None:
    [link] = _rows(alice.text("/search?q=van"))
    text = alice.text(unescape(link))
    assert "Back to Results" in text
    assert re.search(r'<a[^>]*href="/search\?q=van"', text)
    assert "is-open" in text


def test_bob_finds_nothing_of_alices(alice: Person, bob: Person, van: int) -> None:
    assert _rows(bob.text("/search?q=van")) == []
    assert "Nothing found" in bob.text("/search?q=van")


def test_a_search_costs_few_queries(alice: Person, van: int, django_assert_max_num_queries: Queries) -> None:
    alice.text("/search?q=van")
    with django_assert_max_num_queries(8):
        alice.text("/search?q=van")


def test_what_is_not_understood_is_said_and_the_rest_searches(alice: Person, van: int) -> None:
    text = alice.text("/search?q=van is:purple in:nowhere")
    assert "is:purple is not known." in text
    assert "You have no folder called nowhere." in text
    assert len(_rows(alice.text("/search?q=van is:purple"))) == 1


def test_chips_and_the_form_write_the_same_text(alice: Person, van: int) -> None:
    text = alice.text("/search?q=from:wren+van")
    assert 'aria-label="Remove from:wren"' in text
    assert 'value="van" maxlength' in text
    said = alice.get("/search?with=from:wren&q=van+-old")
    assert said.headers["Location"] == "/search?q=from%3Awren+van+-old"
    form = "/search?from=wren&to=&subject=&words=van&without=old&after=&before_day=&larger=&attached=1"
    assert alice.get(form).headers["Location"] == "/search?q=from%3Awren+van+-old+has%3Aattachment"


def test_results_can_be_acted_on(alice: Person, van: int) -> None:
    trash = factories.mailbox(alice.account, "Trash", special_use="trash")
    answer = alice.client.post("/search/act?q=van", {"do": "trash", "c": "77"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    assert Entry.objects.filter(mailbox=trash, message=van, expunged=False).exists()
    assert _rows(alice.text("/search?q=van")) == []
    assert len(_rows(alice.text("/search?q=van&all=1"))) == 1


def test_what_is_left_to_say_is_asked_on_a_page(alice: Person, van: int) -> None:
    factories.mailbox(alice.account, "Lease")
    answer = alice.client.post("/search/act?q=van", {"do": "move", "c": "77"})
    assert "/search/act?q=van" in answer.content.decode()
    assert alice.client.post("/search/act?q=van", {"do": "move", "c": "99"}).status_code == 404


def test_bob_acts_on_nothing_of_alices(alice: Person, bob: Person, van: int) -> None:
    assert bob.client.post("/search/act?q=van", {"do": "read", "c": "77"}).status_code == 404


def test_a_search_is_kept_and_forgotten(alice: Person, bob: Person, van: int) -> None:
    answer = alice.client.post("/search/save?q=is:unread  van", {"name": "Vans"})
    assert answer.headers["Location"] == "/search?q=is%3Aunread+van"
    text = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert 'href="/search?q=is%3Aunread+van"' in text and "Vans" in text
    assert "Remove saved search" in alice.text("/search?q=is:unread van")
    assert "Remove saved search" not in alice.text("/search?q=van")
    assert "Vans" not in bob.text(f"/mailbox/{bob.inbox.pk}/")
    kept = SavedSearch.objects.get()
    assert bob.client.post(f"/search/saved/{kept.pk}/forget").status_code == 404
    alice.client.post(f"/search/saved/{kept.pk}/forget")
    assert not SavedSearch.objects.exists()


def test_the_count_of_a_kept_search_follows_the_mail(alice: Person, van: int) -> None:
    SavedSearch.objects.create(user=alice.user, name="Vans", query="van")
    searches.count(alice.user.pk)
    assert 'aria-label="Vans, 1 unread"' in alice.text(f"/mailbox/{alice.inbox.pk}/")
    mark = _mark(alice.text("/search?q=van"))
    Entry.objects.update(seen=True)
    searches.count(alice.user.pk)
    assert 'aria-label="Vans"' in alice.text(f"/search/changes?q=van&mark={mark}")


def test_the_server_is_asked_in_the_background(alice: Person, bob: Person, van: int) -> None:
    assert "Search message text on the server" in alice.text("/search?q=zeppelin")
    answer = alice.client.post("/search/deeper?q=zeppelin")
    search = ServerSearch.objects.get(account=alice.account)
    assert answer.headers["Location"] == f"/search?q=zeppelin&run={search.token}"
    text = alice.text(answer.headers["Location"])
    assert "Searching message bodies" in text and ">Stop<" in text
    ServerSearch.objects.update(mailbox="INBOX", special_use="inbox", done=2, total=5)
    running.add(search, [van], exact=True)
    text = alice.text(f"/search/deeper/{search.token}/more?q=zeppelin")
    assert "Inbox, mailbox 3 of 5" in text
    assert len(_rows(text)) == 1 and "&amp;after=" in text
    assert _rows(alice.text(f"/search/deeper/{search.token}/more?q=zeppelin&after={10**12}")) == []
    assert bob.get(f"/search/deeper/{search.token}/more?q=zeppelin").status_code == 404
    assert bob.client.post(f"/search/deeper/{search.token}/stop").status_code == 404
    alice.client.post(f"/search/deeper/{search.token}/stop?q=zeppelin")
    assert ServerSearch.objects.get().stopped
    ServerSearch.objects.update(finished_at=timezone.now())
    assert "Stopped. 1 more message found on the server." in alice.text(answer.headers["Location"])


def _mark(text: str) -> str:
    found = re.search(r'data-mark="(\w+)"', text)
    assert found
    return found[1]


def test_suggestions(alice: Person, van: int) -> None:
    text = alice.text("/search/suggest?q=wren")
    assert 'data-q="from:wren@example.org"' in text
    assert 'data-q="wren has:attachment"' in text
    assert 'data-q="in:inbox"' in alice.text("/search/suggest?q=in:inb")


def test_changes_bring_the_rows_anew(alice: Person, van: int) -> None:
    mark = _mark(alice.text("/search?q=van"))
    assert alice.get(f"/search/changes?q=van&mark={mark}").status_code == 204
    assert f"/message/{van}/" in alice.text("/search/changes?q=van&mark=0")


@given(text=TEXTS)
@trying(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_page(alice: Person, text: str) -> None:
    for address in ("/search", "/search/suggest"):
        assert alice.client.get(address, {"q": text}).status_code == 200


@pytest.mark.parametrize("q", ["x" * 10_000, '"' * 3000, "(-" * 4000])
def test_a_long_text_is_a_page(alice: Person, q: str) -> None:
    assert alice.client.get("/search", {"q": q}).status_code == 200


def test_charlie_has_no_account(charlie: Any) -> None:
    assert charlie.get("/search?q=van").status_code == 404
