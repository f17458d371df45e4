"""The mailboxes that somebody reads here, in the settings. What the mail server says is said by a function here."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import secrets
from accounts.models import AuditEntry, Identity, MailAccount, SignIn
from accounts.problems import CannotSignIn
from imapbridge import client, joining, tasks
from imapbridge.actions import leaving
from imapbridge.models import Body, Entry, Mailbox, Message, PendingChange
from tests import factories
from tests.webmail.views.conftest import Person
from webmail.models import Draft, Outgoing
from webmail.views import mail_accounts

RIGHT = "c0rrect-horse"
NEW = {"address": "Fair@Press.Example.COM", "password": RIGHT}
FAIR = "fair@press.example.com"


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """A mail server that takes the password RIGHT and is away for `away`; and the accounts that are asked to sync."""

    def is_taken(_address: str, password: str) -> bool:
        if password == "away":
            raise CannotSignIn("unreachable", server="mail.example.com")
        return password == RIGHT

    settings.ENV = replace(settings.ENV, imap_host="mail.example.com")
    monkeypatch.setattr(joining, "is_taken", is_taken)
    told: list[str] = []
    monkeypatch.setattr(tasks, "request_sync", lambda account: told.append(f"sync {account}"))
    monkeypatch.setattr(client, "forget", lambda account: told.append(f"forget {account}"))
    monkeypatch.setattr(tasks.sweep_removed, "delay", lambda: None)
    return told


@pytest.fixture
def fair(alice: Person) -> MailAccount:
    return factories.another(alice.user, FAIR, position=1)


@pytest.mark.django_db
def test_one_more_account(alice: Person, server: list[str], django_capture_on_commit_callbacks: Any) -> None:
    assert "Add account" in alice.text("/settings/identities")
    page = alice.text("/settings/accounts/new")
    assert "Password of this mailbox" in page
    assert '"/settings/identities" aria-current="page"' in page
    SignIn.objects.create(user=alice.user, session_digest="x", expires_at=timezone.now() + timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.client.post("/settings/accounts/new", NEW).status_code == 302
    made = MailAccount.objects.get(address=FAIR)
    assert (made.user, secrets.open_(made).reveal(), made.position) == (alice.user, RIGHT, 1)
    assert Identity.objects.get(account=made).address == FAIR
    assert server == [f"sync {made.pk}"]
    assert AuditEntry.objects.filter(kind="account-added", user=alice.user).exists()
    assert FAIR in alice.text("/settings/identities?done=joined")


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"password": "wrong"}, 403, "did not accept"),
        ({"password": "away"}, 503, "cannot be reached"),
        ({"password": ""}, 422, "Enter the password"),
        ({"address": "fair"}, 422, ""),
        ({"address": "alice@example.com"}, 422, "already"),
    ],
)
def test_what_is_not_added(alice: Person, values: dict[str, str], status: int, said: str) -> None:
    answer = alice.client.post("/settings/accounts/new", NEW | values)
    assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert RIGHT not in answer.content.decode()
    assert MailAccount.objects.count() == 1


def test_guessing_is_slowed_down(alice: Person) -> None:
    answers = [alice.client.post("/settings/accounts/new", NEW | {"password": f"{n}"}).status_code for n in range(7)]
    assert (answers[0], answers[-1]) == (403, 429)


def test_who_has_signed_out_meanwhile_leaves_no_password(alice: Person) -> None:
    """Nobody is signed in any more by the time the server has answered."""
    assert joining.keep(alice.user, FAIR, RIGHT).pk
    assert not MailAccount.objects.exclude(secret="").exists()


def test_an_account_waits_for_its_password_alone(alice: Person, fair: MailAccount) -> None:
    MailAccount.objects.filter(pk=fair.pk).update(refused=True)
    assert "Sign in again" in alice.text("/settings/identities")
    assert alice.get("/sign-in").status_code == 302
    wrong = alice.client.post(f"/settings/accounts/{fair.pk}/password", {"password": "wrong"})
    assert wrong.status_code == 403 and MailAccount.objects.get(pk=fair.pk).refused
    assert alice.client.post(f"/settings/accounts/{fair.pk}/password", {"password": RIGHT}).status_code == 302
    assert not MailAccount.objects.get(pk=fair.pk).refused
    assert alice.get(f"/settings/accounts/{alice.account.pk}/password").headers["Location"].startswith("/sign-in?")


def test_name_colour_and_order(alice: Person, fair: MailAccount) -> None:
    address = f"/settings/accounts/{fair.pk}/"
    assert alice.client.post(address, {"title": "Fair desk", "hue": "3"}).status_code == 302
    fair.refresh_from_db()
    assert (fair.title, fair.hue) == ("Fair desk", 3)
    assert alice.client.post(address, {"title": "Fair desk", "hue": "12"}).status_code == 422
    assert alice.client.post(address, {"title": "", "hue": ""}).status_code == 302
    fair.refresh_from_db()
    assert (fair.title, fair.hue) == ("", None)
    alice.client.post(f"{address}raise")
    order = MailAccount.objects.filter(user=alice.user).order_by("position").values_list("address", flat=True)
    assert list(order) == [FAIR, "alice@example.com"]


def test_removing_takes_all_of_it_and_nothing_else(
    alice: Person, bob: Person, fair: MailAccount, server: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    for account in (fair, bob.account):
        stand = factories.mailbox(account, "Stand")
        factories.message(stand, text="words")
        Draft.objects.create(account=account, message_id=f"<{account.pk}@x>", revision=1, text="Not sent yet")
        PendingChange.objects.create(account=account, mailbox=stand, kind="flags", uids="1", uid_validity=1)
    address = f"/settings/accounts/{fair.pk}/remove"
    page = alice.text(address)
    assert "1 draft of this account moves to alice@example.com" in page and "not on the mail server" in page
    with django_capture_on_commit_callbacks(execute=True):
        assert alice.client.post(address).status_code == 302
    assert not MailAccount.objects.filter(pk=fair.pk).exists()
    assert server == [f"forget {fair.pk}"]
    assert Draft.objects.get(text="Not sent yet", account=alice.account).mirrored == 0
    leaving.sweep()
    for model in (Message, Entry, Mailbox, PendingChange):
        assert set(model.objects.values_list("account", flat=True)) - {alice.account.pk} == {bob.account.pk}
    assert Body.objects.count() == 1


@pytest.mark.parametrize("is_late", [False, True])
def test_nothing_that_waits_to_be_sent_is_lost(
    alice: Person, fair: MailAccount, monkeypatch: pytest.MonkeyPatch, is_late: bool
) -> None:
    """Nor what was sent while the page looked."""
    Outgoing.objects.create(
        account=fair,
        message_id="<a@b>",
        state="waiting",
        due_at="2030-01-01T00:00Z",
        planned_at="2030-01-01T00:00Z",
        size=1,
    )
    if is_late:
        said = iter(["", mail_accounts._obstacle(fair)])
        monkeypatch.setattr(mail_accounts, "_obstacle", lambda account: next(said))
    answer = alice.client.post(f"/settings/accounts/{fair.pk}/remove")
    assert answer.status_code == 409 and "not sent yet" in answer.content.decode()
    assert MailAccount.objects.filter(pk=fair.pk).exists()


def test_the_account_one_signs_in_with_stays(alice: Person) -> None:
    assert alice.client.post(f"/settings/accounts/{alice.account.pk}/remove").status_code == 409


@pytest.mark.parametrize("page", ["", "password", "raise", "remove"])
def test_anothers_account_is_not_there(bob: Person, fair: MailAccount, page: str) -> None:
    assert bob.client.post(f"/settings/accounts/{fair.pk}/{page}", {"password": RIGHT}).status_code == 404
    assert MailAccount.objects.filter(pk=fair.pk).exists()
