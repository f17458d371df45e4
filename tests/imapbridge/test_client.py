"""What web gets from the bridge when all is well, and which error when it is not."""

import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.views.debug import ExceptionReporter

from accounts.autoconfig import Endpoint, Servers, servers_for
from imapbridge import client, errors
from tests.servers.bridge import Bridge, alive, at, running_bridge
from tests.servers.dovecot import Dovecot, User
from tests.servers.fixtures import running
from tests.servers.scripted import HangingServer

pytestmark = pytest.mark.django_db(transaction=True)


def imap(host: str, port: int, security: str = "tls") -> Servers:
    return Servers(Endpoint(host, port, security), Endpoint(host, 465, "tls"))


@pytest.fixture
def nobody(settings: Any, tmp_path: Any) -> None:
    """No bridge is running."""
    settings.ENV = replace(settings.ENV, bridge=str(tmp_path / "bridge.sock"))


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_sign_in_over_tls(bridge: Bridge, mail_user: User) -> None:
    client.verify_sign_in(servers_for(mail_user.address), mail_user.address, mail_user.password)


def test_sign_in_over_starttls(bridge: Bridge, dovecot: Dovecot, mail_user: User) -> None:
    servers = imap(dovecot.host, dovecot.ports.imap, "starttls")
    client.verify_sign_in(servers, mail_user.address, mail_user.password)


def test_sign_in_with_any_characters(bridge: Bridge, dovecot: Dovecot) -> None:
    user = dovecot.user(password='q"\\{4} ü🦤 %s')
    client.verify_sign_in(servers_for(user.address), user.address, user.password)


@pytest.mark.parametrize("password", ["wrong", "", "line\r\nA1 NOOP", "nul\0"])
def test_a_wrong_password(bridge: Bridge, mail_user: User, password: str) -> None:
    with pytest.raises(errors.SignInRefused) as caught:
        client.verify_sign_in(servers_for(mail_user.address), mail_user.address, password)
    assert caught.value.server == "localhost"


def test_an_unknown_host(bridge: Bridge) -> None:
    with pytest.raises(errors.ServerUnreachable) as caught:
        client.verify_sign_in(imap("nowhere.invalid", 993), "ann@example.org", "secret")
    assert caught.value.server == "nowhere.invalid"


def test_a_closed_port(bridge: Bridge) -> None:
    with pytest.raises(errors.ServerUnreachable):
        client.verify_sign_in(imap("localhost", 1), "ann@example.org", "secret")


def test_plaintext_is_not_allowed(bridge: Bridge, dovecot: Dovecot, mail_user: User) -> None:
    servers = imap(dovecot.host, dovecot.ports.imap, "plain")
    with pytest.raises(errors.NotPermitted):
        client.verify_sign_in(servers, mail_user.address, mail_user.password)


def test_a_server_without_tls_where_tls_is_wanted(bridge: Bridge, dovecot: Dovecot) -> None:
    with pytest.raises(errors.ServerUnreachable):
        client.verify_sign_in(imap(dovecot.host, dovecot.ports.imap, "tls"), "ann@example.org", "secret")


def test_an_expired_certificate(dovecots: Callable[..., Dovecot], settings: Any) -> None:
    dovecot = dovecots(expired_certificate=True)
    settings.ENV = at(settings.ENV, dovecot)
    user = dovecot.user()
    with running_bridge(settings), pytest.raises(errors.CertificateRefused):
        client.verify_sign_in(servers_for(user.address), user.address, user.password)
    assert user.address not in dovecot.log


def test_a_certificate_for_another_name(bridge: Bridge, settings: Any) -> None:
    with running(Dovecot(certificate_name="mail.example.org")) as dovecot:
        settings.ENV = at(settings.ENV, dovecot)
        user = dovecot.user()
        with running_bridge(settings), pytest.raises(errors.CertificateRefused):
            client.verify_sign_in(servers_for(user.address), user.address, user.password)


