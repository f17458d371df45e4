"""Everything that a search finds, in whatever folder: begun by a form, gone on with in the background, undone."""

import time
from typing import Any

import pytest
from django.http import HttpResponse

from imapbridge.actions import seeking, whole
from imapbridge.models import Entry, Job, Mailbox, Message, SearchHit, ServerSearch
from imapbridge.queries.conversations import ONLY
from imapbridge.search import catching_up
from imapbridge.terms.flags import MUTED
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags
from tests.webmail.views.test_acting import SCRIPT, held
from webmail.views import back


@pytest.fixture
def archive(alice: Person) -> Mailbox:
    return factories.mailbox(alice.account, name="Archive", special_use="archive", uid_validity=3)


@pytest.fixture
def lists(alice: Person) -> Mailbox:
    """150 messages, of which 30 are about the draft of a lease."""
    box = factories.fill_mailbox(alice.account, 150, "Lists")
    while catching_up.catch_up(alice.account.pk):
        pass
    return box


def _everything(person: Person, deed: str, q: str = "lease", **fields: Any) -> Any:
    return person.client.post(f"/search/act?q={q}", {"do": deed, "all": "1"} | fields, headers=SCRIPT)


def _finish(job: Job) -> None:
    while whole.go_on(job.pk):
        pass


def _about(box: Mailbox, **wanted: Any) -> set[int]:
    found = Message.objects.filter(entries__mailbox=box, entries__expunged=False, subject__contains="lease", **wanted)
    return set(found.values_list("pk", flat=True))


def test_all_of_it_goes_wherever_it_lies_and_comes_back(
    alice: Person, archive: Mailbox, lists: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 7)
    others = [factories.message(box, "Our lease", sort_at=at) for at, box in enumerate((alice.inbox, archive))]
    catching_up.catch_up(alice.account.pk)
    wanted = _about(lists) | {others[0].pk}
    assert len(wanted) == 31
    answer = _everything(alice, "archive").json()
    job = Job.objects.get()
    assert held(archive) == _about(archive) and 7 <= job.done < 31
    assert job.only not in ONLY, "the version before would do it to all of the inbox"
    page = alice.text("/search?q=lease")
    assert "Moving everything from Search: lease to Archive" in page and f"/jobs/{job.pk}/stop" in page
    late = factories.message(alice.inbox, "A lease that came meanwhile", sort_at=1)
    catching_up.catch_up(alice.account.pk)
    _finish(job)
    assert held(archive) == wanted | {others[1].pk}
    assert held(alice.inbox) == {late.pk} and not _about(lists) and len(held(lists)) == 120
    assert Job.objects.get().done == 31 and answer["undo"] == f"/jobs/{job.pk}/undo"
    assert "Moving everything" not in alice.text("/search?q=lease")
    alice.client.post(answer["undo"])
    _finish(Job.objects.latest("pk"))
    assert _about(lists) | {others[0].pk} == wanted and held(archive) == {others[1].pk}


def test_a_conversation_that_is_found_again_further_down_is_copied_once(
    alice: Person, archive: Mailbox, lists: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 7)
    found = Entry.objects.filter(mailbox=lists, message__in=_about(lists)).order_by("sort_at")
    found.filter(message=max(_about(lists))).update(thread=found[0].thread)
    _everything(alice, "copy", to=archive.pk)
    whole.count(job := Job.objects.get())
    assert job.total == 29
    _finish(job)
    job.refresh_from_db()
    assert (job.done, job.total) == (29, 29)
    copies = list(Entry.objects.filter(mailbox=archive).values_list("message", flat=True))
    assert set(copies) == _about(lists) and len(copies) == 30


@pytest.mark.parametrize("deed", ["archive", "star"])
def test_a_conversation_that_gets_mail_meanwhile_is_done_once_all_the_same(
    alice: Person, archive: Mailbox, lists: Mailbox, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 7)
    wanted = _about(lists)
    _everything(alice, deed)
    job = Job.objects.get()
    thread = Entry.objects.get(mailbox=lists, message=min(wanted)).thread
    answer = factories.message(lists, "Re: lease", thread=thread, sort_at=int(time.time()) + 1)
    catching_up.catch_up(alice.account.pk)
    _finish(job)
    job.refresh_from_db()
    done = held(archive) if deed == "archive" else _about(lists, entries__flagged=True)
    assert done >= wanted and answer.pk not in done and job.done == 30


def test_marks_are_of_all_that_is_found(alice: Person, lists: Mailbox) -> None:
    newest = min(_about(lists))
    Entry.objects.filter(message=newest).update(seen=False)
    alice.client.post("/search/act?q=lease+is:read", {"do": "star", "all": "1"})
    assert _about(lists, entries__flagged=True) >= _about(lists) - {newest}
    _everything(alice, "unread")
    assert _about(lists) == _about(lists, entries__seen=False)


def test_what_the_mail_server_found_is_part_of_it(
    alice: Person, archive: Mailbox, lists: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "DEEP", 2)
    hidden = [factories.message(alice.inbox, "Nothing of that").pk for _ in range(5)]
    search = ServerSearch.objects.create(account=alice.account, token="t", query="lease")
    SearchHit.objects.bulk_create(SearchHit(search=search, message=one, exact=True) for one in hidden)
    other = factories.message(alice.inbox, "Leasing, to the server's index", sort_at=5).pk
    SearchHit.objects.create(search=search, message=other)
    catching_up.catch_up(alice.account.pk)
    _everything(alice, "archive")
    whole.count(job := Job.objects.get())
    _finish(job)
    job.refresh_from_db()
    assert held(archive) >= set(hidden) and len(held(archive)) == job.done == job.total == 35
    assert other not in held(archive), "only the very words are taken"


