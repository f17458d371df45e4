"""Alice has two accounts: which one a page is about, and that what is done goes to the right one."""

import re
import time
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Identity, MailAccount
from imapbridge import tasks
from imapbridge.models import Entry, Job, Mailbox, MailboxThread, Message, PendingChange, ServerSearch, ThreadRef
from imapbridge.search import catching_up
from imapbridge.terms.refs import digest
from tests import factories
from tests.webmail.views.conftest import Person
from webmail.compose import afterwards, mirror
from webmail.models import Draft, Outgoing
from webmail.screen import switcher
from webmail.screen import together as screen


@pytest.fixture
def fair(alice: Person) -> MailAccount:
    return factories.another(alice.user)


@pytest.fixture
def fair_inbox(fair: MailAccount) -> Mailbox:
    return factories.mailbox(fair)


def test_the_account_that_was_looked_at_is_the_one_of_the_next_page(alice: Person, fair_inbox: Mailbox) -> None:
    assert alice.get("/").headers["Location"] == f"/mailbox/{alice.inbox.pk}/"
    assert alice.get(f"/mailbox/{fair_inbox.pk}/").cookies["account"].value == str(fair_inbox.account_id)
    assert alice.get("/").headers["Location"] == f"/mailbox/{fair_inbox.pk}/"
    assert "account" not in alice.get(f"/mailbox/{fair_inbox.pk}/").cookies


def test_who_has_one_account_is_given_nothing_to_keep(alice: Person) -> None:
    assert "account" not in alice.get(f"/mailbox/{alice.inbox.pk}/").cookies


def test_a_form_is_about_the_account_that_it_was_made_for(alice: Person, bob: Person, fair_inbox: Mailbox) -> None:
    """Also when another tab has gone to another one by the time it is sent."""
    forms = {"/labels": "label-name", "/folders/new": "folder-name", "/settings/notifications": "choice-title"}
    hidden = f'<input type="hidden" name="whose" value="{alice.account.pk}">'
    assert all(hidden in alice.text(page) and word in alice.text(page) for page, word in forms.items())
    alice.get(f"/mailbox/{fair_inbox.pk}/")
    for whose, status in ((alice.account.pk, 302), (bob.account.pk, 404)):
        for page, name in (("/labels/new", "Tax"), ("/folders/new", "Leases")):
            assert alice.client.post(page, {"name": name, "whose": whose, "inside": "0"}).status_code == status
    assert list(MailAccount.objects.filter(labels__has_key="Tax")) == [alice.account]
    assert Mailbox.objects.get(name="Leases").account == alice.account


def test_settings_are_of_the_account_that_was_looked_at(alice: Person, bob: Person, fair_inbox: Mailbox) -> None:
    """The menu names it, and the pages that follow go on with it, whatever another tab has looked at meanwhile."""
    alice.get(f"/mailbox/{alice.inbox.pk}/")
    links = re.findall(r'href="(/[\w/]+\?account=\d+)"', alice.text(f"/mailbox/{fair_inbox.pk}/"))
    ways = [f"{page}?account={fair_inbox.account_id}" for page in ("/folders", "/settings", "/settings/notifications")]
    assert links == ways
    for link in ways:
        alice.get(f"/mailbox/{alice.inbox.pk}/")
        assert f'name="whose" value="{alice.account.pk}"' in alice.text("/labels")
        alice.text(link)
        assert f'name="whose" value="{fair_inbox.account_id}"' in alice.text("/labels")
        assert bob.client.get(link).status_code == 404


def test_undo_reaches_each_account(alice: Person, bob: Person, fair_inbox: Mailbox) -> None:
    keys = []
    for person, box in ((alice, alice.inbox), (alice, fair_inbox), (bob, bob.inbox)):
        letter = factories.message(box, seen=False)
        person.client.post(f"/message/{letter.pk}/flags", {"seen": "1"})
        keys.append(PendingChange.objects.get(account=box.account_id).pk)
    mine, fairs, anothers = keys
    assert alice.client.post("/undo", {"change": [mine, fairs]}).status_code == 302
    assert not Entry.objects.filter(seen=True, account__user=alice.user.pk).exists()
    assert alice.client.post("/undo", {"change": [anothers]}).status_code == 404
    assert Entry.objects.get(mailbox=bob.inbox).seen


