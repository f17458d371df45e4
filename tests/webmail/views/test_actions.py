"""Stars and read marks, as the forms of a page send them."""

import pytest

from imapbridge.models import Entry, Mailbox, PendingChange
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags


def flags(message: int) -> tuple[bool, bool]:
    entry = Entry.objects.get(message=message)
    return entry.seen, entry.flagged


@pytest.mark.parametrize(
    ("before", "name", "value", "after"),
    [
        ((False, False), "seen", "1", (True, False)),
        ((True, False), "seen", "0", (False, False)),
        ((True, False), "flagged", "1", (True, True)),
        ((True, True), "flagged", "0", (True, False)),
        ((True, True), "flagged", "1", (True, True)),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_flag(
    alice: Person, replayed: list[int], before: tuple[bool, bool], name: str, value: str, after: tuple[bool, bool]
) -> None:
    made = factories.message(alice.inbox, seen=before[0], flagged=before[1])
    answer = alice.client.post(f"/message/{made.pk}/flags", {name: value, "next": f"/mailbox/{alice.inbox.pk}/"})
    assert answer.headers["Location"] == f"/mailbox/{alice.inbox.pk}/"
    assert flags(made.pk) == after
    changed = before != after
    assert PendingChange.objects.count() == changed
    assert replayed == [alice.account.pk] * changed
    assert Mailbox.objects.get(pk=alice.inbox.pk).unread == (not after[0])


def test_a_script_gets_no_page(alice: Person) -> None:
    made = factories.message(alice.inbox, seen=False)
    answer = alice.client.post(f"/message/{made.pk}/flags", {"seen": "1"}, headers={"X-Requested-With": "fetch"})
    assert answer.json() == {"undo": [PendingChange.objects.get().pk]}


def test_reading_and_unstarring_are_for_the_whole_conversation(alice: Person) -> None:
    first = factories.message(alice.inbox, seen=False, flagged=True, sort_at=1)
    last = factories.message(alice.inbox, seen=False, thread=first.thread, sort_at=2)
    alice.client.post(f"/message/{last.pk}/flags", {"seen": "1", "flagged": "0"})
    assert [flags(each.pk) for each in (first, last)] == [(True, False), (True, False)]
    alice.client.post(f"/message/{last.pk}/flags", {"seen": "0", "flagged": "1"})
    assert [flags(each.pk) for each in (first, last)] == [(True, False), (False, True)]


def test_only_what_a_page_opened_is_marked_by_opening_it(alice: Person) -> None:
    first = factories.message(alice.inbox, seen=False, sort_at=1)
    second, last = [factories.message(alice.inbox, seen=False, thread=first.thread, sort_at=at) for at in (2, 3)]
    elsewhere = factories.message(alice.inbox, seen=False)
    opened = [str(second.pk), str(last.pk), str(elsewhere.pk), "nonsense"]
    alice.client.post(f"/message/{last.pk}/flags", {"seen": "1", "message": opened})
    assert [flags(each.pk)[0] for each in (first, second, last, elsewhere)] == [False, True, True, False]


@pytest.mark.parametrize("fields", [{}, {"seen": "2"}, {"flagged": "yes"}, {"deleted": "1"}])
def test_nothing_that_is_known_is_refused(alice: Person, fields: dict[str, str]) -> None:
    made = factories.message(alice.inbox)
    assert alice.client.post(f"/message/{made.pk}/flags", fields).status_code == 400


def test_a_get_changes_nothing(alice: Person) -> None:
    made = factories.message(alice.inbox, seen=False)
    assert alice.client.get(f"/message/{made.pk}/flags?seen=1").status_code == 405
    assert flags(made.pk) == (False, False)


def test_the_buttons_of_a_page_are_this_form(alice: Person) -> None:
    """What a person without scripts presses: one form for the page, an address and a value on each button."""
    made = factories.message(alice.inbox, "Van", text="Hi", seen=False)
    for address in (f"/mailbox/{alice.inbox.pk}/", f"/message/{made.pk}/"):
        html = alice.text(address)
        for name in ("seen", "flagged"):
            for button in tags(html, "button", form="act", name=name):
                assert button["formaction"] == f"/message/{made.pk}/flags?in={alice.inbox.pk}"
                assert button["value"] == "1"
        assert tags(html, "input", name="next", value=address)
        assert tags(html, "input", name="csrfmiddlewaretoken")


def test_without_the_token_nothing_happens(alice: Person) -> None:
    made = factories.message(alice.inbox, seen=False)
    alice.client.handler.enforce_csrf_checks = True
    assert alice.client.post(f"/message/{made.pk}/flags", {"seen": "1"}).status_code == 403
    assert flags(made.pk) == (False, False)
