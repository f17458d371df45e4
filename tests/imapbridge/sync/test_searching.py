"""The second wave of a search on real servers: what stands in texts that the index does not hold."""

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection

from accounts.models import MailAccount, Preferences
from imapbridge.errors import ConnectionClosed
from imapbridge.models import Entry, Message, SearchHit, ServerSearch
from imapbridge.search import catching_up, running
from imapbridge.sync import asking, bulk, searching
from tests import factories
from tests.imapbridge.sync.conftest import Story, account_of, point_at
from tests.servers.cyrus import Cyrus
from tests.servers.mail_server import MailServer, User
from tests.servers.proxy import Proxy, Trap
from tests.servers.redis import Redis
from tests.servers.scripted import Expect, Say, ScriptedServer, Step

pytestmark = [pytest.mark.servers, pytest.mark.database]
LONG = "The meeting began late and nothing of note was said before lunch. " * 20


def _letter(number: int, subject: str, text: str) -> bytes:
    head = f"From: Ann <ann@example.org>\r\nTo: me@example.org\r\nSubject: {subject}\r\n"
    head += f"Message-ID: <{number}@search.example>\r\n"
    more = "Date: Thu, 12 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return (head + more + "Content-Transfer-Encoding: 8bit\r\n\r\n" + text + "\r\n").encode()


def _search(of: Story | MailAccount, query: str, **fields: bool) -> ServerSearch:
    account = of.account if isinstance(of, Story) else of
    while catching_up.catch_up(account.pk):
        pass
    _, [key] = running.begin([account.pk], query, everywhere=fields.get("everywhere", False))
    if fields.get("stopped"):
        ServerSearch.objects.filter(pk=key).update(stopped=True)
    searching.run(key)
    return ServerSearch.objects.get(pk=key)


def _subjects(search: ServerSearch) -> list[str]:
    messages = SearchHit.objects.filter(search=search).values_list("message", flat=True)
    return sorted(Message.objects.filter(pk__in=messages).values_list("subject", flat=True))


def test_finds_what_stands_in_texts(story: Story) -> None:
    lease, trash = "Lease", "Trash"  # the phone knows where they are on this server
    for name in (lease, trash):
        if not any(name in one for one in story.phone.mailboxes()):
            story.phone.create_mailbox(name)
    story.phone.append("INBOX", _letter(1, "Minutes", LONG + "We share the zeppelin with the library. 東京で会う"))
    story.phone.append(lease, _letter(2, "Guillotine", LONG + "It will not fit in the zeppelin."))
    story.phone.append("INBOX", _letter(3, "A zeppelin", LONG))
    story.phone.append(trash, _letter(4, "Old", LONG + "zeppelin"))
    story.sync()
    story.phone.append("INBOX", _letter(5, "Not synced yet", LONG + "zeppelin"))

    search = _search(story, "zeppelin")

    assert (search.error, search.skipped, search.done) == ("", 0, search.total)
    assert _subjects(search) == ["Guillotine", "Minutes", "Not synced yet"]  # the index knows of the third
    assert _subjects(_search(story, "zeppelin in:lease")) == ["Guillotine"]
    assert "Old" in _subjects(_search(story, "zeppelin", everywhere=True))
    assert _subjects(_search(story, "zeppelin has:attachment")) == []
    assert _subjects(_search(story, "zeppelin subject:minutes")) == ["Minutes"]
    assert _subjects(_search(story, "body:zeppelin -guillotine")) == ["Minutes", "Not synced yet"]
    story.sync()
    story.assert_equal()


def test_words_of_any_script_are_looked_for(story: Story) -> None:
    story.phone.append("INBOX", _letter(1, "Minutes", LONG + "東京で会う"))
    story.sync()
    search = _search(story, "東京")
    assert _subjects(search) == ["Minutes"] or search.skipped  # a server may know no letters but ASCII