def test_each_page_has_the_account_of_its_mailbox(alice: Person, fair_inbox: Mailbox) -> None:
    """And costs what it costs who has one."""
    letter = factories.message(fair_inbox, "Stand 14")
    for address in (f"/mailbox/{fair_inbox.pk}/", f"/message/{letter.pk}/"):
        assert "fair@press.example.com" in alice.text(address)


# --- The switcher -----------------------------------------------------------------------------------------------------


def test_the_switcher_has_each_account_with_what_is_unread(alice: Person, fair: MailAccount) -> None:
    MailAccount.objects.filter(pk=fair.pk).update(title="Fair desk", hue=3, position=1)
    inbox = factories.mailbox(fair, unread=4)
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert 'aria-label="Fair desk, 4 unread" aria-keyshortcuts="g 2"' in page
    assert 'href="/inbox/"' in page and 'aria-label="All inboxes, 4 unread"' in page
    assert f'href="/mailbox/{inbox.pk}/"' in page
    other = alice.text(f"/mailbox/{inbox.pk}/")
    assert 'aria-label="Switch account: Fair desk, fair@press.example.com"' in other


def test_who_has_one_account_sees_no_other(alice: Person) -> None:
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert "/inbox/" not in page and "Add account" in page
    assert alice.get("/inbox/").headers["Location"] == "/"
    assert alice.get("/inbox/changes?since=").status_code == 404


def test_an_account_that_is_refused_does_not_disturb_the_others(alice: Person, fair_inbox: Mailbox) -> None:
    MailAccount.objects.filter(pk=fair_inbox.account_id).update(refused=True)
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert f'href="/settings/accounts/{fair_inbox.account_id}/password"' in page
    assert "Your mail server needs your password again" not in page
    theirs = alice.text(f"/mailbox/{fair_inbox.pk}/")
    assert "Your mail server needs your password again" in theirs
    assert "/sign-in?next" not in theirs  # that would ask for another password


def test_changes_tell_of_the_other_accounts_too(alice: Person, fair_inbox: Mailbox) -> None:
    def changes(mark: str) -> str:
        answer = alice.get(f"/mailbox/{alice.inbox.pk}/changes?since=1&mark={mark}")
        return answer.content.decode() if answer.status_code == 200 else ""

    mark = re.findall('data-mark="([^"]+)"', changes(""))[0]
    assert changes(mark) == ""
    factories.message(fair_inbox, seen=False)
    assert "fair@press.example.com, 1 unread" in changes(mark)


# --- All inboxes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def both(alice: Person, fair_inbox: Mailbox) -> list[Mailbox]:
    """Two inboxes with a message each in one conversation, and one of its own."""
    now = int(time.time())
    for ago, box in ((60, alice.inbox), (60, fair_inbox)):
        factories.message(box, "Van", thread=7, sort_at=now - ago, seen=False, text="On Monday.")
    factories.message(alice.inbox, "Lease", sort_at=now - 90)
    factories.message(fair_inbox, "Stand 14", sort_at=now - 30, flagged=True)
    return [alice.inbox, fair_inbox]


def subjects(page: str) -> list[str]:
    return re.findall(r'<div class="row-subj"><a [^>]*>([^<]*)</a>', page)


def keys(page: str) -> list[str]:
    return re.findall(r'<li class="row[^"]*" id="c([^"]*)"', page)


def test_all_inboxes_stand_in_one_list(alice: Person, both: list[Mailbox], django_assert_max_num_queries: Any) -> None:
    alice.get("/")
    with django_assert_max_num_queries(6):
        page = alice.text("/inbox/")
    assert subjects(page) == ["Stand 14", "Van", "Van", "Lease"]
    assert [screen.parted(int(key)) for key in keys(page)[1:3]] == [(7, both[1].pk), (7, both[0].pk)]
    assert ">2 unread</span>" in page and 'class="whose"' in page
    assert subjects(alice.text("/inbox/?only=starred")) == ["Stand 14"]
    assert subjects(alice.text("/inbox/?sort=unread")) == ["Van", "Van", "Stand 14", "Lease"]