def test_a_server_that_hangs(bridge: Bridge, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, imap_timeout=1)
    with HangingServer() as server, pytest.raises(errors.ServerTimedOut) as caught:
        client.verify_sign_in(imap(server.host, server.port), "ann@example.org", "secret")
    assert caught.value.server == "localhost"


# --- The bridge itself ------------------------------------------------------------------------------------------------


def test_no_bridge(nobody: None, caplog: pytest.LogCaptureFixture) -> None:
    assert not alive()
    with pytest.raises(errors.BridgeDown, match="mail connection service"):
        client.fetch(1, 1, 1, ["1"])
    with pytest.raises(errors.BridgeDown):
        client.stream(1, 1, 1, "1")
    client.replay(1)
    client.forget(1)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_a_bridge_that_hangs(settings: Any, tmp_path: Any) -> None:
    path = str(tmp_path / "bridge.sock")
    settings.ENV = replace(settings.ENV, bridge=path, imap_timeout=0)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        with pytest.raises(errors.BridgeDown):
            client.fetch(1, 1, 1, ["1"])


def test_when_many_wait_for_the_mail_server_the_next_is_told_that_it_is_busy(settings: Any, tmp_path: Any) -> None:
    path = str(tmp_path / "bridge.sock")
    settings.ENV = replace(settings.ENV, bridge=path, imap_timeout=60)
    ended: list[str] = []

    def wait() -> None:
        try:
            client.fetch(1, 1, 1, ["1"])
        except errors.MailError as error:
            ended.append(error.code)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(client.AT_ONCE)
        threads = [threading.Thread(target=wait) for _ in range(client.AT_ONCE)]
        for each in threads:
            each.start()
        waiting = [listener.accept()[0] for _ in threads]
        with pytest.raises(errors.ServerBusy):
            client.verify_sign_in(imap("localhost", 993), "ann@example.org", "secret")
        for connection in waiting:
            connection.close()
    for each in threads:
        each.join()
    assert ended == ["bridge-down"] * client.AT_ONCE


@pytest.mark.threat("E7")
def test_a_report_of_a_fault_holds_no_password(nobody: None, settings: Any) -> None:
    settings.DEBUG = False
    try:
        client.verify_sign_in(imap("localhost", 993), "ann@example.org", "".join(("hun", "ter2")))
    except errors.BridgeDown:
        frames = ExceptionReporter(None, *sys.exc_info()).get_traceback_data()["frames"]
    assert "_send_again" in [frame["function"] for frame in frames]
    assert "hunter2" not in str([frame["vars"] for frame in frames])


def test_a_bridge_that_is_started_anew_is_waited_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a connection that was kept, and is replaced."""
    monkeypatch.setattr(client, "RETURN", 60.0)
    answers: list[bool] = []
    with running_bridge(settings) as bridge:
        assert alive()
        bridge.stop()
        asking = threading.Thread(target=lambda: answers.append(alive()))
        asking.start()
        bridge.spawn()
        asking.join()
    assert answers == [True]


def test_a_bridge_that_is_gone_is_waited_for_once(nobody: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(client, "RETURN", 0.05)
    monkeypatch.setattr(client.time, "sleep", waits.append)
    monkeypatch.setitem(client._away_since, settings.ENV.bridge, 0.0)  # it has answered before
    assert not alive()
    waited = len(waits)
    assert waited > 0
    client._away_since[settings.ENV.bridge] -= 1
    assert not alive()
    assert len(waits) == waited


def test_every_thread_has_its_own(bridge: Bridge, mail_user: User) -> None:
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(alive())) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [True] * 8


def test_what_the_bridge_cannot_serve(bridge: Bridge) -> None:
    with pytest.raises(errors.MailboxGone):
        client.fetch(1, 1, 1, ["1"])
    assert client.fetch(1, 1, 1, []) == {}
    with pytest.raises(errors.BridgeDown):
        client._ask("/nowhere", {}, 2)
    with pytest.raises(errors.BridgeDown):
        client._ask("/fetch", {"account": "x"}, 2)
    assert alive()
