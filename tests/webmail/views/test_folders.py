"""Folders as pages: plain forms, one folder at a time, and what the mail server would not do to them."""

import re
from typing import Any

import pytest

from imapbridge import queries
from imapbridge.actions import whole
from imapbridge.models import Job, Mailbox, Notice, PendingChange
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import tags


def test_what_the_server_would_not_do_to_folders_has_its_sentences(alice: Person) -> None:
    refused = {"create": "sorry", "rename": "name-taken", "delete": "mail-arrived", "subscribe": "sorry"}
    for kind, code in refused.items():
        Notice.objects.create(account=alice.account, kind=kind, code=code, source="Plans", target="Old")
    page = alice.client.get("/refusals").content.decode()
    assert "The folder Old was not made." in page
    assert "The folder Plans was not renamed to Old; it is where it was. There is a folder with this name" in page
    assert "The folder Plans was not deleted; all of it is still there. New mail has come to it meanwhile" in page
    assert "Whether the folder Plans is shown" in page


def make(alice: Person, name: str, **fields: Any) -> Mailbox:
    return factories.mailbox(alice.account, name, **fields)


def tree(alice: Person) -> list[str]:
    return [box.path for box in queries.mailboxes(alice.account.pk)]


def test_a_folder_is_made_renamed_moved_and_deleted_by_forms(alice: Person, replayed: list[int]) -> None:
    work = make(alice, "Work")
    page = alice.text(f"/folders/new?in={work.pk}")
    chosen = [tag["value"] for tag in tags(page, "option") if "selected" in tag]
    assert chosen == [str(work.pk)]
    answer = alice.client.post("/folders/new", {"name": " Co-op ", "inside": work.pk, "shown": "on"})
    assert answer.headers["Location"] == "/folders"
    assert tree(alice) == ["INBOX", "Work", "Work/Co-op"]
    made = Mailbox.objects.get(name="Work/Co-op")
    assert 'value="Co-op"' in alice.text(f"/folders/{made.pk}/rename")
    alice.client.post(f"/folders/{made.pk}/rename", {"name": "Lease"})
    alice.client.post(f"/folders/{made.pk}/move", {"inside": "0"})
    assert tree(alice) == ["INBOX", "Lease", "Work"]
    factories.message(made)
    assert "1 message in it will be deleted for ever" in alice.text(f"/folders/{made.pk}/delete")
    assert tree(alice) == ["INBOX", "Lease", "Work"], "a question deletes nothing"
    alice.client.post(f"/folders/{made.pk}/delete")
    assert tree(alice) == ["INBOX", "Work"]
    assert alice.get(f"/mailbox/{made.pk}/").status_code == 404
    assert [change.kind for change in PendingChange.objects.order_by("pk")] == ["create", "rename", "rename", "delete"]
    page = alice.text("/folders")
    assert "Deleted 1 folder" in page
    (undo,) = [each for each in tags(page, "button") if each.get("formaction", "").startswith("/undo")]
    alice.client.post(undo["formaction"])
    assert tree(alice) == ["INBOX", "Lease", "Work"]
    assert alice.get(f"/mailbox/{made.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [({"name": "Work", "inside": "0"}, "already there"), ({"name": "", "inside": "0"}, "Enter a name"),
     ({"name": "a/b", "inside": "0"}, "keeps / for itself"), ({"name": "Inbox", "inside": "0"}, "one inbox only")],
)  # fmt: skip
def test_what_cannot_be_is_told_beside_what_was_typed(alice: Person, data: dict[str, str], sentence: str) -> None:
    make(alice, "Work")
    answer = alice.client.post("/folders/new", data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    [name] = [tag for tag in tags(page, "input") if tag.get("name") == "name"]
    assert (name["value"], name["aria-invalid"]) == (data["name"], "true")
    assert "<title>Error: New folder" in page


def test_a_folder_is_not_put_inside_itself(alice: Person) -> None:
    work, below = make(alice, "Work"), make(alice, "Work/Old")
    offered = [tag["value"] for tag in tags(alice.text(f"/folders/{work.pk}/move"), "option")]
    assert offered == ["0"]
    answer = alice.client.post(f"/folders/{work.pk}/move", {"inside": below.pk})
    assert answer.status_code == 422
    assert "inside itself" in answer.content.decode()


def test_the_menu_offers_what_can_be_done(alice: Person) -> None:
    trash = make(alice, "Trash", special_use="trash")
    factories.message(trash, seen=False)
    plans = make(alice, "Plans")
    labels = {box: menu(alice, box) for box in (alice.inbox, trash, plans)}
    assert labels[alice.inbox] == ["Colour and use"]
    assert labels[trash] == ["Mark all as read", "Colour and use", "Empty Trash"]
    assert labels[plans] == [
        "New folder inside", "Rename", "Move to", "Add to favourites", "Hide", "Colour and use", "Delete",
    ]  # fmt: skip


def menu(alice: Person, box: Mailbox) -> list[str]:
    answer = alice.script(f"/folders/{box.pk}/", "folder-menu").content.decode()
    return [words.strip() for words in re.findall(r"</svg>([^<]+)</(?:a|button)>", answer)]


def test_everything_is_read_at_one_click_and_unread_at_the_next(alice: Person) -> None:
    for _ in range(3):
        factories.message(alice.inbox, seen=False)
    answer = alice.client.post(f"/folders/{alice.inbox.pk}/read", headers={"X-Requested-With": "fetch"}).json()
    alice.inbox.refresh_from_db()
    assert alice.inbox.unread == 0
    assert answer["said"] == "Inbox is marked as read."
    assert "3 messages in Inbox marked as read" in alice.text("/folders")
    assert alice.client.post(answer["undo"]).headers["Location"] == "/folders"
    alice.inbox.refresh_from_db()
    assert alice.inbox.unread == 3
    assert alice.client.post(answer["undo"]).status_code == 404


def test_the_trash_is_emptied_and_nothing_else_is(alice: Person) -> None:
    trash = make(alice, "Trash", special_use="trash")
    factories.message(trash)
    assert "1 message will be deleted for ever." in alice.text(f"/folders/{trash.pk}/empty")
    answer = alice.client.post(f"/folders/{trash.pk}/empty", headers={"X-Requested-With": "fetch"}).json()
    trash.refresh_from_db()
    assert trash.total == 0
    assert "1 deleted from Trash for ever" in alice.text("/folders")
    alice.client.post(answer["undo"])
    trash.refresh_from_db()
    assert trash.total == 1
    alice.client.post(f"/folders/{trash.pk}/empty")
    PendingChange.objects.update(attempts=1)  # the server was asked
    assert alice.client.post(f"/jobs/{Job.objects.latest('pk').pk}/undo").status_code == 404
    assert alice.client.post(f"/folders/{alice.inbox.pk}/empty").status_code == 404


def test_how_a_folder_is_liked_is_seen_in_the_sidebar(alice: Person) -> None:
    plans = make(alice, "Plans")
    address = f"/folders/{plans.pk}/like"
    alice.client.post(address, {"favourite": "1"})
    alice.client.post(address, {"hue": "7"})
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    shown = [tag["id"] for tag in tags(page, "li") if tag.get("id", "")[1:] == str(plans.pk)]
    assert shown == [f"f{plans.pk}", f"m{plans.pk}"], "on top, and in its place"
    assert page.count('data-hue="7"') >= 2
    alice.client.post(address, {"favourite": "0", "hue": ""})
    alice.client.post(address, {"shown": "0"})
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert f'id="m{plans.pk}"' not in page
    assert f'id="m{plans.pk}"' in alice.text(f"/mailbox/{plans.pk}/"), "what is open is shown"
    assert "hidden" in alice.text("/folders")
    Mailbox.objects.filter(pk=plans.pk).update(subscribed=True)  # by another program
    assert f'id="m{plans.pk}"' in alice.text(f"/mailbox/{alice.inbox.pk}/")


def test_what_a_folder_is_for_is_chosen(alice: Person) -> None:
    plans = make(alice, "Plans")
    make(alice, "Trash", special_use="trash")
    alice.client.post(f"/folders/{plans.pk}/use", {"use": "trash"})
    assert Mailbox.objects.get(special_use="trash").name == "Plans"
    alice.client.post(f"/folders/{plans.pk}/use", {"use": ""})
    assert not Mailbox.objects.filter(special_use="trash").exists()
    assert alice.client.post(f"/folders/{plans.pk}/use", {"use": "inbox"}).status_code == 400


def test_other_people_s_folders_are_not_there(alice: Person, bob: Person) -> None:
    theirs = factories.mailbox(bob.account, "Plans")
    job = whole.begin(bob.account.pk, bob.inbox.pk, Job.Kind.READ)
    for name in ("", "rename", "move", "delete", "empty"):
        assert alice.get(f"/folders/{theirs.pk}/{name}").status_code == 404
    for name in ("rename", "move", "delete", "empty", "read", "like", "use"):
        assert alice.client.post(f"/folders/{theirs.pk}/{name}", {"name": "x"}).status_code == 404
    assert alice.client.post("/folders/new", {"name": "x", "inside": theirs.pk}).status_code == 404
    assert alice.client.post(f"/jobs/{job.pk}/undo").status_code == 404
    assert not PendingChange.objects.exists()


def test_pages_cost_few_queries(alice: Person, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        make(alice, f"Folder {number}")
    for address, most in ((f"/mailbox/{alice.inbox.pk}/", 6), ("/folders", 6), (f"/folders/{alice.inbox.pk}/", 6)):
        with django_assert_max_num_queries(most):
            assert alice.get(address).status_code == 200
