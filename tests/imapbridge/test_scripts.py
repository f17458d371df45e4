"""Filter scripts by way of the bridge, on a real Dovecot Pigeonhole."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from imapbridge import errors, scripts
from imapbridge.bridge.scripts import Scripts
from imapbridge.scripts import Shelf
from tests.servers.bridge import Bridge, account_of, at
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.process import running
from tests.servers.scripted import Expect, Hangup, Say, ScriptedServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account_id(bridge: Bridge, mail_user: User) -> int:
    return int(account_of(mail_user).pk)


def test_nothing_is_there_at_first(account_id: int) -> None:
    shelf = scripts.read(account_id)
    assert (shelf.names, shelf.active, shelf.texts, shelf.redirects) == ((), "", {}, 4)
    assert {"fileinto", "include", "imap4flags", "vacation"} <= shelf.extensions


def test_kept_activated_renamed_and_deleted(account_id: int) -> None:
    text = '# Größe "\\ \n' + "# x\n" * 2000 + "keep;\n"
    shelf = scripts.change(account_id, [("put", 'a "b"', text), ("put", "c", "keep;"), ("activate", "c")], Shelf())
    assert (sorted(shelf.names), shelf.active, shelf.texts) == (['a "b"', "c"], "c", {"c": "keep;"})
    shelf = scripts.read(account_id, 'a "b"')
    assert shelf.texts['a "b"'] == text
    shelf = scripts.change(account_id, [("activate", ""), ("rename", "c", "d"), ("delete", 'a "b"')], shelf)
    assert (shelf.names, shelf.active) == (("d",), "")


def test_octets_that_are_no_utf8_stay(account_id: int) -> None:
    text = b"# \xff\r\nkeep;\r\n".decode("utf-8", "surrogateescape")
    shelf = scripts.change(account_id, [("put", "old", text), ("activate", "old")], Shelf())
    assert shelf.texts["old"] == text


def test_the_server_says_what_is_wrong(account_id: int) -> None:
    for kind in (("check", "keep;\nfoo;"), ("put", "x", "keep;\nfoo;")):
        with pytest.raises(errors.ScriptRefused, match="line 2"):
            scripts.change(account_id, [kind], Shelf())
    assert scripts.read(account_id).names == ()


def test_what_another_program_changed_is_left_alone(account_id: int) -> None:
    before = scripts.change(account_id, [("put", "whimbrel", "keep;")], Shelf())
    scripts.change(account_id, [("put", "whimbrel", "discard;")], before)
    with pytest.raises(errors.ScriptsChanged):
        scripts.change(account_id, [("put", "whimbrel", "stop;")], before)
    assert scripts.read(account_id).texts["whimbrel"] == "discard;"


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (("delete", "none"), errors.ScriptsChanged),
        (("put", "a\r\nLOGOUT", "keep;"), errors.NotPermitted),
        (("put", "nul", "# \0"), errors.NotPermitted),
        (("put", "huge", "#" * 300_000), errors.TooLarge),
    ],
)
def test_what_is_refused(account_id: int, step: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        scripts.change(account_id, [step], Shelf())


def test_a_wrong_password(bridge: Bridge, mail_user: User) -> None:
    account = account_of(mail_user, "another one")
    with pytest.raises(errors.SignInRefused):
        scripts.read(account.pk)
    account.refresh_from_db()
    assert not account.refused  # it may be the filters' server alone that does not know it


# --- other servers, in this process -----------------------------------------------------------------------------------


def change(account_id: int, *steps: tuple[str, ...]) -> dict[str, Any]:
    return asyncio.run(Scripts().do(account_id, {"steps": steps}, 10))


def test_limits_of_the_server(settings: Any) -> None:
    limits = "sieve_quota_max_scripts = 1\n  sieve_max_script_size = 2k"
    with running(Dovecot(options=Options(sieve=limits))) as strict:
        settings.ENV = at(settings.ENV, strict)
        account_id = account_of(strict.user()).pk
        change(account_id, ("put", "a", "keep;"))
        with pytest.raises(errors.OverQuota):
            change(account_id, ("put", "b", "keep;"))
        with pytest.raises(errors.TooLarge):
            change(account_id, ("put", "a", "#" * 4000))


GREETING = Say(b'"SIEVE" "fileinto"\r\n"SASL" "PLAIN"\r\nOK\r\n')
OK = [Expect(b""), Say(b"OK\r\n")]


def test_none_at_all(dovecot: Dovecot, mail_user: User, settings: Any) -> None:
    settings.ENV = replace(at(settings.ENV, dovecot), sieve_host="")
    with pytest.raises(errors.NoFilters):
        change(account_of(mail_user).pk, ("put", "a", "keep;"))


def test_no_password_without_tls(dovecot: Dovecot, mail_user: User, settings: Any) -> None:
    with ScriptedServer([GREETING]) as bare:
        settings.ENV = replace(at(settings.ENV, dovecot), sieve_host="127.0.0.1", sieve_port=bare.port)
        account_id = account_of(mail_user).pk
        with pytest.raises(errors.ServerUnreachable):
            change(account_id, ("put", "a", "keep;"))
        settings.ENV = replace(settings.ENV, sieve_security="plain")
        with pytest.raises(errors.NotPermitted):
            change(account_id, ("put", "a", "keep;"))
        assert bare.lines == []


def test_a_server_that_leaves_in_the_midst(dovecot: Dovecot, mail_user: User, settings: Any) -> None:
    with ScriptedServer([GREETING, *OK * 4, Expect(b""), Hangup()]) as leaver:
        env = replace(at(settings.ENV, dovecot), sieve_host="127.0.0.1", sieve_port=leaver.port)
        settings.ENV = replace(env, sieve_security="plain", allow_plaintext=True)
        with pytest.raises(errors.ServerUnreachable):
            change(account_of(mail_user).pk, ("put", "a", "keep;"))
        words = [line.split()[0] for line in leaver.lines]
    assert words == [b"AUTHENTICATE", b"CAPABILITY", b"LISTSCRIPTS", b"HAVESPACE", b"PUTSCRIPT"]