def test_inboxes_that_are_not_listed_yet(alice: Person, fair: MailAccount) -> None:
    assert subjects(alice.text("/inbox/")) == [] and "Nothing waiting" in alice.text("/inbox/")
    Mailbox.objects.all().delete()
    assert alice.get("/inbox/").headers["Location"] == "/"
    assert alice.get("/inbox/changes?since=1.1").status_code == 404


def test_a_message_of_it_goes_back_to_it(
    alice: Person, both: list[Mailbox], django_assert_max_num_queries: Any
) -> None:
    link = re.findall(r'<div class="row-subj"><a href="([^"]*)"', alice.text("/inbox/"))[2].replace("&amp;", "&")
    with django_assert_max_num_queries(6):
        page = alice.text(link)
    assert 'href="/inbox/" aria-label="Back to All inboxes"' in page
    assert f'data-thread="{screen.key_of(7, both[0].pk)}"' in page
    assert page.count("is-open") == 1 and subjects(page)[2:3] == ["Van"]


def test_changes_of_all_inboxes(alice: Person, both: list[Mailbox], django_assert_max_num_queries: Any) -> None:
    page = alice.text("/inbox/")
    state, mark = (re.findall(f'data-{name}="([^"]*)"', page)[0] for name in ("state", "mark"))
    assert alice.get(f"/inbox/changes?since={state}&mark={mark}").status_code == 204
    factories.message(both[1], "Late", seen=False)
    Mailbox.objects.filter(pk=both[0].pk).update(state=9)
    MailboxThread.objects.filter(mailbox=both[0], thread=7).update(count=0, state=9)
    with django_assert_max_num_queries(6):
        told = alice.text(f"/inbox/changes?since={state}&mark={mark}")
    assert subjects(told) == ["Late"]
    assert f'data-removed="{screen.key_of(7, both[0].pk)}"' in told and 'data-anew="false"' in told
    assert f'data-state="{both[0].pk}.9-{both[1].pk}.' in told
    assert 'data-anew="true"' in alice.text(f"/inbox/changes?since={both[0].pk}.5")


def test_each_goes_to_the_archive_of_its_account(alice: Person, bob: Person, both: list[Mailbox]) -> None:
    archives = [factories.mailbox(box.account, "Archive", special_use="archive") for box in both]
    van = [screen.key_of(7, box.pk) for box in both]
    answer = alice.client.post("/inbox/act", {"do": "archive", "c": van}, headers={"X-Requested-With": "fetch"})
    assert answer.json()["said"] == "Archived 2 conversations"
    for archive, box in zip(archives, both, strict=True):
        assert Entry.objects.get(mailbox=archive, expunged=False).account_id == box.account_id
    assert subjects(alice.text("/inbox/")) == ["Stand 14", "Lease"]
    assert alice.client.post("/undo", {"change": answer.json()["undo"]}).status_code == 302
    assert len(subjects(alice.text("/inbox/"))) == 4


def test_what_is_not_done_in_all_inboxes(alice: Person, bob: Person, both: list[Mailbox]) -> None:
    """Nothing is done when it cannot be done to all of it, and nothing to what is another's."""
    folder = factories.mailbox(alice.account, "Lease")
    factories.mailbox(alice.account, "Archive", special_use="archive")
    factories.message(bob.inbox, "Bob's", thread=7)
    van = [screen.key_of(7, box.pk) for box in both]
    for values, status in (
        ({"do": "archive", "c": van}, 409),
        ({"do": "move", "c": van, "to": folder.pk}, 409),
        ({"do": "trash", "c": [screen.key_of(7, bob.inbox.pk)]}, 404),
        ({"do": "trash", "c": [screen.key_of(8, both[0].pk)]}, 404),
        ({"do": "trash", "c": ["7", "x", "-", "9" * 60]}, 404),
        ({"do": "trash", "c": [screen.key_of(thread, both[0].pk) for thread in (2**63, -(2**63) - 1)]}, 404),
        ({"do": "nothing", "c": van}, 400),
    ):
        answer = alice.client.post("/inbox/act", values, headers={"X-Requested-With": "fetch"})
        assert answer.status_code == status, values
    assert not Entry.objects.filter(expunged=True).exists()
    moved = alice.client.post("/inbox/act", {"do": "move", "c": van[:1], "to": folder.pk})
    assert moved.headers["Location"] == "/inbox/" and Entry.objects.get(mailbox=folder).account == alice.account


