"""Servers that nobody named are shown before a password goes there (D7), and are never within our network (D8)."""

import asyncio
import html
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts import discovery, secrets
from accounts.autoconfig import Endpoint, NoServers, Servers, servers_for
from accounts.discovery import Found, NothingFound
from accounts.models import FoundServers, MailAccount, MailDomain
from imapbridge import client as bridge
from imapbridge.errors import ConnectFailed, SignInRefused
from imapbridge.pool.credentials import server_for
from imapbridge.wire.drivers import dial
from imapbridge.wire.drivers.pipe import dial as dial_on_asyncio
from tests import factories
from tests.webmail.views.conftest import confirm

SERVERS = Servers(
    Endpoint("imap.example.net", 993, "tls", is_strange=True),
    Endpoint("smtp.example.net", 587, "starttls", is_strange=True),
    Endpoint("imap.example.net", 4190, "starttls", is_strange=True),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Servers, str, str]]:
    """What went to a mail server, in whose place somebody takes `right`: a public one is out of reach here."""
    told: list[tuple[Servers, str, str]] = []

    def verify(servers: Servers, username: str, password: str, **_how: object) -> None:
        told.append((servers, username, password))
        if password != "right":
            raise SignInRefused

    monkeypatch.setattr(bridge, "verify_sign_in", verify)
    return told


@pytest.fixture(autouse=True)
def _world(db: None, environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch, still_clock: None) -> None:
    def look(domain: str) -> Found:
        if not domain.startswith("example."):
            raise NothingFound(domain)
        return Found(domain, SERVERS, "autoconfig.example.net" if domain == "example.net" else "")

    monkeypatch.setattr(discovery, "look", look)
    environment(imap_host="", autodiscovery=True)


def post(client: Client, password: str = "right", address: str = "ann@example.net", **fields: str) -> Any:
    return client.post("/sign-in", {"address": address, "password": password} | fields)


def brought_back(answer: Any) -> str:
    found = re.search(r'name="servers" value="([^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else ""


def test_what_was_agreed_to_first_stays(client: Client, asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    token = brought_back(post(client))
    post(client, servers=token)
    theirs = replace(SERVERS, imap=replace(SERVERS.imap, host="imap.evil.test"))
    monkeypatch.setattr(discovery, "look", lambda domain: Found(domain, theirs, ""))
    asked.clear()
    shown = post(Client())
    assert "imap.example.net" in shown.content.decode() and "evil" not in shown.content.decode()
    post(Client(), servers=brought_back(shown))
    assert [servers for servers, *_ in asked] == [SERVERS]
    FoundServers.objects.all().delete()  # by the operator
    other = post(Client())
    assert "imap.evil.test" in other.content.decode()
    post(client, servers=token)  # kept again before the other one agreed
    asked.clear()
    again = post(Client(), servers=brought_back(other))
    assert asked == [] and "imap.example.net" in again.content.decode()


@pytest.mark.threat("D7")
def test_they_are_shown_first_and_asked_when_somebody_agreed(client: Client, asked: list[Any]) -> None:
    shown = post(client)
    page = html.unescape(shown.content.decode())
    assert shown.status_code == 200
    assert "Are these your mail servers?" in page
    assert "Reading: imap.example.net:993" in page
    assert "Sending: smtp.example.net:587" in page
    assert "Filters: imap.example.net:4190" in page
    assert "come from autoconfig.example.net, over a verified connection" in page
    assert "right" not in re.findall(r'value="([^"]*)"', page)
    assert not asked
    assert post(client, servers=brought_back(shown)).status_code == 302
    assert asked == [(SERVERS, "ann@example.net", "right")]
    assert servers_for("bob@example.net") == SERVERS
    assert secrets.open_(MailAccount.objects.get()).reveal() == "right"


def test_everybody_is_shown_them_whoever_agreed_before(client: Client, asked: list[Any]) -> None:
    post(client, servers=brought_back(post(client)))
    assert "Are these your mail servers?" in post(Client()).content.decode()
    assert len(asked) == 1


def test_what_was_refused_is_not_kept_and_may_be_tried_again(client: Client, asked: list[Any]) -> None:
    refused = post(client, "wrong", servers=brought_back(post(client)))
    assert refused.status_code == 403
    assert not FoundServers.objects.exists()
    assert post(client, servers=brought_back(refused)).status_code == 302


@pytest.mark.parametrize("forge", [lambda token: token[:-1] + "A", lambda _: "x", lambda _: "a:b:c"])
def test_nobody_agrees_to_what_was_not_found(client: Client, asked: list[Any], forge: Callable[[str], str]) -> None:
    token = brought_back(post(client))
    assert post(client, servers=forge(token)).status_code == 200
    assert post(client, address="ann@example.com", servers=token).status_code == 200
    assert not asked


def test_the_word_of_the_name_system_is_told_apart(client: Client) -> None:
    assert "somebody on the way could change them" in post(client, address="ann@example.com").content.decode()


def test_nothing_is_found(client: Client, asked: list[Any]) -> None:
    answer = post(client, address="ann@nobody.example")
    assert answer.status_code == 400
    assert "No mail server is set up here for addresses at nobody.example" in answer.content.decode()


def test_who_has_us_look_again_and_again_waits(client: Client) -> None:
    assert [post(client).status_code for _ in range(6)] == [200] * 5 + [429]


def test_what_the_operator_named_is_looked_up_nowhere(client: Client, asked: list[Any]) -> None:
    MailDomain.objects.create(name="example.net", imap_host="own.example.net")
    assert post(client).status_code == 302
    assert asked[0][0].imap == Endpoint("own.example.net", 993, "tls")


@pytest.mark.threat("D8")
def test_without_the_operators_word_there_are_none(
    client: Client, asked: list[Any], environment: Callable[..., None]
) -> None:
    post(client, servers=brought_back(post(client)))
    environment(imap_host="", autodiscovery=False)
    assert post(Client()).status_code == 400
    with pytest.raises(NoServers):
        servers_for("ann@example.net")


@pytest.mark.threat("D8")
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_name_that_leads_into_our_network_by_now_is_not_connected_to(host: str) -> None:
    """What was public when it was found may have been given another address since."""
    server = replace(server_for(SERVERS.imap), host=host)
    assert server.ca_file == ""
    with pytest.raises(ConnectFailed, match="not public"):
        dial(server, time.monotonic() + 5)
    with pytest.raises(ConnectFailed, match="not public"):
        asyncio.run(dial_on_asyncio(server))


def test_for_one_more_account_as_well(client: Client, asked: list[Any]) -> None:
    user, _account = factories.person("bob@example.org", secret="sealed")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    confirm(client)
    fields = {"address": "ann@example.net", "password": "right"}
    shown = client.post("/settings/accounts/new", fields)
    assert "Reading: imap.example.net:993" in shown.content.decode()
    assert not asked
    client.post("/settings/accounts/new", fields | {"servers": brought_back(shown)})
    assert asked == [(SERVERS, "ann@example.net", "right")]
    assert user.accounts.filter(address="ann@example.net").exists()