@pytest.mark.parametrize("any_server", ["cyrus"], indirect=True)
def test_a_server_with_an_index_is_asked_for_what_it_knows_first(
    story: Story, any_server: Cyrus, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.phone.append("INBOX", _letter(1, "Minutes", LONG + "The zeppelin was running late."))
    any_server.index(story.user)
    story.phone.append("INBOX", _letter(2, "Not in the index", LONG + "It never runs at all."))
    story.sync()
    search = _search(story, "runs")
    assert _subjects(search) == ["Minutes", "Not in the index"]
    assert search.hits.get(exact=True).message == search.hits.latest("pk").message, "the index found another form"
    assert _subjects(_search(story, 'body:"runs"')) == ["Not in the index"]
    assert _subjects(_search(story, "minutes runs")) == ["Minutes"]
    monkeypatch.setattr(asking, "INDEX", 0.0)
    search = _search(story, "runs")
    assert (_subjects(search), search.skipped) == (["Not in the index"], 0)  # it took too long, and is left alone


def test_a_large_mailbox_is_searched_within_what_the_server_keeps(
    proxied: Story, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "WHOLE", 3)
    monkeypatch.setattr(asking, "WINDOW", 1)
    for number in range(1, 7):
        letter = _letter(number, f"Letter {number}", f"{LONG} zeppelin")
        proxied.phone.append("INBOX", letter.replace(b"Ann <ann", b"Ann <x%d" % number))
    proxied.sync()
    proxy.refuses = b"(ALL) UID 6", b"no window is searched"
    search = _search(proxied, "zeppelin from:x3")
    assert (_subjects(search), search.skipped) == (["Letter 3"], 0)
    assert (_subjects(_search(proxied, "zeppelin from:nobody"))) == []
    assert _search(proxied, "zeppelin").skipped == 1
    proxy.refuses = b"RETURN (SAVE", b"[NOTSAVED] nothing is kept"
    search = _search(proxied, "zeppelin from:x3")
    assert (_subjects(search), search.skipped) == (["Letter 3"], 0)


_CAN = b"[CAPABILITY IMAP4rev1 ESEARCH MULTISEARCH]"
_OPENED = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] v\r\n* OK [UIDNEXT 2] n\r\n{tag} OK\r\n"
_BY_ITSELF = [
    *(Expect(b"EXAMINE"), Say(_OPENED)),
    *(Expect(b"UID SEARCH"), Say(b'* ESEARCH (TAG "{tag}") UID ALL 1\r\n{tag} OK\r\n')),
]
_TOGETHER = Expect(rb'ESEARCH IN \(mailboxes \("Lease" "Old"\)\) RETURN \(ALL\) TEXT "zeppelin"')
_IN_LEASE = Say(b'* ESEARCH (TAG "{tag}" MAILBOX Lease UIDVALIDITY 1) UID ALL 1\r\n{tag} OK\r\n')


@pytest.mark.parametrize(
    ("answers", "found"),
    [([_IN_LEASE], ["INBOX", "Lease"]), ([Say(b"{tag} BAD\r\n"), *_BY_ITSELF, *_BY_ITSELF], ["INBOX", "Lease", "Old"])],
    ids=["answered", "refused"],
)
def test_small_mailboxes_are_searched_by_one_command(
    settings: Any, redis_server: Redis, transactional_db: None, answers: list[Step], found: list[str]
) -> None:
    """No server that we have can (RFC 7377): this one follows a script."""
    search, faults = _scripted([*_BY_ITSELF, _TOGETHER, *answers], settings, redis_server, "zeppelin")
    assert (_subjects(search), search.skipped, faults) == (found, 0, [])


def test_of_fewer_words_is_told_of_several_mailboxes_as_well(
    settings: Any, redis_server: Redis, transactional_db: None
) -> None:
    empty = [Expect(b"EXAMINE"), Say(_OPENED.replace(b"1 EXISTS", b"0 EXISTS"))]
    refused = [Expect(b"ESEARCH IN .*"), Say(b"{tag} NO [BADCHARSET (US-ASCII)] Only letters of ASCII\r\n")]
    steps = [*empty, *refused, _TOGETHER, _IN_LEASE]
    search, faults = _scripted(steps, settings, redis_server, "grüße zeppelin")
    assert (_subjects(search), search.ascii_only, faults) == (["Lease"], True, [])


