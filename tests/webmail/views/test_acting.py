"""What is done to conversations of a list, as its forms send it: each deed, undo, and what is asked before."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imapbridge import actions
from imapbridge.actions import whole
from imapbridge.models import Entry, Job, Mailbox, MailboxThread, Message, PendingChange
from tests import factories
from tests.webmail.views.conftest import Person
from tests.webmail.views.reading_pages import rows, tags
from tests.webmail.views.test_mailboxes import applied, changes, state

SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def archive(alice: Person) -> Mailbox:
    return factories.mailbox(alice.account, name="Archive", special_use="archive", uid_validity=3)


@pytest.fixture
def trash(alice: Person) -> Mailbox:
    return factories.mailbox(alice.account, name="Trash", special_use="trash", uid_validity=4)


@pytest.fixture
def junk(alice: Person) -> Mailbox:
    return factories.mailbox(alice.account, name="Spam", special_use="junk", uid_validity=5)


def act(person: Person, box: Mailbox, deed: str, *made: Message, **fields: Any) -> Any:
    chosen = {"c": [str(one.thread) for one in made], "do": deed} | fields
    return person.client.post(f"/mailbox/{box.pk}/act?in={box.pk}", chosen)


def script(person: Person, box: Mailbox, deed: str, *made: Message, **fields: Any) -> Any:
    chosen = {"c": [str(one.thread) for one in made], "do": deed} | fields
    return person.client.post(f"/mailbox/{box.pk}/act?in={box.pk}", chosen, headers=SCRIPT)


def held(box: Mailbox) -> set[int]:
    return {one.message_id for one in Entry.objects.filter(mailbox=box, expunged=False)}


# --- Each deed --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_whole_conversations_are_archived(alice: Person, archive: Mailbox, replayed: list[int]) -> None:
    first = factories.message(alice.inbox, sort_at=1)
    last = factories.message(alice.inbox, thread=first.thread, sort_at=2)
    single, other = [factories.message(alice.inbox, sort_at=at) for at in (3, 4)]
    answer = alice.client.post(
        f"/mailbox/{alice.inbox.pk}/act?in={alice.inbox.pk}&only=unread",
        {"do": "archive", "c": [first.thread, single.thread]},
    )
    assert answer.headers["Location"] == f"/mailbox/{alice.inbox.pk}/?only=unread"
    assert held(archive) == {first.pk, last.pk, single.pk}
    assert held(alice.inbox) == {other.pk}
    assert PendingChange.objects.get().kind == "move"
    assert replayed == [alice.account.pk]


@pytest.mark.parametrize(("deed", "use"), [("archive", "archive"), ("trash", "trash"), ("junk", "junk")])
def test_each_goes_to_its_mailbox(alice: Person, deed: str, use: str) -> None:
    boxes = {
        each: factories.mailbox(alice.account, name=each, special_use=each) for each in ("archive", "trash", "junk")
    }
    made = factories.message(alice.inbox)
    act(alice, alice.inbox, deed, made)
    assert {each for each, box in boxes.items() if held(box)} == {use}
    act(alice, boxes[use], "inbox", made)
    assert held(alice.inbox) == {made.pk}


@pytest.mark.parametrize(
    ("deed", "flags"),
    [
        ("read", [(True, False), (True, True), (True, False)]),
        ("unread", [(True, False), (False, True), (False, False)]),
        ("star", [(True, False), (False, True), (False, True)]),
        ("unstar", [(True, False), (False, False), (False, False)]),
    ],
)
def test_marks(alice: Person, deed: str, flags: list[tuple[bool, bool]]) -> None:
    """Of a conversation of two, whose newest is unread and starred, and of one that is unread."""
    first = factories.message(alice.inbox, sort_at=1)
    newest = factories.message(alice.inbox, thread=first.thread, sort_at=2, seen=False, flagged=True)
    single = factories.message(alice.inbox, sort_at=3, seen=False)
    back = f"/mailbox/{alice.inbox.pk}/?before=5.5"
    answer = act(alice, alice.inbox, deed, first, single, next=back)
    assert answer.headers["Location"] == back
    assert [Entry.objects.values_list("seen", "flagged").get(message=one) for one in (first, newest, single)] == flags


def test_move_and_copy_go_where_the_person_says(alice: Person) -> None:
    lease = factories.mailbox(alice.account, name="Co-op/Lease")
    moved, copied = factories.message(alice.inbox), factories.message(alice.inbox)
    act(alice, alice.inbox, "move", moved, to=lease.pk)
    act(alice, alice.inbox, "copy", copied, to=lease.pk)
    assert held(lease) == {moved.pk, copied.pk}
    assert held(alice.inbox) == {copied.pk}


def test_where_to_is_asked_on_a_page(alice: Person) -> None:
    lease = factories.mailbox(alice.account, name="Co-op/Lease")
    factories.mailbox(alice.account, name="Co-op", selectable=False)
    made = factories.message(alice.inbox)
    page = act(alice, alice.inbox, "move", made, next="/mailbox/7/").content.decode()
    (button,) = tags(page, "button", name="to")
    assert button["value"] == str(lease.pk)
    fields = {each["name"]: each["value"] for each in tags(page, "input", form="act")} | {"to": button["value"]}
    assert fields == {"c": str(made.thread), "to": str(lease.pk)}
    assert tags(page, "input", name="next", value="/mailbox/7/")
    alice.client.post(button["formaction"], fields)
    assert held(lease) == {made.pk}


@pytest.mark.parametrize("deed", ["move", "copy"])
def test_what_takes_no_mail_is_no_place_to_go(alice: Person, deed: str) -> None:
    lease = factories.mailbox(alice.account, name="Co-op/Lease")
    unable = [
        factories.mailbox(alice.account, name="Co-op", selectable=False).pk,
        factories.mailbox(alice.account, name="All", special_use="all").pk,
        factories.mailbox(alice.account, name="Starred", special_use="flagged").pk,
    ]
    made = factories.message(alice.inbox)
    for to in (*unable, lease.pk + 1000, "x"):
        assert script(alice, alice.inbox, deed, made, to=to).status_code == 409
        asked = act(alice, alice.inbox, deed, made, to=to).content.decode()
        assert [each["value"] for each in tags(asked, "button", name="to")] == [str(lease.pk)]
    assert held(alice.inbox) == {made.pk}
    assert not PendingChange.objects.exists()
    items = {
        each["id"]: each["class"].split()
        for each in tags(alice.text(f"/mailbox/{alice.inbox.pk}/"), "li")
        if "nav-item" in each["class"]
    }
    assert {key for key, names in items.items() if "takes-mail" in names} == {f"m{alice.inbox.pk}", f"m{lease.pk}"}


def test_when_a_snoozed_one_comes_back_is_asked_and_shown(alice: Person) -> None:
    made = factories.message(alice.inbox, "Van")
    page = act(alice, alice.inbox, "snooze", made, until="yesterday").content.decode()
    buttons = tags(page, "button", name="until")
    assert "Tomorrow" in page
    assert tags(page, "input", name="until", type="datetime-local")
    fields = {each["name"]: each["value"] for each in tags(page, "input", form="act")}
    alice.client.post(buttons[-1]["formaction"], fields | {"until": buttons[-1]["value"]})
    box = Mailbox.objects.get(special_use="snoozed")
    assert held(box) == {made.pk}
    shown = alice.text(f"/mailbox/{box.pk}/")
    assert "08:00" in rows(shown)[made.thread]
    assert "Snoozed" in shown
    assert tags(alice.text(f"/mailbox/{alice.inbox.pk}/dialogs"), "button", name="until")


@pytest.mark.parametrize("until", ["2020-01-01T08:00", "yesterday", "2099-01-01T08:00"])
def test_a_moment_that_is_none_to_come_is_asked_for_again(alice: Person, until: str) -> None:
    made = factories.message(alice.inbox)
    why = "Choose a moment that is still to come, within the next five years."
    answer = script(alice, alice.inbox, "snooze", made, until=until)
    assert (answer.status_code, json.loads(answer.content)) == (422, {"said": why})
    assert script(alice, alice.inbox, "snooze", made).status_code == 400
    page = act(alice, alice.inbox, "snooze", made, until=until).content.decode()
    (field,) = tags(page, "input", name="until")
    assert (field["value"], field["aria-describedby"]) == (until, "until-fault")
    assert 'id="until-fault"' in page
    assert why in page
    assert why not in act(alice, alice.inbox, "snooze", made).content.decode()
    factories.mailbox(factories.another(alice.user))
    for address in ("/search/act?q=van", "/inbox/act"):
        fields = {"all": "1", "do": "snooze", "until": until}
        assert alice.client.post(address, fields, headers=SCRIPT).status_code == 422, address
        assert why in alice.client.post(address, fields).content.decode()


def test_snoozed_by_the_clock_of_the_browser(alice: Person) -> None:
    made = factories.message(alice.inbox)
    script(alice, alice.inbox, "snooze", made, until=LATER, zone="Asia/Tokyo")
    (keyword,) = Entry.objects.get(message=made, expunged=False).keywords
    assert keyword.endswith("T2300Z")


def test_enter_in_the_name_of_a_new_label_gives_that_one(alice: Person) -> None:
    made = factories.message(alice.inbox)
    script(alice, alice.inbox, "label", made, name="Fair")
    page = act(alice, alice.inbox, "label", made).content.decode()
    (name,) = tags(page, "input", name="name")
    (form,) = re.findall(r'<form class="row-flex".*?</form>', page, re.DOTALL)
    assert "form" not in name, "a form of its own, so that Enter presses its own button"
    assert [each["value"] for each in tags(form, "button")] == ["label"]
    fields = {each["name"]: each.get("value", "") for each in tags(form, "input")}
    address = unescape(re.findall(r'action="([^"]+)"', form)[0])
    alice.client.post(address, fields | {"name": "Van", "do": "label"})
    assert MailboxThread.objects.get(thread=made.thread, mailbox=alice.inbox).keywords == ["Fair", "Van"]


def test_thousands_are_chosen_at_once(alice: Person, archive: Mailbox) -> None:
    first, last = factories.message(alice.inbox), factories.message(alice.inbox)
    chosen = [first.thread, *range(10**15, 10**15 + 5000), last.thread]
    answer = alice.client.post(f"/mailbox/{alice.inbox.pk}/act", {"do": "archive", "c": chosen}, headers=SCRIPT)
    assert answer.status_code == 200
    assert held(archive) == {first.pk, last.pk}


def test_for_ever_is_asked_once(alice: Person, trash: Mailbox) -> None:
    made = [factories.message(trash), factories.message(trash)]
    page = act(alice, trash, "delete", *made).content.decode()
    assert held(trash) == {one.pk for one in made}
    assert "2 conversations will be gone" in page
    (button,) = tags(page, "button", name="do", value="delete")
    hidden = tags(page, "input", form="act")
    chosen = [each["value"] for each in hidden if each["name"] == "c"]
    alice.client.post(button["formaction"], {"do": "delete", "sure": "1", "c": chosen})
    assert held(trash) == set()
    assert PendingChange.objects.get().kind == "expunge"
    page = alice.text(f"/mailbox/{trash.pk}/")
    assert "Deleted 2 conversations for ever" in page
    (undo,) = [each for each in tags(page, "button") if each.get("formaction", "").startswith("/undo")]
    alice.client.post(undo["formaction"])
    assert held(trash) == {one.pk for one in made}
    assert not PendingChange.objects.exists()


def test_a_button_names_its_conversation_whatever_else_is_marked(alice: Person, archive: Mailbox) -> None:
    marked, pressed = factories.message(alice.inbox), factories.message(alice.inbox)
    fields = {"do": "archive", "c": marked.thread}
    alice.client.post(f"/mailbox/{alice.inbox.pk}/act?in={alice.inbox.pk}&c={pressed.thread}", fields)
    assert held(archive) == {pressed.pk}


def test_labels_are_given_and_taken(alice: Person) -> None:
    made = [factories.message(alice.inbox, "Van"), factories.message(alice.inbox, "Figs")]
    assert json.loads(script(alice, alice.inbox, "label", *made, name=" Größe 2 ").content)["said"] == (
        "Labelled 2 conversations Größe 2"
    )
    page = rows(alice.text(f"/mailbox/{alice.inbox.pk}/"))
    assert all(">Größe 2</span>" in page[one.thread] for one in made)
    asked = act(alice, alice.inbox, "label", made[0]).content.decode()
    (take,) = [each for each in tags(asked, "button", name="label") if "unlabel" in each["formaction"]]
    assert take["value"] == "Gr&APYA3w-e_2"
    alice.client.post(take["formaction"], {"c": made[0].thread, "label": take["value"]})
    page = rows(alice.text(f"/mailbox/{alice.inbox.pk}/"))
    assert [">Größe 2</span>" in page[one.thread] for one in made] == [False, True]
    assert [
        each["value"] for each in tags(alice.text(f"/mailbox/{alice.inbox.pk}/dialogs"), "input", name="label")
    ] == [take["value"]]


@pytest.mark.parametrize("word", ["\\Deleted", "$Junk", "a b", 'a"', "x" * 300])
def test_what_is_no_label_is_not_given(alice: Person, word: str) -> None:
    made = factories.message(alice.inbox)
    assert script(alice, alice.inbox, "label", made, label=word).status_code == 400
    assert not PendingChange.objects.exists()


# --- What makes no sense, and what is not one's own -------------------------------------------------------------------


def test_what_makes_no_sense_does_nothing(alice: Person) -> None:
    made = factories.message(alice.inbox)
    assert act(alice, alice.inbox, "nothing", made).status_code == 400
    assert act(alice, alice.inbox, "archive").status_code == 404
    assert act(alice, alice.inbox, "archive", c=["x", "9" * 19, "9" * 30, "-5", "٣"]).status_code == 404
    assert act(alice, alice.inbox, "archive", made).status_code == 409
    assert script(alice, alice.inbox, "move", made).status_code == 400
    assert script(alice, alice.inbox, "delete", made).status_code == 400
    assert alice.client.get(f"/mailbox/{alice.inbox.pk}/act?do=archive&c={made.thread}").status_code == 405
    assert not PendingChange.objects.exists()


def test_others_find_nothing(alice: Person, bob: Person, charlie: Client, client: Client, archive: Mailbox) -> None:
    made = factories.message(alice.inbox)
    fields = {"do": "read", "c": made.thread}
    address = f"/mailbox/{alice.inbox.pk}"
    for other in (bob.client, charlie):
        assert other.post(f"{address}/act", fields).status_code == 404
        assert other.get(f"{address}/dialogs").status_code == 404
    for answer in (client.post(f"{address}/act"), client.get(f"{address}/dialogs"), client.post("/undo")):
        assert answer.headers["Location"].startswith("/sign-in")
    assert act(bob, bob.inbox, "read", made).status_code == 404, "a conversation of others in one's own mailbox"
    own = factories.message(bob.inbox)
    assert script(bob, bob.inbox, "move", own, to=archive.pk).status_code == 409, "one's own into a mailbox of others"
    act(bob, bob.inbox, "move", own, to=archive.pk)
    assert not PendingChange.objects.exists()


def test_nobody_undoes_what_others_did(alice: Person, bob: Person) -> None:
    made = factories.message(alice.inbox, seen=False)
    (change,) = actions.set_seen(alice.account.pk, [made.pk], True)
    assert bob.client.post(f"/undo?change={change}").status_code == 404
    assert Entry.objects.get(message=made).seen
    for words in ("", "change=x", f"change={'9' * 30}"):
        assert alice.client.post(f"/undo?{words}").status_code == 404


# --- Undo -------------------------------------------------------------------------------------------------------------

DEEDS = ["read", "unread", "star", "unstar", "archive", "junk", "trash", "move", "copy", "label", "snooze", "mute"]
INVERSE = {"unlabel": "label", "unmute": "mute", "inbox": "archive"}
"""What is done before it, so that there is something to do."""
EVERY = [*DEEDS, *INVERSE]
MOST = 40
"""Statements of one deed, or of undoing it."""
LATER = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT08:00")


def snapshot() -> Any:
    """What the screen shows of every mailbox."""
    listed = MailboxThread.objects.filter(count__gt=0).order_by("mailbox", "thread")
    used = Mailbox.objects.exclude(special_use="snoozed", total=0)  # it stays, once it is made
    boxes = used.order_by("pk").values_list("pk", "total", "unread")
    return [*listed.values_list("mailbox", "thread", "count", "unread", "flagged", "keywords")], [*boxes]


def prepared(person: Person, deed: str, *made: Message) -> Mailbox:
    """Where something is done to messages of the inbox, once what has to be done before it is done."""
    archive = Mailbox.objects.get(account=person.account, special_use="archive")
    if deed in INVERSE:
        script(person, person.inbox, INVERSE[deed], *made, label="Fair")
    return archive if INVERSE.get(deed) in ("mute", "archive") else person.inbox


@pytest.mark.parametrize("deed", EVERY)
@pytest.mark.usefixtures("archive", "junk", "trash")
def test_everything_is_undone(alice: Person, deed: str) -> None:
    lease = factories.mailbox(alice.account, name="Lease")
    first = factories.message(alice.inbox, sort_at=1, flagged=True)
    factories.message(alice.inbox, thread=first.thread, sort_at=2)
    other = factories.message(alice.inbox, sort_at=3, seen=False)
    box = prepared(alice, deed, first, other)
    before = snapshot()
    answer = json.loads(script(alice, box, deed, first, other, to=lease.pk, label="Fair", until=LATER).content)
    assert snapshot() != before
    assert "2 conversations" in answer["said"]
    undone = alice.client.post("/undo", {"change": answer["undo"]}, headers=SCRIPT)
    assert (undone.status_code, snapshot()) == (204, before)


def test_the_next_page_tells_and_undoes(alice: Person, archive: Mailbox) -> None:
    made = [factories.message(alice.inbox, f"Van {n}") for n in range(2)]
    act(alice, alice.inbox, "archive", *made)
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert "Archived 2 conversations" in page
    (button,) = [each for each in tags(page, "button") if each.get("formaction", "").startswith("/undo?")]
    answer = alice.client.post(button["formaction"], {"next": f"/mailbox/{archive.pk}/"})
    assert answer.headers["Location"] == f"/mailbox/{archive.pk}/"
    assert held(alice.inbox) == {one.pk for one in made}
    assert "Archived" not in alice.text(f"/mailbox/{alice.inbox.pk}/").replace("Archived:", "")


def test_the_next_page_says_how_much_was_undone(alice: Person, archive: Mailbox) -> None:
    made = [factories.message(alice.inbox) for _ in range(2)]
    partly = "Some of it was undone. The rest cannot be undone any more."
    for with_script in (False, True):
        changes = json.loads(script(alice, alice.inbox, "archive", *made).content)["undo"]
        PendingChange.objects.update(confirmed_at=timezone.now())
        Entry.objects.filter(mailbox=archive, message=made[0]).update(expunged=True)
        answer = alice.client.post("/undo", {"change": changes}, headers=SCRIPT if with_script else {})
        assert held(alice.inbox) == {made[1].pk}
        page = alice.text(f"/mailbox/{alice.inbox.pk}/")
        if with_script:
            assert (answer.status_code, json.loads(answer.content)) == (200, {"said": partly})
            assert partly not in page
        else:
            assert answer.status_code == 302
            assert partly in page and "/undo?" not in page
        made = [factories.message(alice.inbox), made[1]]
    Entry.objects.filter(mailbox=archive).update(expunged=True)
    assert alice.client.post("/undo", {"change": changes}, headers=SCRIPT).status_code == 404


@pytest.mark.parametrize("flat", ["", "m"])
@pytest.mark.parametrize(
    ("deed", "said"),
    [("move", "Moved 2"), ("copy", "Copied 2"), ("label", "Labelled 2"), ("unlabel", "Took a label from 2")],
)
def test_a_folder_that_is_gone_is_not_named(alice: Person, deed: str, said: str, flat: str) -> None:
    alice.client.cookies["done"] = f"{deed}-2{flat}-99999-1"
    assert f"<p>{said} {'messages' if flat else 'conversations'}</p>" in alice.text(f"/mailbox/{alice.inbox.pk}/")


@pytest.mark.parametrize("value", ["", "x", "archive-1-0-", "boo-1-0-5", "archive-<b>-0-5", "archive-1-0-x.y", "-" * 9])
def test_a_cookie_that_is_not_ours_says_nothing(alice: Person, value: str) -> None:
    alice.client.cookies["done"] = value
    assert "/undo?" not in alice.text(f"/mailbox/{alice.inbox.pk}/")


def test_what_was_done_is_said_by_name(alice: Person, archive: Mailbox) -> None:
    made = factories.message(alice.inbox, "Van <b>\u202e")
    assert json.loads(script(alice, alice.inbox, "archive", made).content)["said"] == "Archived “Van <b>”"
    said = json.loads(script(alice, archive, "move", made, to=alice.inbox.pk).content)["said"]
    assert said == "Moved “Van <b>” to Inbox"


# --- The page ---------------------------------------------------------------------------------------------------------


def offered(page: str) -> set[str]:
    return {each["value"] for each in tags(page, "button", name="do")}


@pytest.mark.usefixtures("archive", "trash", "junk")
def test_a_mailbox_offers_what_makes_sense_there(alice: Person) -> None:
    always = {"read", "unread", "star", "unstar", "move", "copy", "label"}
    expected = {
        "": {"archive", "trash", "snooze", "mute", "junk"},
        "archive": {"inbox", "trash", "snooze", "unmute", "junk"},
        "junk": {"archive", "inbox", "trash"},
        "trash": {"archive", "junk", "delete"},
    }
    for use, some in expected.items():
        box = Mailbox.objects.get(account=alice.account, special_use=use or "inbox")
        made = factories.message(box)
        assert offered(alice.text(f"/mailbox/{box.pk}/")) == always | some
        reader = alice.script(f"/message/{made.pk}/?in={box.pk}", "reader").content.decode()
        assert offered(reader) - {"send"} == some - {"mute", "unmute"} | {"move", "label"}


def test_without_special_mailboxes_nothing_is_offered_that_needs_them(alice: Person) -> None:
    factories.message(alice.inbox)
    assert offered(alice.text(f"/mailbox/{alice.inbox.pk}/")) == {
        "read", "unread", "star", "unstar", "move", "copy", "label", "delete", "snooze",
    }  # fmt: skip


def test_a_row_can_be_marked(alice: Person) -> None:
    made = factories.message(alice.inbox, "Van")
    page = alice.text(f"/mailbox/{alice.inbox.pk}/")
    assert tags(rows(page)[made.thread], "input", form="act", name="c", value=str(made.thread), aria_label="Select Van")


def test_the_dialogs_have_every_folder_but_this_one(alice: Person, archive: Mailbox) -> None:
    lease = factories.mailbox(alice.account, name="Co-op/Lease")
    page = alice.text(f"/mailbox/{alice.inbox.pk}/dialogs")
    assert [each["value"] for each in tags(page, "button", name="to")] == [str(archive.pk), str(lease.pk)]


# --- Everything that the list shows -----------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [*DEEDS[:-1], "unlabel"])
@pytest.mark.usefixtures("archive", "junk", "trash")
def test_all_that_there_is(alice: Person, deed: str) -> None:
    lease = factories.mailbox(alice.account, name="Lease")
    for number in range(3):
        factories.message(alice.inbox, sort_at=number, seen=number > 0, flagged=number == 1)
    if deed == "unlabel":
        script(alice, alice.inbox, "label", all="1", label="Fair")
    before = snapshot()
    answer = json.loads(script(alice, alice.inbox, deed, all="1", to=lease.pk, label="Fair", until=LATER).content)
    assert snapshot() != before
    assert answer["said"]
    assert alice.client.post(answer["undo"], headers=SCRIPT).status_code == 204
    assert snapshot() == before
    assert alice.client.post(answer["undo"], headers=SCRIPT).status_code == 404


def test_all_of_a_filter_without_a_script(alice: Person, archive: Mailbox) -> None:
    made = [factories.message(alice.inbox, seen=seen) for seen in (True, False, False)]
    address = f"/mailbox/{alice.inbox.pk}/act?in={alice.inbox.pk}&only=unread"
    answer = alice.client.post(address, {"do": "archive", "all": "1", "c": made[0].thread})
    assert answer.headers["Location"] == f"/mailbox/{alice.inbox.pk}/?only=unread"
    assert held(archive) == {one.pk for one in made[1:]}
    page = alice.text(answer.headers["Location"])
    assert "Archived 2 conversations" in page
    (button,) = [each for each in tags(page, "button") if each.get("formaction", "").endswith("/undo")]
    alice.client.post(button["formaction"])
    assert held(archive) == set()
    assert "Archived" not in alice.text(f"/mailbox/{alice.inbox.pk}/").replace("Archived:", "")


def test_all_of_it_for_ever_is_asked_once(alice: Person, trash: Mailbox) -> None:
    made = [factories.message(trash), factories.message(trash)]
    page = act(alice, trash, "delete", all="1").content.decode()
    assert held(trash) == {one.pk for one in made}
    (button,) = tags(page, "button", name="do", value="delete")
    fields = {each["name"]: each["value"] for each in tags(page, "input", form="act")}
    assert fields == {"all": "1", "sure": "1"}
    alice.client.post(button["formaction"], fields | {"do": "delete"})
    assert held(trash) == set()


def test_how_far_it_is_stands_over_the_list_until_it_is_done(alice: Person, archive: Mailbox) -> None:
    box = factories.fill_mailbox(alice.account, 300, "Lists")
    page = alice.text(f"/mailbox/{box.pk}/")
    assert "All in Lists: 300 messages" in page
    assert tags(page, "input", name="all", form="act")
    script(alice, box, "archive", all="1")
    told = changes(alice, state(page), box)
    assert "Moving everything from Lists to Archive" in told
    assert "max" not in tags(told, "progress")[0], "no click waits until they are counted"
    assert "50 of" not in told
    whole.count(Job.objects.get())
    shown = alice.text(f"/mailbox/{box.pk}/")
    (progress,) = tags(shown, "progress")
    assert (progress["max"], progress["value"]) == ("300", "50")
    assert ">50 of 300<" in shown
    (stop,) = [each for each in tags(told, "button") if each.get("formaction", "").endswith("/stop")]
    answer = alice.client.post(stop["formaction"], headers=SCRIPT).json()
    assert "<progress" not in changes(alice, state(told), box)
    assert len(held(archive)) == 50
    assert answer["said"] == "Stopped. Moved 50 conversations from Lists to Archive"
    alice.client.post(stop["formaction"])
    (button,) = [each for each in tags(alice.text("/folders"), "button") if each.get("formaction") == answer["undo"]]
    alice.client.post(button["formaction"], headers=SCRIPT)
    whole.go_on(Job.objects.latest("pk").pk)
    assert held(archive) == set() and len(held(box)) == 300


# --- What it costs, and that nothing is forgotten ---------------------------------------------------------------------


@pytest.mark.parametrize("deed", [*EVERY, "delete"])
@pytest.mark.usefixtures("archive", "junk", "trash")
def test_a_page_and_its_changes_equal_a_fresh_page(alice: Person, deed: str) -> None:
    lease = factories.mailbox(alice.account, name="Lease")
    made = [
        factories.message(alice.inbox, f"Message {n}", seen=n % 2 == 0, flagged=n % 3 == 0, sort_at=1_700_000_000 + n)
        for n in range(8)
    ]
    factories.message(alice.inbox, "Re: Message 3", thread=made[3].thread, seen=False, sort_at=1_700_000_020)
    box = prepared(alice, deed, *made[3:5])
    for only in ("", "unread", "starred"):
        page = alice.text(f"/mailbox/{box.pk}/?only={only}")
        act(alice, box, deed, made[3], made[4], to=lease.pk, sure="1", label="Fair", until=LATER)
        fresh = alice.text(f"/mailbox/{box.pk}/?only={only}")
        assert applied(rows(page), changes(alice, state(page), box, only=only)) == rows(fresh)


@pytest.mark.parametrize("deed", [*EVERY, "delete"])
def test_a_deed_and_its_undo_cost_the_same_for_few_and_many(
    alice: Person, deed: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for use in ("archive", "junk", "trash", "snoozed"):
        factories.mailbox(alice.account, name=use, special_use=use)
    box = factories.fill_mailbox(alice.account, 150, "Lists")
    threads = list(Entry.objects.filter(mailbox=box).values_list("thread", flat=True))
    alice.get("/")
    fields = {"to": alice.inbox.pk, "label": "Fair", "until": LATER, "sure": "1"}

    def post(do: str, some: list[int]) -> Any:
        return alice.client.post(f"/mailbox/{box.pk}/act", {"do": do, "c": some} | fields, headers=SCRIPT)

    if INVERSE.get(deed) in ("label", "mute"):
        post(INVERSE[deed], threads)
    for some in (threads[:2], threads[2:150]):
        with django_assert_max_num_queries(MOST):
            answer = json.loads(post(deed, some).content)
        if deed != "delete" and answer["undo"]:
            with django_assert_max_num_queries(MOST):
                alice.client.post("/undo", {"change": answer["undo"]}, headers=SCRIPT)
