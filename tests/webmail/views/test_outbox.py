"""The page of what is on its way out, and what is told of it elsewhere."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import sign_ins
from accounts.models import Errand, MailAccount, Preferences, SignIn
from imapbridge import actions, client
from imapbridge.models import PendingChange
from tests import factories
from tests.webmail.views.conftest import Person
from webmail.compose import filing, lingering, posting
from webmail.models import Draft, Outgoing
from webmail.models.outgoing import folder


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    told: list[int] = []
    monkeypatch.setattr(posting, "_ask", lambda pk, seconds=0: told.append(pk))
    return told


def going(person: Person, state: str = "waiting", fate: str = "", **given: Any) -> Outgoing:
    recipient = {"address": "bob@example.org", "state": fate, "code": "5.1.1" if fate == "refused" else "", "said": ""}
    at = timezone.now() + timedelta(days=1)
    values = {
        "message_id": f"<{Outgoing.objects.count()}@example.com>",
        "subject": "Lease",
        "sender": person.account.address,
        "due_at": at,
        "planned_at": at,
        "size": 1,
    }
    made: Outgoing = Outgoing.objects.create(
        account=person.account, state=state,
        recipients=[recipient], **(values | given),
    )  # fmt: skip
    return made


def do(person: Person, row: Outgoing, deed: str) -> Any:
    answer = person.client.post("/outbox", {"id": row.pk, "do": deed})
    row.refresh_from_db()
    return answer


@pytest.mark.parametrize(
    ("state", "given", "says", "buttons"),
    [
        ("waiting", {"scheduled": True}, "It goes on", ["now", "edit", "discard"]),
        ("waiting", {"scheduled": True, "draft": None}, "It goes on", ["now", "discard"]),
        ("waiting", {"attempts": 2, "problem": "unreachable"}, "could not be reached. It is tried again on",
         ["now", "edit", "discard"]),
        ("waiting", {"attempts": 1, "problem": "sign-in-refused", "refused_secret": 1, "said": "Not with <b>"},
         "sign in again. The mail server said: “Not with &lt;b&gt;”", ["now", "edit", "discard"]),
        ("waiting", {"attempts": 2, "problem": "sign-in-refused"}, "You were signed out", ["now", "edit", "discard"]),
        ("refused", {"fate": "refused", "problem": "sign-in-refused"}, "You were signed out, so it could not be sent. "
         "Nobody got it.", ["edit", "discard"]),
        ("sent", {"copy": "held", "copy_problem": "over-quota"}, "no copy in your Sent folder yet. Your mailbox",
         ["file", "forgo"]),
        ("partly", {"copy": "held", "fate": "refused"}, "Not everybody got it. It was sent, but there is no copy",
         ["dismiss", "file", "forgo"]),
        ("waiting", {"attempts": 1, "begun": True}, "Some have got it already.", ["now", "cancel"]),
        ("sending", {}, "It is being sent.", []),
        ("unknown", {"fate": "unknown"}, "nobody knows whether it came", ["arrived", "again"]),
        ("refused", {"fate": "refused"}, "There is no such address", ["edit", "discard"]),
        ("refused", {"fate": "refused", "draft": None}, "There is no such address", ["discard"]),
        ("partly", {"fate": "refused"}, "Not everybody got it.", ["dismiss"]),
    ],
)  # fmt: skip
def test_each_says_how_it_stands(
    alice: Person, state: str, given: dict[str, Any], says: str, buttons: list[str]
) -> None:
    draft = Draft.objects.create(account=alice.account, message_id="<draft@example.com>")
    going(alice, state, **{"draft": draft} | given)
    text = alice.text("/outbox")
    assert says in text and "To bob@example.org" in text
    assert re.findall(r'name="do" value="(\w+)"', text) == buttons


def test_what_its_buttons_do(alice: Person) -> None:
    row = going(alice)
    do(alice, row, "now")
    assert row.due_at <= timezone.now()
    draft = Draft.objects.create(account=alice.account, message_id=row.message_id, outgoing=row.pk)
    Outgoing.objects.filter(pk=row.pk).update(draft=draft)
    assert do(alice, row, "edit").url == f"/compose/{draft.pk}/"
    draft.refresh_from_db()
    assert row.state == "taken-back" and draft.outgoing is None
    Outgoing.objects.filter(pk=row.pk).update(state="waiting")
    do(alice, row, "discard")
    draft.refresh_from_db()
    assert row.state == "taken-back" and draft.discarded_at
    for deed, state in (("arrived", "sent"), ("again", "waiting")):
        row = going(alice, "unknown", "unknown")
        do(alice, row, deed)
        assert row.state == state
    row = going(alice, "sent", "accepted", copy="held")
    do(alice, row, "forgo")
    assert row.copy == "nowhere"
    row = going(alice, "partly", "refused")
    do(alice, row, "dismiss")
    assert row.dismissed and "Not everybody" not in alice.text("/outbox")


def test_it_is_nobody_elses(alice: Person, bob: Person, charlie: Client) -> None:
    row = going(alice, scheduled=True)
    assert "Lease" not in bob.text("/outbox") and "Nothing waits" in bob.text("/outbox")
    for deed in ("now", "edit", "discard", "cancel", "arrived", "again", "dismiss"):
        do(bob, row, deed)
        assert row.state == "waiting" and row.due_at > timezone.now()
    assert charlie.get("/outbox").status_code == 404
    assert alice.client.post("/outbox", {"id": row.pk, "do": "explode"}).status_code == 404
    assert alice.client.post("/outbox", {"id": "x", "do": "now"}).status_code == 404


def test_it_stands_beside_the_folders_while_it_holds_something(alice: Person) -> None:
    list_page = f"/mailbox/{alice.inbox.pk}/"
    assert 'id="outbox"' not in alice.text(list_page)
    row = going(alice)  # in the moment in which it can be had back
    assert 'id="outbox"' not in alice.text(list_page)
    for why in ({"scheduled": True}, {"scheduled": False, "problem": Outgoing.LIMITED}):
        Outgoing.objects.filter(pk=row.pk).update(**why)
        assert 'aria-label="Outbox, 1"' in alice.text(list_page)
    going(alice, "refused", "refused", attempts=1)
    assert 'aria-label="Outbox, 2"' in alice.text(list_page)
    going(alice, "sent", "accepted", copy="held")
    going(alice, "partly", "refused", copy="held", attempts=1)
    assert 'aria-label="Outbox, 4"' in alice.text(list_page)


def test_the_sent_message_tells_of_it(alice: Person) -> None:
    sent = factories.mailbox(alice.account, "Sent", special_use="sent")
    letter = factories.message(sent, text="Hello", sender=("Alice", alice.account.address))
    row = going(alice, "partly", "failed", message_id=letter.message_id)
    alice.text(f"/message/{letter.pk}/")
    with CaptureQueriesContext(connection) as before:
        assert "did not get it" not in alice.text(f"/message/{letter.pk}/")
    Outgoing.objects.filter(pk=row.pk).update(troubled=True)
    with CaptureQueriesContext(connection) as after:
        assert "bob@example.org did not get it: it came back." in alice.text(f"/message/{letter.pk}/")
    assert len(after) == len(before) + 1
    Outgoing.objects.filter(pk=row.pk).update(
        troubled=False, dsn=True, recipients=[{**row.recipients[0], "state": "delivered"}]
    )
    assert "It came into the mailbox of bob@example.org." in alice.text(f"/message/{letter.pk}/")


# --- Signing out ------------------------------------------------------------------------------------------------------


def secret_of(person: Person) -> str:
    return str(MailAccount.objects.get(pk=person.account.pk).secret)


@pytest.mark.threat("F5")
@pytest.mark.parametrize("wanted", ["send", "keep"])
def test_who_signs_out_is_asked_about_what_waits(alice: Person, bob: Person, wanted: str) -> None:
    row = going(alice, scheduled=True)
    page = alice.client.post("/sign-out").content.decode()
    assert "1 message is not sent yet" in page and "Lease" in page and secret_of(alice)
    assert alice.get("/outbox").status_code == 200  # nothing has happened yet
    assert "You are signed out" in bob.client.post("/sign-out").content.decode()
    assert "You are signed out" in alice.client.post("/sign-out", {"letters": wanted}).content.decode()
    sign_ins.sweep()
    posting.look()
    assert bool(secret_of(alice)) == (wanted == "send")
    Outgoing.objects.filter(pk=row.pk).update(state="sent", sent_at=timezone.now(), copy="server")
    posting.look()
    assert secret_of(alice) == ""


def test_what_was_sent_a_moment_ago_goes_and_nobody_is_asked(alice: Person) -> None:
    row = going(alice, due_at=timezone.now() + timedelta(seconds=9))
    assert "You are signed out" in alice.client.post("/sign-out").content.decode()
    assert secret_of(alice)
    Outgoing.objects.filter(pk=row.pk).update(due_at=timezone.now() + timedelta(days=1))
    lingering.look()
    assert secret_of(alice)
    Errand.objects.update(until=timezone.now())  # it could not be sent
    lingering.look()
    assert secret_of(alice) == ""


def test_what_was_done_a_moment_ago_is_done_all_the_same(alice: Person) -> None:
    actions.delete_forever(alice.account.pk, [factories.message(alice.inbox).pk], alice.inbox.pk, regret=True)
    assert "You are signed out" in alice.client.post("/sign-out").content.decode()
    lingering.look()
    assert secret_of(alice)
    PendingChange.objects.update(confirmed_at=timezone.now())
    lingering.look()
    assert secret_of(alice) == ""


@pytest.mark.threat("F5")
def test_the_copy_in_sent_is_waited_for_and_asked_for(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is signed in, so no sync asks for it."""
    asked: list[int] = []
    monkeypatch.setattr(client, "replay", asked.append)
    (folder() / "x").write_bytes(b"Subject: Lease\r\n\r\n")
    row = going(alice, "sent", "accepted", octets="x", sent_at=timezone.now())
    filing.file(row)
    assert alice.client.post("/sign-out").status_code == 200 and secret_of(alice)
    owed = PendingChange.objects.all()
    owed.update(not_before=timezone.now() + timedelta(minutes=5))
    posting.look()
    assert asked == [] and secret_of(alice)
    owed.update(not_before=timezone.now() - timedelta(minutes=5))
    posting.look()
    assert asked == [alice.account.pk]
    owed.update(confirmed_at=timezone.now())
    posting.look()
    assert secret_of(alice) == ""


