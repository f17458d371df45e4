"""The list: its page, its next rows, and what changed."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imapbridge import actions, tasks
from imapbridge.models import Mailbox, MailboxThread, Mirror
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import headings, names, rows, tags

DAY = 86400


def test_home_is_the_inbox(alice: Person) -> None:
    factories.mailbox(alice.account, "Archive", special_use="archive")
    assert alice.get("/").headers["Location"] == f"/mailbox/{alice.inbox.pk}/"


def test_home_waits_while_nothing_is_known_of_the_mailboxes(alice: Person) -> None:
    alice.inbox.delete()
    assert "Loading your mailboxes" in alice.text("/")


def test_a_row_says_what_it_is(alice: Person) -> None:
    made = factories.message(
        alice.inbox, "Screens are dry", seen=False, sender=("Wren Calloway", "wren@example.org"), has_attachment=True
    )
    html = alice.text(f"/mailbox/{alice.inbox.pk}/")
    (link,) = tags(html, "a", href=f"/message/{made.pk}/?in={alice.inbox.pk}")
    assert re.fullmatch(r"Unread, Wren Calloway, Screens are dry, has attachment, \d\d:\d\d", link["aria-label"])
    assert "Star: Screens are dry" in names(html, "button")
    assert "Mark as read: Screens are dry" in names(html, "button")
    assert "<title>Inbox, 1 unread – Whimbrel</title>" in html


def test_the_sidebar_names_and_counts(alice: Person) -> None:
    factories.mailbox(alice.account, "Drafts", special_use="drafts", total=2)
    factories.mailbox(alice.account, "Co-op", selectable=False)
    factories.mailbox(alice.account, "Co-op/Lease", unread=1)
    factories.mailbox(alice.account, "Broken", error="timed-out")
    Mailbox.objects.filter(pk=alice.inbox.pk).update(unread=3)
    html = alice.text(f"/mailbox/{alice.inbox.pk}/")
    side = names(html[html.index("<nav") : html.index("</nav>")], "a")
    assert side == ["Inbox, 3 unread", "Starred", "Drafts, 2", "Broken, not up to date", "Co-op", "Lease, 1 unread"]
    assert "Collapse Co-op" in names(html, "button")


def test_paging_by_plain_links_shows_every_row_once(alice: Person) -> None:
    box = factories.fill_mailbox(alice.account, 120, "Archive", special_use="archive")
    address, seen, pages = f"/mailbox/{box.pk}/", [], 0
    while address:
        html = alice.text(address)
        assert headings(html)
        seen += rows(html)
        older = tags(html, "a", id="older")
        address = older[0]["href"] if older else ""
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize(("choice", "size"), [("", 130), ("?only=unread", 530), ("?sort=unread", 280)])
def test_newer_leads_back_over_the_same_pages(alice: Person, choice: str, size: int) -> None:
    box = factories.fill_mailbox(alice.account, size, "Archive", special_use="archive")
    first = f"/mailbox/{box.pk}/{choice}"
    down = [first]
    while older := tags(alice.text(down[-1]), "a", id="older"):
        down.append(older[0]["href"])
    up = [down[-1]]
    while newer := [
        link for link in tags(alice.text(up[-1]), "a") if link.get("class") == "older" and "id" not in link
    ]:
        up.append(newer[0]["href"])
    assert len(down) >= 3
    assert up == down[::-1]


def test_the_next_rows_for_a_script_repeat_no_heading(alice: Person) -> None:
    box = factories.mailbox(alice.account, "Archive")
    for number in range(70):
        factories.message(box, f"Old {number}", sort_at=1_400_000_000 + number)
    (older,) = tags(alice.text(f"/mailbox/{box.pk}/"), "a", id="older")
    answer = alice.script(older["href"], "older").content.decode()
    assert len(rows(answer)) == 20
    assert headings(answer) == []
    assert "<nav" not in answer
    assert headings(alice.text(older["href"])) == ["May 2014"]


@pytest.mark.parametrize("cursor", ["x", "1.x", "9" * 60, "--5.3", "-1.-1", "1", "١.٢"])
def test_a_broken_cursor_is_no_error(alice: Person, cursor: str) -> None:
    factories.message(alice.inbox)
    assert alice.get(f"/mailbox/{alice.inbox.pk}/?before={cursor}").status_code == 200
    assert alice.script(f"/mailbox/{alice.inbox.pk}/?before={cursor}", "older").status_code == 200


def test_filters_are_links(alice: Person) -> None:
    factories.message(alice.inbox, "Read")
    unread = factories.message(alice.inbox, "Unread", seen=False)
    starred = factories.message(alice.inbox, "Starred", flagged=True)
    address = f"/mailbox/{alice.inbox.pk}/"
    assert list(rows(alice.text(f"{address}?only=unread"))) == [unread.thread]
    assert list(rows(alice.text(f"{address}?only=starred"))) == [starred.thread]
    assert len(rows(alice.text(f"{address}?only=nonsense"))) == 3
    html = alice.text(f"{address}?only=starred")
    assert [each["aria-label"] for each in tags(html, "a", aria_current="page")] == ["Inbox, 1 unread"]


def test_unread_first_shows_every_row_once(alice: Person) -> None:
    box = factories.fill_mailbox(alice.account, 280, "Archive", special_use="archive")
    address, shown, under = f"/mailbox/{box.pk}/?sort=unread", [], []
    while address:
        html = alice.text(address)
        under.append(headings(html))
        shown += rows(html)
        older = tags(html, "a", id="older")
        address = older[0]["href"] if older else ""
    held = MailboxThread.objects.filter(mailbox=box)
    unread, read = (held.filter(unread=n).order_by("-sort_at").values_list("thread", flat=True) for n in (1, 0))
    assert shown == [*unread, *read]
    assert under == [["Unread"], ["Unread", "Everything else"], *[["Everything else"]] * 4]


def test_the_next_rows_of_unread_first_repeat_no_heading(alice: Person) -> None:
    box = factories.fill_mailbox(alice.account, 280, "Archive", special_use="archive")
    address, under = f"/mailbox/{box.pk}/?sort=unread", []
    while older := tags(alice.text(address), "a", id="older"):
        address = older[0]["href"]
        under.append(headings(alice.script(address, "older").content.decode()))
    assert under == [["Everything else"], [], [], [], []]


def test_the_order_is_chosen_in_the_menu_and_kept(alice: Person) -> None:
    made = factories.message(alice.inbox, "Read")
    address = f"/mailbox/{alice.inbox.pk}/"
    html = alice.text(f"{address}?sort=unread")
    assert tags(html, "a", href=address, aria_checked="false", role="menuitemradio")
    assert tags(html, "a", href=f"{address}?sort=unread", aria_checked="true", role="menuitemradio")
    (link,) = tags(html, "a", href=f"/message/{made.pk}/?in={alice.inbox.pk}&sort=unread")
    assert tags(alice.text(link["href"]), "a", href=f"{address}?sort=unread")
    for none in ("?sort=nonsense", "?only=starred&sort=unread"):
        assert not tags(alice.text(address + none), "a", href=f"{address}?sort=unread", aria_checked="true")


@pytest.mark.parametrize("cursor", ["x.u", ".u", "1.u", "9" * 48 + ".u", "1.2.3.u", "1.2.u.u", "-1.-1.u"])
def test_a_broken_cursor_of_unread_first_is_no_error(alice: Person, cursor: str) -> None:
    factories.message(alice.inbox)
    assert alice.get(f"/mailbox/{alice.inbox.pk}/?sort=unread&before={cursor}").status_code == 200
    assert alice.script(f"/mailbox/{alice.inbox.pk}/?sort=unread&before={cursor}", "older").status_code == 200


# --- States -----------------------------------------------------------------------------------------------------------


def test_an_empty_mailbox(alice: Person) -> None:
    html = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert "Nothing waiting" in html
    assert "<title>Inbox, empty – Whimbrel</title>" in html


def test_the_first_sync_shows_how_far_it_is(alice: Person) -> None:
    Mailbox.objects.filter(pk=alice.inbox.pk).update(uid_next=1001, lowest_uid=401)
    html = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert tags(html, "progress", aria_label="Syncing Inbox")[0]["value"] == "60"
    assert 'aria-label="Loading messages"' in html


@pytest.mark.parametrize("where", ["mailbox", "account"])
def test_a_failed_sync_is_told_in_words(alice: Person, where: str) -> None:
    if where == "mailbox":
        Mailbox.objects.filter(pk=alice.inbox.pk).update(error="timed-out")
    else:
        Mirror.objects.create(account=alice.account, error="timed-out")
    empty = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert "The mail server is not answering" in empty
    assert 'role="alert"' in empty
    factories.message(alice.inbox)
    assert "did not reply in time" in alice.text(f"/mailbox/{alice.inbox.pk}/")


def test_a_password_that_is_needed_again_is_asked_for(alice: Person) -> None:
    assert "Sign in again" not in alice.text(f"/mailbox/{alice.inbox.pk}/")
    alice.account.refused = True
    alice.account.save()
    html = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert tags(html, "a", href=f"/sign-in?next=/mailbox/{alice.inbox.pk}/")


def test_a_folder_of_folders_only(alice: Person) -> None:
    box = factories.mailbox(alice.account, "Co-op", selectable=False)
    factories.mailbox(alice.account, "Co-op/Lease")
    assert "Only folders here" in alice.text(f"/mailbox/{box.pk}/")


def test_a_mailbox_that_is_not_shown_is_not_found(alice: Person) -> None:
    box = factories.mailbox(alice.account, "Nothing", selectable=False)
    assert alice.get(f"/mailbox/{box.pk}/").status_code == 404


# --- Whose it is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "changes?since=0", "refresh"])
def test_others_find_nothing(alice: Person, bob: Person, charlie: Client, client: Client, path: str) -> None:
    address = f"/mailbox/{alice.inbox.pk}/{path}"
    method = "post" if path == "refresh" else "get"
    for other in (bob.client, charlie):
        assert getattr(other, method)(address).status_code == 404
    assert getattr(client, method)(address).headers["Location"].startswith("/sign-in")


# --- Changes ----------------------------------------------------------------------------------------------------------


def changes(person: Person, since: int, box: Mailbox | None = None, only: str = "", sort: str = "") -> str:
    return person.text(f"/mailbox/{(box or person.inbox).pk}/changes?since={since}&only={only}&sort={sort}")


def said(html: str, name: str) -> str:
    found = re.search(rf'<div id="changes"[^>]* data-{name}="([^"]*)"', html)
    assert found
    return found[1]


def state(html: str) -> int:
    found = re.search(r'data-state="(\d+)"', html)
    assert found
    return int(found[1])


def applied(page: dict[int, str], change: str) -> dict[int, str]:
    """What the script does with an answer: rows replaced by id, others put in by date, removed ones taken out."""
    gone = {int(thread) for thread in said(change, "removed").split()}
    merged = {thread: row for thread, row in (page | rows(change)).items() if thread not in gone}
    return dict(sorted(merged.items(), key=lambda each: (_at(each[1]), each[0]), reverse=True))


def _at(row: str) -> int:
    found = re.search(r'data-at="(-?\d+)"', row)
    assert found
    return int(found[1])


def test_a_page_and_its_changes_equal_a_fresh_page(alice: Person) -> None:
    first = [
        factories.message(alice.inbox, f"Message {n}", seen=n % 2 == 0, sort_at=1_700_000_000 + n) for n in range(8)
    ]
    address = f"/mailbox/{alice.inbox.pk}/"
    page = alice.text(address)
    actions.set_seen(alice.account.pk, [first[1].pk], True)
    actions.set_flagged(alice.account.pk, [first[0].pk, first[4].pk], True)
    factories.message(alice.inbox, "New", seen=False)
    factories.message(alice.inbox, "Re: Message 3", thread=first[3].thread, seen=False)
    change = changes(alice, state(page))
    assert applied(rows(page), change) == rows(alice.text(address))
    assert said(change, "title") == "Inbox, 5 unread"
    assert "Inbox, 5 unread" in names(change, "a")
    assert rows(changes(alice, state(alice.text(address)))) == {}


def test_what_leaves_a_filter_is_taken_out(alice: Person) -> None:
    unread = [factories.message(alice.inbox, f"Message {n}", seen=False) for n in range(3)]
    page = alice.text(f"/mailbox/{alice.inbox.pk}/?only=unread")
    actions.set_seen(alice.account.pk, [unread[1].pk], True)
    change = changes(alice, state(page), only="unread")
    assert said(change, "removed") == str(unread[1].thread)
    assert applied(rows(page), change) == rows(alice.text(f"/mailbox/{alice.inbox.pk}/?only=unread"))


def test_a_row_that_is_read_moves_to_its_place(alice: Person) -> None:
    first = [
        factories.message(alice.inbox, f"Message {n}", seen=n % 2 == 0, sort_at=1_700_000_000 + n) for n in range(8)
    ]
    address = f"/mailbox/{alice.inbox.pk}/?sort=unread"
    page = alice.text(address)
    actions.set_seen(alice.account.pk, [first[3].pk], True)
    actions.set_seen(alice.account.pk, [first[4].pk], False)
    factories.message(alice.inbox, "New", seen=False)
    change = changes(alice, state(page), sort="unread")
    fresh = alice.text(address)
    assert by_heading(change) == {"Unread": 2, "Everything else": 1}
    merged = applied(rows(page), change)
    unread_first = dict(sorted(merged.items(), key=lambda each: "is-unread" not in each[1]))
    assert list(unread_first.items()) == list(rows(fresh).items())
    assert by_heading(fresh) == {"Unread": 5, "Everything else": 4}


def by_heading(html: str) -> dict[str, int]:
    """How many rows stand under each."""
    parts = re.split(r'<h2 class="group"[^>]*><span>([^<]*)</span>', html)
    return {title: len(rows(part)) for title, part in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize("since", ["", "x", "-5", "9" * 40, "999999"])
def test_a_state_that_cannot_be_told_from_asks_for_the_whole_list(alice: Person, since: str) -> None:
    html = alice.text(f"/mailbox/{alice.inbox.pk}/changes?since={since}")
    assert said(html, "anew") == "true"
    assert 'id="list-top"' in alice.script(f"/mailbox/{alice.inbox.pk}/", "list-pane").content.decode()


def test_where_nothing_is_different_there_is_no_content(alice: Person) -> None:
    """Neither in the list nor in the sidebar, whose other mailboxes have states of their own."""
    factories.message(alice.inbox, "Pears", seen=False)
    other = factories.mailbox(alice.account, "Other")
    shown = alice.text(f"/mailbox/{alice.inbox.pk}/")

    def answer() -> Any:
        mark = re.findall(r'data-mark="(\w+)"', shown)[0]
        return alice.get(f"/mailbox/{alice.inbox.pk}/changes?since={state(shown)}&mark={mark}")

    assert (answer().status_code, answer().content) == (204, b"")
    for change in (
        lambda: factories.message(other, "Plums", seen=False),
        lambda: Mirror.objects.update_or_create(account=alice.account, defaults={"error": "timed-out"}),
        lambda: actions.set_seen(alice.account.pk, [factories.message(alice.inbox, "Figs", seen=False).pk], True),
    ):
        change()
        assert answer().status_code == 200
        shown = answer().content.decode()
        assert answer().status_code == 204


def test_refreshing_asks_for_a_sync(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "request_sync", asked.append)
    address = f"/mailbox/{alice.inbox.pk}/"
    answer = alice.client.post(f"{address}refresh", {"next": f"{address}?only=unread"})
    assert answer.headers["Location"] == f"{address}?only=unread"
    assert alice.client.get(f"{address}refresh").status_code == 405
    assert asked == [alice.account.pk]


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_form_leads_back_to_us_only(alice: Person, monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    monkeypatch.setattr(tasks, "request_sync", lambda account: None)
    answer = alice.client.post(f"/mailbox/{alice.inbox.pk}/refresh", {"next": wanted})
    assert answer.headers["Location"] == f"/mailbox/{alice.inbox.pk}/"


# --- What it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [10, 2_000])
def test_a_page_takes_six_queries_at_any_size_and_depth(
    alice: Person, django_assert_max_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    box = factories.fill_mailbox(alice.account, size, "Archive", special_use="archive")
    alice.get("/")
    with django_assert_max_num_queries(6):
        assert len(rows(alice.text(f"/mailbox/{box.pk}/"))) == min(size, 50)
    oldest = box.entries.order_by("uid").values_list("sort_at", flat=True)[4]
    with django_assert_max_num_queries(6):
        assert rows(alice.text(f"/mailbox/{box.pk}/?before={oldest}.0"))
    with django_assert_max_num_queries(6):
        alice.script(f"/mailbox/{box.pk}/?before={oldest}.0", "older")
    with django_assert_max_num_queries(6):
        changes(alice, 1, box)
    for cursor in ("", f"&before={oldest}.0.u", f"&before={oldest}.0"):
        with django_assert_max_num_queries(6):
            alice.text(f"/mailbox/{box.pk}/?sort=unread{cursor}")