def test_forms_ask_on_a_page_of_their_own(alice: Person, both: list[Mailbox]) -> None:
    factories.mailbox(both[1].account, "Stands")
    one = screen.key_of(7, both[1].pk)
    asked = alice.client.post("/inbox/act", {"do": "move", "c": [one]}).content.decode()
    assert f'name="c" value="{one}"' in asked and "Stands" in asked
    page = alice.text("/inbox/dialogs")
    assert "Stands" in page and ">fair</small>" in page


def test_everything_is_a_job_for_each(alice: Person, both: list[Mailbox]) -> None:
    values = {"do": "read", "all": "1"}
    answer = alice.client.post("/inbox/act", values, headers={"X-Requested-With": "fetch"}).json()
    assert set(Job.objects.values_list("account", flat=True)) == {box.account_id for box in both}
    assert not Entry.objects.filter(seen=False).exists()
    assert alice.client.post(answer["undo"], headers={"X-Requested-With": "fetch"}).status_code == 204
    assert Entry.objects.filter(seen=False).count() == 2


# --- Writing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(fair: MailAccount) -> Identity:
    return Identity.objects.create(account=fair, name="Print fair desk", address="fair@press.example.com")


def froms(page: str) -> list[tuple[str, str]]:
    """(key, whether it is chosen) of those to be from."""
    return re.findall(r'<option value="([^"]*)"( selected)?>[^<]*@', page)


def test_whom_a_message_is_from_says_through_which_account_it_goes(alice: Person, desk: Identity) -> None:
    assert froms(alice.text("/compose/")) == [(f"a{alice.account.pk}", " selected"), (str(desk.pk), "")]
    alice.client.post("/compose/", {"identity": f"a{alice.account.pk}"})
    draft = Draft.objects.get()
    box = factories.mailbox(alice.account, "Drafts", special_use="drafts")
    factories.mailbox(desk.account, "Drafts", special_use="drafts")
    alice.client.post(f"/compose/{draft.pk}/", {"subject": "Van", "revision": draft.revision})
    mirror.mirror(Draft.objects.get())
    assert Message.objects.get(account=alice.account).message_id == draft.message_id
    form = {"subject": "Van", "identity": str(desk.pk), "revision": Draft.objects.get().revision}
    alice.client.post(f"/compose/{draft.pk}/", form)
    draft = Draft.objects.get()
    assert (draft.account, draft.identity, draft.mirrored) == (desk.account, desk, 0)
    assert not Entry.objects.filter(mailbox=box, expunged=False).exists()
    Draft.objects.create(account=alice.account, message_id=draft.message_id)  # it goes where it is already
    back = {"identity": f"a{alice.account.pk}", "revision": draft.revision}
    assert alice.client.post(f"/compose/{draft.pk}/", back).status_code == 302
    moved = Draft.objects.get(pk=draft.pk)
    assert (moved.account, moved.message_id == draft.message_id) == (alice.account, False)
    there = {"identity": str(desk.pk), "revision": moved.revision}
    alice.client.post(f"/compose/{draft.pk}/", there)
    draft = Draft.objects.get(pk=draft.pk)
    assert froms(alice.text(f"/compose/{draft.pk}/")) == [(str(desk.pk), " selected"), (f"a{alice.account.pk}", "")]
    form = {"do": "send", "to": "wren@example.org", "subject": "Van", "text": "x", "revision": draft.revision}
    alice.client.post(f"/compose/{draft.pk}/", form)
    assert Outgoing.objects.get().account == desk.account


def test_nobody_writes_as_another_person(alice: Person, bob: Person, desk: Identity) -> None:
    bob.client.post("/compose/", {})
    draft = Draft.objects.get()
    for key in (str(desk.pk), f"a{desk.account_id}"):
        form = {"subject": "Van", "identity": key, "revision": Draft.objects.get().revision}
        bob.client.post(f"/compose/{draft.pk}/", form)
        draft = Draft.objects.get()
        assert (draft.account, draft.identity) == (bob.account, None)


