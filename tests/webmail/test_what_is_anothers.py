"""Every address of the product asked by Bob with the numbers of what is Alice's: nothing is shown, and nothing changes.

All of Alice's rows have the same number, so that it is hers whatever a form or an address means by it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Identity, PushSubscription, SignIn, User
from accounts.steps import Passkey
from imapbridge.models import Job, Notice, SearchHit, ServerSearch
from tests import factories
from tests.webmail import routes
from webmail.models import AddressBook, Contact, Draft, KeptContacts, Outgoing, SavedSearch, Template, Upload

pytestmark = [pytest.mark.django_db, pytest.mark.threat("C3")]
ROOT = Path(__file__).resolve().parents[2]
HERS = 4_000_007
KEY = "k" * 32
MARK = "Alice-alone-reads-this"
NOT_ROWS = {"/proxy/x", "/brand/4000007/x.css", "/brand/4000007/x.png"}
"""What is in these is signed, or everybody's."""
NOT_THERE = {
    f"/compose/{HERS}/undo", f"/jobs/{HERS}/undo",  # neither was sent or is done
    f"/folders/{HERS}/empty",  # it is no Trash
    f"/message/{HERS}/attachments.zip", f"/message/{HERS}/part/1/body", f"/message/{HERS}/part/1/inside/x",
}  # fmt: skip
LEAVING = {"/sign-in", "/sign-out", "/second-step", "/confirm", "/sign-in/with/x", "/sign-in/with/x/back"}


@pytest.fixture
def alice() -> User:
    user, account = factories.person("alice@example.org", pk=HERS, secret="sealed")
    box = factories.mailbox(account, pk=HERS)
    factories.message(box, MARK, pk=HERS, text=MARK, preview=MARK)
    now = timezone.now()
    draft = Draft.objects.create(pk=HERS, account=account, message_id="<d@x>", subject=MARK, discarded_at=now)
    Upload.objects.create(pk=HERS, draft=draft, key=KEY, name=MARK, size=9, received=9)
    Outgoing.objects.create(
        pk=HERS,
        account=account,
        message_id="<o@x>",
        due_at=now + timedelta(days=1),
        planned_at=now,
        subject=MARK,
        size=1,
        sender="a@x",
    )
    contact = Contact.objects.create(pk=HERS, user=user, uid=MARK, name=MARK, photo=b"\xff\xd8\xff")
    contact.addresses.create(pk=HERS, user=user, address="a@x.example", known_as="a@x.example")
    KeptContacts.objects.create(pk=HERS, user=user, said=MARK)
    AddressBook.objects.create(pk=HERS, user=user, name=MARK, url="https://x.example/")
    Template.objects.create(pk=HERS, user=user, name=MARK)
    SavedSearch.objects.create(pk=HERS, user=user, name=MARK, query="x")
    Identity.objects.create(pk=HERS, account=account, name=MARK, address=account.address)
    Identity.objects.create(account=account, name=MARK, address=account.address, position=1)
    Job.objects.create(pk=HERS, account=account, mailbox=box, kind=Job.Kind.READ, up_to=1, keyword=MARK)
    search = ServerSearch.objects.create(pk=HERS, account=account, token=KEY, query=MARK)
    SearchHit.objects.create(pk=HERS, search=search, message=HERS)
    Notice.objects.create(pk=HERS, account=account, kind="move", code="refused", subject=MARK, count=1)
    signed = SignIn.objects.create(pk=HERS, user=user, session_digest=KEY, expires_at=now + timedelta(days=1))
    PushSubscription.objects.create(pk=HERS, sign_in=signed, endpoint="https://x.example/p", key="x", secret="x")
    Passkey.objects.create(pk=HERS, user=user, name=MARK, host="x", credential_id="x", public_key="x")
    return user


@pytest.fixture
def bob(alice: User) -> Client:
    user, account = factories.person("bob@example.org", secret="sealed")
    factories.message(factories.mailbox(account))
    return browser(user)


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def hers() -> dict[tuple[str, Any], dict[str, Any]]:
    """All rows but those of Bob, who has an account, a mailbox and a message."""
    bobs = User.objects.get(email="bob@example.org")
    account = bobs.accounts.get().pk
    return {
        (model.__name__, row["id"]): row
        for app in ("accounts", "imapbridge", "webmail")
        for model in apps.get_app_config(app).get_models()
        for row in model._default_manager.values()
        if row.get("user_id") != bobs.pk and row.get("account_id") != account and row["id"] not in {bobs.pk, account}
    }


def named() -> Iterator[str]:
    """The addresses that name something of Alice's."""
    for address in routes.addresses():
        filled = address.replace("999999", str(HERS))
        filled = re.sub(r"(?<=/files/)x$|(?<=/deeper/)x(?=/)", KEY, filled).replace("/part/x", "/part/1")
        if filled != address and filled not in NOT_ROWS and not filled.startswith("/settings/filters/"):
            yield filled


def test_no_address_leads_to_it(bob: Client, alice: User) -> None:
    before = hers()
    addresses = list(named())
    assert len(addresses) > 60
    found = [(way, where, answer.status_code) for where in addresses for way, answer in both(bob, where)
             if answer.status_code not in {404, 405} or MARK.encode() in body(answer)]  # fmt: skip
    assert found == []
    assert hers() == before
    own = browser(alice)
    assert {where for where in addresses if not reached(own, where)} == NOT_THERE


def reached(client: Client, where: str) -> bool:
    """It is there for its person; what is done to it is undone."""
    mark = transaction.savepoint()
    found = any(answer.status_code not in {404, 405} for _way, answer in both(client, where))
    transaction.savepoint_rollback(mark)
    return found


def both(client: Client, where: str) -> Iterator[tuple[str, Any]]:
    yield "get", client.get(where)
    yield "post", client.post(where)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_no_form_names_it(bob: Client) -> None:
    before = hers()
    words = said("do")
    fields = dict.fromkeys(said_names(), str(HERS))
    for where in routes.addresses():
        if "999999" in where or where in LEAVING:
            continue
        for word in words if where.endswith(("/act", "search", "outbox", "/")) else ["x"]:
            answer = bob.post(where, {**fields, "do": word, "confirmed": "1"})
            assert MARK.encode() not in body(answer), where
            if str(answer.headers.get("Location", "")).startswith("/sign-in"):
                bob.force_login(User.objects.get(email="bob@example.org"), settings.AUTHENTICATION_BACKENDS[0])
    assert hers() == before


def said(name: str) -> list[str]:
    """The values that buttons of ours have under this name."""
    return sorted({value for page in pages() for value in re.findall(rf'name="{name}" value="([a-z-]+)"', page)})


def said_names() -> set[str]:
    """Of everything that a form of ours can hold."""
    return {name for page in pages() for name in re.findall(r' name="([a-z_-]+)"', page)} - {"csrfmiddlewaretoken"}


def pages() -> list[str]:
    return [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