@pytest.mark.threat("F5")
def test_who_is_signed_out_from_elsewhere_leaves_nothing_behind(alice: Person) -> None:
    row = going(alice, scheduled=True)
    alice.client.post("/sign-out", {"letters": "send"})
    sign_in = SignIn.objects.create(user=alice.user, expires_at=timezone.now() + timedelta(hours=1), session_digest="x")
    sign_ins.forget_where_nobody_is(users=[alice.user.pk])
    assert secret_of(alice)
    sign_ins.end([sign_in])
    assert (secret_of(alice), Errand.objects.count()) == ("", 0)
    row.refresh_from_db()
    assert row.state == "waiting"


def test_what_waits_for_its_person_goes_when_they_sign_in(alice: Person) -> None:
    out = going(alice, attempts=3, problem="sign-in-refused")
    later = going(alice, scheduled=True)
    alice.client.force_login(alice.user)
    out.refresh_from_db()
    later.refresh_from_db()
    assert out.due_at <= timezone.now() < later.due_at


def test_nothing_is_sent_for_whom_the_operator_has_shut_out(alice: Person, asked: list[int]) -> None:
    row = going(alice, due_at=timezone.now())
    asked.clear()
    type(alice.user).objects.update(is_active=False)
    posting.look()
    assert asked == [] and posting.take(row.pk) is None
    type(alice.user).objects.update(is_active=True)
    posting.look()
    assert asked == [row.pk] and posting.take(row.pk)


def test_whose_password_stays_anyway_is_not_asked(alice: Person) -> None:
    Preferences.objects.create(user=alice.user, keeps_syncing=True)
    going(alice, scheduled=True)
    assert "You are signed out" in alice.client.post("/sign-out").content.decode()