def _scripted(steps: list[Step], settings: Any, redis_server: Redis, query: str) -> tuple[ServerSearch, list[str]]:
    """A search of three mailboxes, and what was not as the script has it."""
    signed_in = [Say(b"* OK " + _CAN + b"\r\n"), Expect(b"LOGIN"), Say(b"{tag} OK " + _CAN + b"\r\n")]
    with ScriptedServer([*signed_in, *steps]) as server:
        plain = SimpleNamespace(is_plain=True)
        point_at(settings, cast("MailServer", plain), redis_server, plain_port=server.port)
        account = account_of(User("ann@example.org", "secret", Path()))
        for name in ("INBOX", "Lease", "Old"):
            factories.message(factories.mailbox(account, name), name)
        return _search(account, query), server.faults


def test_a_folder_that_vanishes_stops_no_other(proxied: Story) -> None:
    proxied.phone.create_mailbox("Gone")
    proxied.phone.append("Gone", _letter(1, "There", "zeppelin"))
    proxied.phone.append("INBOX", _letter(2, "Minutes", LONG + "zeppelin"))
    proxied.sync()
    proxied.phone.delete_mailbox("Gone")
    search = _search(proxied, "zeppelin")
    assert _subjects(search) == ["Minutes"]
    assert search.skipped == 1


def test_who_has_enough_is_not_searched_for(proxied: Story) -> None:
    proxied.phone.append("INBOX", _letter(1, "Minutes", LONG + "zeppelin"))
    proxied.sync()
    search = _search(proxied, "zeppelin", stopped=True)
    assert _subjects(search) == []
    assert search.finished_at is not None
    assert Entry.objects.count() == 1


def test_a_wait_for_the_server_is_ended_from_outside(proxied: Story) -> None:
    with bulk.connect(proxied.account.pk) as wire:
        threading.Thread(target=lambda: (time.sleep(0.3), wire.abort())).start()
        with pytest.raises(ConnectionClosed):
            wire.wait(timeout=60)


def test_stop_closes_the_connection_that_waits(proxied: Story, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOLDER", "TOTAL"):
        monkeypatch.setattr(searching, name, 3600.0)
    proxied.phone.append("INBOX", _letter(1, "Minutes", LONG + "zeppelin"))
    proxied.sync()
    trap = proxy.arm(Trap(b"UID SEARCH"))  # the server thinks and thinks

    def enough() -> None:
        trap.wait()
        ServerSearch.objects.update(stopped=True)
        connection.close()

    person = threading.Thread(target=enough)
    person.start()
    search = _search(proxied, "zeppelin")
    person.join()
    assert (_subjects(search), search.error, search.finished_at is None) == ([], "", False)


def test_a_folder_that_takes_too_long_stops_no_other(
    proxied: Story, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FOLDER", 1.5)
    proxied.phone.create_mailbox("Lease")
    for number, name in enumerate(("INBOX", "Lease")):
        proxied.phone.append(name, _letter(number, name, LONG + "zeppelin"))
    proxied.sync()
    proxy.arm(Trap(b"UID SEARCH"))
    search = _search(proxied, "zeppelin")
    assert (_subjects(search), search.skipped) == (["Lease"], 1)


def test_a_server_that_knows_no_other_letters_is_asked_for_the_rest(proxied: Story, proxy: Proxy) -> None:
    proxied.phone.append("INBOX", _letter(1, "Minutes", LONG + "Grüße aus dem zeppelin"))
    proxied.sync()
    proxy.refuses = b"CHARSET", b"[BADCHARSET (US-ASCII)] Only letters of ASCII"
    search = _search(proxied, "grüße zeppelin")
    assert (_subjects(search), search.ascii_only, search.skipped) == (["Minutes"], True, 0)
    assert _search(proxied, "grüße").skipped == 1


def test_days_are_those_of_the_person(proxied: Story) -> None:
    Preferences.objects.create(user_id=proxied.account.user_id, time_zone="Pacific/Kiritimati")  # 14 hours ahead
    proxied.phone.append("INBOX", _letter(1, "Minutes", LONG + "zeppelin"))  # of 00:00 on the 13th there
    proxied.sync()
    assert _subjects(_search(proxied, "zeppelin after:2026-03-13")) == ["Minutes"]
    assert _subjects(_search(proxied, "zeppelin before:2026-03-13")) == []