@pytest.mark.parametrize(("query", "found"), [
    ("lease is:unread", {"unread", "moved"}), ("lease in:inbox", {"read", "unread"}), ("lëase", set[str]()),
])  # fmt: skip
def test_what_it_found_days_ago_is_looked_at_anew(alice: Person, archive: Mailbox, query: str, found: set[str]) -> None:
    """It may have been read since, or moved; and a server that was asked for fewer words found too much."""
    folder = factories.mailbox(alice.account, "Folder")
    held_now = {"read": (alice.inbox, True), "unread": (alice.inbox, False), "moved": (folder, False)}
    made = {name: factories.message(box, "Nothing", seen=seen).pk for name, (box, seen) in held_now.items()}
    search = ServerSearch.objects.create(account=alice.account, token="t", query=query, ascii_only=not query.isascii())
    SearchHit.objects.bulk_create(SearchHit(search=search, message=pk, exact=True) for pk in made.values())
    catching_up.catch_up(alice.account.pk)
    _everything(alice, "archive", q=query)
    _finish(Job.objects.get())
    assert held(archive) == {made[name] for name in found}


def test_who_has_several_accounts(alice: Person, archive: Mailbox, lists: Mailbox) -> None:
    fair = factories.another(alice.user)
    inbox, other = factories.mailbox(fair), factories.mailbox(fair, "Archive", special_use="archive")
    theirs = factories.message(inbox, "Lease of the stand")
    catching_up.catch_up(fair.pk)
    answer = _everything(alice, "archive").json()
    assert "background" in answer["said"], "not of the first account alone"
    assert [job.account_id for job in Job.objects.order_by("pk")] == [alice.account.pk, fair.pk]
    told = [progress["aria-label"] for progress in tags(alice.text("/search?q=lease"), "progress")]
    assert [words.partition(": ")[2] for words in told] == 2 * ["Moving everything from Search: lease to Archive"]
    assert told[0] != told[1], "each account's work is under its name"
    for job in Job.objects.all():
        _finish(job)
    assert held(other) == {theirs.pk} and len(held(archive)) == 30
    alice.client.post(answer["undo"])
    for job in Job.objects.all():
        _finish(job)
    assert held(inbox) == {theirs.pk} and not held(archive) and len(_about(lists)) == 30


def test_all_of_it_is_muted_and_heard_again(alice: Person, archive: Mailbox, lists: Mailbox) -> None:
    """Wherever it lies, in the archive too; what lies in the inbox leaves it."""
    here, filed = factories.message(alice.inbox, "Our lease"), factories.message(archive, "Lease of old")
    catching_up.catch_up(alice.account.pk)
    muted = Entry.objects.filter(expunged=False, keywords__icontains=MUTED)
    answer = _everything(alice, "mute").json()
    _finish(Job.objects.get())
    wanted = _about(lists) | {here.pk, filed.pk}
    assert set(muted.values_list("message", flat=True)) == wanted and len(wanted) == 32
    assert held(archive) == {here.pk, filed.pk} and not held(alice.inbox)
    alice.client.post(answer["undo"])
    _finish(Job.objects.latest("pk"))
    assert not muted and held(alice.inbox) == {here.pk} and held(archive) == {filed.pk}
    _everything(alice, "mute")
    _finish(Job.objects.latest("pk"))
    alice.client.post(f"/mailbox/{archive.pk}/act?in={archive.pk}", {"do": "unmute", "all": "1"}, headers=SCRIPT)
    assert set(muted.values_list("message", flat=True)) == _about(lists)


def test_what_finds_nothing_to_do_offers_no_undo(alice: Person, lists: Mailbox) -> None:
    """Neither says that it goes on."""
    _everything(alice, "star", q="nothing-has-this-word")
    _finish(job := Job.objects.get())
    job.refresh_from_db()
    back.remember_jobs(answer := HttpResponse(), "star", [job], 0)
    assert not answer.cookies
    Job.objects.filter(pk=job.pk).update(done=3)
    assert alice.client.post(f"/jobs/{job.pk}/stop", headers=SCRIPT).json()["undo"] == []


def test_what_is_asked_and_what_is_not_done(alice: Person, bob: Person, archive: Mailbox, lists: Mailbox) -> None:
    asked = alice.client.post("/search/act?q=lease", {"do": "move", "all": "1"}).content.decode()
    (button,) = [one for one in tags(asked, "button", name="to") if one["value"] == str(archive.pk)]
    assert tags(asked, "input", name="all", value="1") and not Job.objects.exists()
    assert _everything(alice, "archive", q="").status_code == 400
    assert _everything(bob, "archive").status_code == 409
    bob.client.post(f"/search/act?q=lease&to={archive.pk}", {"do": "move", "all": "1"}, headers=SCRIPT)
    assert not Job.objects.exists() and not held(archive)
    assert tags(alice.text("/search?q=lease"), "input", name="all", form="act")
    alice.client.post(button["formaction"].replace("&amp;", "&"), {"to": button["value"], "all": "1"})
    assert len(held(archive)) == 30 and Entry.objects.filter(mailbox=lists, expunged=True).count() == 30
