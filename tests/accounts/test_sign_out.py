"""Signing out: the last browser to leave takes the password with it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import secrets, sign_ins
from accounts.models import MailAccount, SignIn
from accounts.signals import passwords_forgotten
from tests.servers.bridge import Bridge
from tests.servers.dovecot import User as MailUser

pytestmark = pytest.mark.django_db(transaction=True)


def browser(user: MailUser) -> Client:
    client = Client()
    answer = client.post("/sign-in", {"address": user.address, "password": user.password, "stay": "on"})
    assert answer.status_code == 302
    return client


def account(user: MailUser) -> MailAccount:
    return MailAccount.objects.get(address=user.address)


@pytest.mark.threat("F2")
def test_signing_out_forgets_session_password_and_what_the_browser_keeps(bridge: Bridge, mail_user: MailUser) -> None:
    client = browser(mail_user)
    key, version = client.session.session_key, account(mail_user).secret_version
    answer = client.post("/sign-out")
    assert answer.status_code == 200
    assert b"You are signed out" in answer.content
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert not client.session.exists(key or "")
    assert not SignIn.objects.exists()
    assert (account(mail_user).secret, account(mail_user).secret_version) == ("", version + 1)


def test_another_browser_keeps_the_password(bridge: Bridge, mail_user: MailUser) -> None:
    desk, phone = browser(mail_user), browser(mail_user)
    desk.post("/sign-out")
    assert secrets.open_(account(mail_user)).reveal() == mail_user.password
    phone.post("/sign-out")
    assert account(mail_user).secret == ""


def test_who_signs_in_while_the_last_browser_leaves_keeps_the_password(bridge: Bridge, mail_user: MailUser) -> None:
    desk = browser(mail_user)

    def leave(sender: object, **_kwargs: object) -> None:
        """The password is sealed, the new sign-in not yet written down."""
        desk.post("/sign-out")
        assert account(mail_user).secret == ""

    user_logged_in.connect(leave)
    try:
        browser(mail_user)
    finally:
        user_logged_in.disconnect(leave)
    assert secrets.open_(account(mail_user)).reveal() == mail_user.password


def test_the_connections_are_dropped_and_who_is_told_finds_no_session(bridge: Bridge, mail_user: MailUser) -> None:
    client, told = browser(mail_user), []
    session = client.session

    def listen(sender: object, account_ids: list[int], **_kwargs: object) -> None:
        told.append((account_ids, session.exists(str(session.session_key))))

    passwords_forgotten.connect(listen)
    try:
        client.post("/sign-out")
    finally:
        passwords_forgotten.disconnect(listen)
    assert told == [([account(mail_user).pk], False)]


def test_reading_signs_nobody_out(bridge: Bridge, mail_user: MailUser) -> None:
    client = browser(mail_user)
    for method in (client.get, client.head):
        assert method("/sign-out")["Location"] == "/sign-in"
    assert SignIn.objects.count() == 1


def test_a_foreign_page_signs_nobody_out(bridge: Bridge, mail_user: MailUser) -> None:
    client = browser(mail_user)
    client.handler.enforce_csrf_checks = True
    assert client.post("/sign-out").status_code == 403
    assert SignIn.objects.count() == 1


def test_signing_out_twice_is_no_fault(bridge: Bridge, mail_user: MailUser) -> None:
    client = browser(mail_user)
    assert [client.post("/sign-out").status_code for _ in range(2)] == [200, 200]


def test_what_expired_is_swept_with_the_password(
    bridge: Bridge, mail_user: MailUser, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    browser(mail_user)
    browser(mail_user)
    rows = SignIn.objects.order_by("pk")
    SignIn.objects.filter(pk=rows[0].pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    sign_ins.sweep()
    assert SignIn.objects.count() == 1
    assert account(mail_user).secret != ""
    rows.update(expires_at=timezone.now() - timedelta(seconds=1))
    sign_ins.sweep()
    assert not SignIn.objects.exists()
    assert account(mail_user).secret == ""
