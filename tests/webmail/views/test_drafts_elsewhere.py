"""One draft in two places: each is told of the other, and no words go because there were others."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from imapbridge import events
from imapbridge.models import Entry, Message
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.test_compose import FETCH, write
from webmail import tasks
from webmail.models import Draft, DraftVersion


def post(who: Person, draft: Draft, **values: Any) -> Any:
    return who.client.post(f"/compose/{draft.pk}/", {"do": "save", **values}, headers=FETCH)


def kept(draft: Draft) -> list[str]:
    """The texts of the earlier versions, the newest first."""
    return list(draft.versions.values_list("text", flat=True))


def test_whose_words_give_way_can_have_them_back(alice: Person, bob: Person) -> None:
    draft = write(alice, text="first", tab="one")
    assert post(alice, draft, text="ours", revision=draft.revision, tab="one").status_code == 200
    refused = post(alice, draft, text="theirs", revision=draft.revision, tab="two")
    assert (refused.status_code, kept(draft)) == (409, ["theirs"])
    again = {"text": "theirs, longer", "revision": refused.json()["revision"], "tab": "two"}
    assert post(alice, draft, **again).status_code == 200
    assert kept(draft) == ["ours", "theirs"], "what one page wrote gives way to another's, and stays"
    post(alice, draft, text="theirs, still longer", revision=0, tab="two")
    assert kept(draft) == ["ours", "theirs"], "a page that goes on with its own keeps nothing"

    version = draft.versions.get(text="ours")
    values = {"version": version.pk, "text": "theirs, still longer", "tab": "two", "do": "version"}
    other = write(alice, text="another")
    assert post(alice, other, **values).status_code == 404, "of another draft"
    assert post(bob, draft, **values).status_code == 404
    page = alice.text(f"/compose/{draft.pk}/")
    assert "Earlier versions" in page and f'value="{version.pk}"' in page
    assert "\nours</textarea>" in post(alice, draft, **values).content.decode()
    draft.refresh_from_db()
    assert (draft.text, kept(draft)[0]) == ("ours", "theirs, still longer")


def test_who_takes_the_other_text_keeps_what_was_typed(alice: Person) -> None:
    draft = write(alice, text="one", tab="one")
    shown = post(alice, draft, do="keep", text="typed meanwhile", revision=0, tab="two").content.decode()
    assert "\none</textarea>" in shown
    post(alice, draft, do="keep", text="one", revision=0, tab="two")
    assert kept(draft) == ["typed meanwhile"]


def test_without_a_script_both_are_kept(alice: Person) -> None:
    draft = write(alice, text="first")
    address = f"/compose/{draft.pk}/"
    alice.client.post(address, {"do": "save", "text": "ours", "revision": draft.revision})
    page = alice.client.post(address, {"do": "save", "text": "theirs", "revision": draft.revision})
    assert page.status_code == 409 and "Earlier versions" in page.content.decode()
    assert kept(draft) == ["ours", "theirs"]


def test_only_the_last_ten_are_kept(alice: Person) -> None:
    draft = write(alice, text="0", tab="0")
    for number in range(1, 13):
        draft.refresh_from_db()
        post(alice, draft, text=str(number), revision=draft.revision, tab=str(number))
    assert kept(draft) == [str(number) for number in range(11, 1, -1)]


@pytest.mark.parametrize(("closed", "ago", "busy"), [(False, 5, True), (False, 300, False), (True, 5, False)])
def test_who_opens_what_is_being_written_is_told(alice: Person, closed: bool, ago: int, busy: bool) -> None:
    draft = write(alice, text="one", tab="one")
    post(alice, draft, text="one", revision=draft.revision, tab="one", do="close" if closed else "save")
    Draft.objects.update(saved_at=timezone.now() - timedelta(seconds=ago))
    page = alice.text(f"/compose/{draft.pk}/")
    assert (f'"busy": {str(busy).lower()}' in page) and ("<noscript><div" in page) == busy


def test_open_pages_hear_of_a_save(
    alice: Person, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(events, "tell", lambda *said: told.append(said))
    draft = write(alice, text="one", tab="one")
    with django_capture_on_commit_callbacks(execute=True):
        post(alice, draft, text="two", revision=draft.revision, tab="two")
    said = {"draft": draft.pk, "revision": draft.revision + 1, "tab": "two", "foreign": False}
    assert told == [(events.group(alice.account.pk), {"type": "draft.changed", **said})]


def changed_by_another_program(alice: Person, draft: Draft, text: str) -> Message:
    """It puts its own copy in the place of ours."""
    box = alice.account.mailboxes.get(special_use="drafts")
    Entry.objects.filter(mailbox=box).update(expunged=True)
    made = factories.message(box, "Plan", text=text, sender=("", alice.account.address))
    Message.objects.filter(pk=made.pk).update(message_id=draft.message_id)
    return made


def mirrored(alice: Person, **values: Any) -> Draft:
    factories.mailbox(alice.account, "Drafts", special_use="drafts", lowest_uid=1)
    draft = write(alice, subject="Plan", **values)
    tasks.mirror_draft(draft.pk)
    draft.refresh_from_db()
    return draft


def test_both_went_on_with_a_draft_and_neither_is_lost(alice: Person) -> None:
    trash = factories.mailbox(alice.account, "Trash", special_use="trash")
    draft = mirrored(alice, text="one", tab="one")
    there = changed_by_another_program(alice, draft, "one, and theirs")
    post(alice, draft, text="one, and ours", revision=draft.revision, tab="one", do="close")
    tasks.mirror_draft(draft.pk)
    held = Entry.objects.filter(expunged=False, mailbox__special_use="drafts")
    assert [one.message.message_id for one in held] == [draft.message_id]
    assert held[0].message_id != there.pk
    assert kept(draft) == ["one, and theirs"]
    assert Entry.objects.get(mailbox=trash, expunged=False).message_id == there.pk, "whole, with its files"
    address = f"/compose/{draft.pk}/"
    assert "Another mail program has changed this draft" in alice.text(address)
    draft.refresh_from_db()
    post(alice, draft, text="one, ours", revision=draft.revision, tab="one")
    assert (
        "Another mail program has changed" not in alice.text(address).partition('role="alert"')[2].partition("<form")[0]
    )


def test_another_program_went_on_while_it_is_open_here(alice: Person) -> None:
    draft = mirrored(alice, text="one", tab="one")
    there = changed_by_another_program(alice, draft, "one, and theirs")
    alice.client.post(f"/compose/?draft={there.pk}")
    found = Draft.objects.get()
    assert (found.pk, found.text, kept(found)) == (draft.pk, "one, and theirs", ["one"])
    late = post(alice, draft, text="one, and more", revision=draft.revision, tab="one")
    assert late.status_code == 409 and "one, and more" in kept(found)


def test_typed_here_and_there_it_opens_with_a_word_of_the_other(alice: Person) -> None:
    draft = mirrored(alice, text="one", tab="one")
    there = changed_by_another_program(alice, draft, "one, and theirs")
    post(alice, draft, text="one, and ours", revision=draft.revision, tab="one")
    page = alice.client.post(f"/compose/?draft={there.pk}", headers=FETCH).content.decode()
    assert "\none, and ours</textarea>" in page
    assert "Another mail program has changed this draft" in page and kept(draft) == ["one, and theirs"]


def test_what_another_program_removed_is_told_and_comes_back_when_it_is_changed(alice: Person) -> None:
    draft = mirrored(alice, text="one", tab="one")
    address, word = f"/compose/{draft.pk}/", "has removed this draft from the Drafts folder"
    assert word not in alice.text(address)
    Entry.objects.update(expunged=True)
    assert word in alice.text(address)
    post(alice, draft, text="one, and more", revision=draft.revision, tab="one")
    assert word not in alice.text(address)
    tasks.mirror_draft(draft.pk)
    assert Entry.objects.filter(expunged=False, message__message_id=draft.message_id).count() == 1


def test_versions_go_with_their_draft(alice: Person) -> None:
    draft = write(alice, text="one", tab="one")
    post(alice, draft, text="two", revision=draft.revision, tab="two")
    Draft.objects.update(discarded_at="2020-01-01T00:00Z")
    tasks.sweep_drafts()
    assert not DraftVersion.objects.exists()