def test_an_answer_comes_from_the_account_that_it_was_written_to(
    alice: Person, fair_inbox: Mailbox, desk: Identity
) -> None:
    letter = factories.message(fair_inbox, "Stand 14", text="By the door.")
    alice.client.post(f"/compose/?reply={letter.pk}")
    draft = Draft.objects.get()
    assert (draft.account, draft.identity) == (desk.account, desk)
    alice.client.post(f"/compose/{draft.pk}/", {"identity": f"a{alice.account.pk}", "revision": draft.revision})
    row = Outgoing.objects.create(
        account=alice.account, message_id="<a@b>", state="sent", due_at=timezone.now(), planned_at=timezone.now(),
        sent_at=timezone.now(), size=1, answers=Draft.objects.get().answers,
    )  # fmt: skip
    ThreadRef.objects.create(account=desk.account, ref=digest(letter.message_id), thread=letter.thread)
    afterwards.see_to(row.pk)
    assert Entry.objects.get(message=letter).answered


def test_rows_say_no_more_of_an_account_than_tells_it_apart() -> None:
    def named(*accounts: tuple[str, str]) -> list[str]:
        who = [switcher.people.person(title, address) for title, address in accounts]
        standings = [switcher.Standing(0, key, each, 0, 0, False, False) for key, each in enumerate(who)]
        return list(switcher.short_names(standings).values())

    assert named(("", "alice@example.com"), ("", "fair@example.org")) == ["alice", "fair"]
    assert named(("", "alice@example.com"), ("", "alice@example.org")) == ["alice@example.com", "alice@example.org"]
    assert named(("", "alice@example.com"), ("Fair desk", "fair@example.org")) == ["alice", "Fair desk"]


# --- Searching --------------------------------------------------------------------------------------------------------


@pytest.fixture
def found(both: list[Mailbox]) -> list[Mailbox]:
    for box in both:
        catching_up.catch_up(box.account_id)
    return both


def test_a_search_looks_into_all_accounts_or_one(
    alice: Person, found: list[Mailbox], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        page = alice.text("/search?q=van")
    assert [screen.parted(int(key))[1] for key in keys(page)] == [found[1].pk, found[0].pk]
    assert "fair: Inbox" in page and "All accounts" in page
    narrow = alice.text("/search?q=van+account:fair@press.example.com")
    assert [screen.parted(int(key))[1] for key in keys(narrow)] == [found[1].pk]
    assert keys(alice.text("/search?q=van+-account:fair@press.example.com"))[0].endswith(str(found[0].pk))
    assert keys(alice.text("/search?q=van+account:bob@example.com")) == []


def test_the_servers_of_accounts_that_wait_for_their_password_are_not_asked(
    alice: Person, found: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.search_server, "apply_async", lambda *_args, **_options: None)
    MailAccount.objects.filter(pk=found[1].account_id).update(refused=True)
    alice.client.post("/search/deeper?q=van")
    assert ServerSearch.objects.get().account_id == alice.account.pk


def test_results_go_to_folders_of_their_own_accounts(alice: Person, found: list[Mailbox]) -> None:
    archives = [factories.mailbox(box.account, "Archive", special_use="archive") for box in found]
    van = keys(alice.text("/search?q=van"))
    script = {"X-Requested-With": "fetch"}
    aside = alice.client.post("/search/act?q=van", {"do": "move", "c": van, "to": archives[0].pk}, headers=script)
    assert aside.status_code == 409 and not Entry.objects.filter(expunged=True).exists()
    answer = alice.client.post("/search/act?q=van", {"do": "archive", "c": van}, headers=script)
    assert answer.json()["said"] == "Archived 2 conversations"
    for archive in archives:
        assert Entry.objects.get(mailbox=archive, expunged=False).account_id == archive.account_id
    back = keys(alice.text("/search?q=van"))
    assert alice.client.post("/search/act?q=van", {"do": "inbox", "c": back}, headers=script).status_code == 200
    assert {entry.account_id for entry in Entry.objects.filter(mailbox__in=found, thread=7, expunged=False)} == {
        box.account_id for box in found
    }


def test_a_result_stays_marked_when_it_is_open(alice: Person, found: list[Mailbox]) -> None:
    link = re.findall(r'<div class="row-subj"><a href="([^"]*)"', alice.text("/search?q=van"))[1].replace("&amp;", "&")
    page = alice.text(link)
    assert page.count("is-open") == 1
    assert f'data-thread="{screen.key_of(7, found[0].pk)}"' in page
