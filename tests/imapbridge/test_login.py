"""The backend that signs people in by their mailbox."""

from dataclasses import replace

import pytest
from django.conf import settings as live_settings
from django.contrib.auth import authenticate
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.autoconfig import NoServers
from accounts.models import MailAccount, Preferences, User
from accounts.problems import CannotSignIn
from imapbridge import login
from imapbridge.login import MailboxBackend
from tests import factories
from tests.servers.bridge import Bridge, account_of
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot import User as MailUser

OURS = live_settings.AUTHENTICATION_BACKENDS[0]


@pytest.mark.django_db(transaction=True)
def test_the_mail_server_decides(bridge: Bridge, mail_user: MailUser) -> None:
    backend = MailboxBackend()
    assert backend.authenticate(None, address=mail_user.address, password="wrong") is None
    assert not User.objects.exists()
    found = backend.authenticate(None, address=mail_user.address, password=mail_user.password)
    assert found is not None
    assert [account.username for account in found.accounts.all()] == [mail_user.address]


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_somebody_reads_too_does_not_lead_to_their_mail(bridge: Bridge, dovecot: Dovecot) -> None:
    """Whoever knows the password of a mailbox that is shared gets a place of their own for it."""
    first, shared = dovecot.user(), dovecot.user()
    account = account_of(first)
    MailAccount.objects.create(user=account.user, address=shared.address, username=shared.address)
    found = MailboxBackend().authenticate(None, address=shared.address, password=shared.password)
    assert found is not None and found != account.user
    assert [mine.address for mine in found.accounts.all()] == [shared.address]
    assert MailAccount.objects.get(user=account.user, address=shared.address).secret == ""
    own = MailboxBackend().authenticate(None, address=first.address, password=first.password)
    assert own == account.user


@pytest.mark.django_db
def test_what_decides_nothing_is_raised(settings: Settings) -> None:
    with pytest.raises(NoServers):
        MailboxBackend().authenticate(None, address="ann@example.org", password="secret")
    settings.ENV = replace(settings.ENV, imap_host="localhost", bridge="/nowhere/bridge.sock")
    with pytest.raises(CannotSignIn) as caught:
        MailboxBackend().authenticate(None, address="ann@example.org", password="secret")
    assert (caught.value.code, caught.value.server) == ("bridge-down", "localhost")


@pytest.mark.django_db
def test_the_operator_reads_why_it_was_not_decided(
    bridge: Bridge, dovecot: Dovecot, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """TLS at once, to the port where Dovecot waits for STARTTLS."""
    settings.ENV = replace(settings.ENV, imap_port=dovecot.ports.imap, imap_security="tls")
    with pytest.raises(CannotSignIn):
        MailboxBackend().authenticate(None, address="ann@example.org", password="secret")
    (told,) = [record.getMessage() for record in caplog.records if "sign-in" in record.getMessage()]
    assert f"{dovecot.ports.imap}" in told
    assert "STARTTLS" in told
    assert "secret" not in told


@pytest.mark.django_db
def test_a_password_of_our_own_never_goes_to_a_mail_server(settings: Settings) -> None:
    """The admin's form asks with other names, which this backend does not take: else this would raise."""
    operator = User.objects.create_superuser("root@example.org", "a-password-of-our-own")
    assert authenticate(username="root@example.org", password="a-password-of-our-own") == operator
    assert authenticate(username="root@example.org", password="wrong") is None


@pytest.mark.django_db
def test_a_request_costs_one_query_for_its_person(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user, _account = factories.person("ann@example.org")
    backend = MailboxBackend()
    with django_assert_num_queries(1):
        found = backend.get_user(user.pk)
        assert not hasattr(found, "preferences")
    Preferences.objects.create(user=user, theme="dark")
    with django_assert_num_queries(1):
        found = backend.get_user(user.pk)
        assert found is not None
        assert found.preferences.theme == "dark"


@pytest.mark.django_db
def test_who_is_shut_out_is_out_at_once() -> None:
    user, _account = factories.person("ann@example.org")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert MailboxBackend().get_user(user.pk) is None
    assert MailboxBackend().get_user(999_999) is None


@pytest.mark.django_db(transaction=True)
def test_signing_in_does_not_wait_for_redis(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    user, account = factories.person("ann@example.org", secret="sealed")
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    login.sync_soon(None, user)
    assert f"sync not asked for: account={account.pk}" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_request_writes_no_session(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user, _account = factories.person("ann@example.org")
    client.force_login(user, backend=OURS)
    client.get("/sign-in")
    with django_assert_num_queries(2) as asked:  # the person, and whether an account waits for its password
        client.get("/sign-in")
    assert not [query for query in asked.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
