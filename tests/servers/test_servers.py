"""The servers themselves: they start, speak, die and come back, and their CPU is counted."""

import asyncio
import datetime
import imaplib
import smtplib
import socket
import ssl

import psycopg
import pytest
from playwright.sync_api import Page

from tests.servers.chromium import Chromium, Record
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.letters import letters, newsletter, plain, with_attachment
from tests.servers.postgres import PostgreSQL
from tests.servers.process import lives, running
from tests.servers.redis import Redis
from tests.servers.scripted import Expect, HangingServer, Hangup, Say, ScriptedServer, Step
from tests.servers.smtp import SmtpServer


def test_imap_over_tls_and_starttls_show_the_same_mail(dovecot: Dovecot, mail_user: User) -> None:
    uid = dovecot.append(mail_user, "INBOX", plain("Over here"), ["\\Flagged"])
    with dovecot.client(mail_user) as client:
        assert client.flags("INBOX") == {uid: {"\\Flagged"}}
    starttls = imaplib.IMAP4(dovecot.far_host, dovecot.ports.imap)
    assert "LOGINDISABLED" in starttls.capabilities
    starttls.starttls(dovecot.authority.client_context())
    starttls.login(mail_user.address, mail_user.password)
    assert starttls.select()[1] == [b"1"]
    starttls.logout()


def test_plaintext_is_refused_unless_allowed(dovecot: Dovecot, mail_user: User) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        imaplib.IMAP4(dovecot.far_host, dovecot.ports.imap).login(mail_user.address, mail_user.password)
    with running(Dovecot(options=Options(plaintext=True))) as lax:
        user = lax.user()
        assert imaplib.IMAP4(lax.far_host, lax.ports.imap).login(user.address, user.password)[0] == "OK"


def test_a_wrong_password_and_an_unknown_user_are_refused(dovecot: Dovecot, mail_user: User) -> None:
    for address, password in [(mail_user.address, "wrong"), ("nobody@example.org", mail_user.password)]:
        with pytest.raises(imaplib.IMAP4.error):
            dovecot.client(User(address, password, mail_user.home))


def test_a_changed_password_replaces_the_old_one(dovecot: Dovecot) -> None:
    old = dovecot.user()
    dovecot.client(old).close()
    new = dovecot.set_password(old, "another one")
    dovecot.client(new).close()
    with pytest.raises(imaplib.IMAP4.error):
        dovecot.client(old)


def test_delivered_mail_arrives(dovecot: Dovecot, mail_user: User) -> None:
    dovecot.deliver(mail_user, plain("By LMTP"))
    with dovecot.client(mail_user) as client:
        [uid] = client.uids("INBOX")
        assert b"Subject: By LMTP" in client.raw("INBOX", uid)


def test_the_second_client_does_what_a_phone_does(dovecot: Dovecot, mail_user: User) -> None:
    dovecot.fill(mail_user, "INBOX", 10)
    with dovecot.client(mail_user) as phone:
        first, second, third, *rest = phone.uids("INBOX")
        phone.flag("INBOX", [second], "\\Flagged $Forwarded")
        phone.delete("INBOX", [first])
        phone.create_mailbox("Travel/2026")
        phone.move("INBOX", [third], "Travel/2026")
        phone.rename_mailbox("Travel/2026", "Travel/2027")
        assert phone.uids("INBOX") == [second, *rest]
        assert {"\\Flagged", "$Forwarded"} <= phone.flags("INBOX")[second]
        assert phone.status("Travel/2027")["MESSAGES"] == 1
        assert phone.mailboxes() >= {"INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive", "Travel/2027"}
        phone.delete_mailbox("Travel/2027")
        assert "Travel/2027" not in phone.mailboxes()


def test_filled_mail_keeps_its_order_dates_and_flags(dovecot: Dovecot, mail_user: User) -> None:
    dovecot.fill(mail_user, "Archive", 1200)
    expected = list(letters(1200))
    with dovecot.client(mail_user) as client:
        uids = client.uids("Archive")
        assert len(uids) == 1200
        assert client.raw("Archive", uids[-1]) == expected[-1].raw
        assert [client.flags("Archive")[uid] for uid in uids[:50]] == [set(letter.flags) for letter in expected[:50]]
        when = client.imap.uid("FETCH", str(uids[0]), "(INTERNALDATE)")[1][0]
        assert expected[0].date.strftime("%d-%b-%Y %H:%M:%S").lstrip("0").encode() in when


def test_dovecot_can_pretend_to_know_less(dovecot: Dovecot) -> None:
    with running(Dovecot(options=Options(capability="IMAP4rev1 UIDPLUS"))) as poor, poor.client(poor.user()) as client:
        assert client.imap.capability()[1][-1] == b"IMAP4rev1 UIDPLUS"


def test_a_full_mailbox_refuses_more(dovecot: Dovecot) -> None:
    with running(Dovecot(options=Options(quota="100k"))) as small:
        user = small.user()
        small.append(user, "INBOX", with_attachment(40_000))
        with pytest.raises(AssertionError, match="OVERQUOTA"):
            small.append(user, "INBOX", with_attachment(80_000))


@pytest.mark.servers
def test_bad_certificates_are_bad() -> None:
    for server in (Dovecot(expired_certificate=True), Dovecot(certificate_name="elsewhere.example")):
        with running(server), pytest.raises(ssl.SSLCertVerificationError):
            server.client(server.user())


@pytest.mark.servers
def test_dovecot_survives_a_kill_with_its_mail_and_counts_its_cpu() -> None:
    with running(Dovecot()) as server:
        user = server.user()
        server.fill(user, "INBOX", 500)
        before = server.cpu_seconds()
        assert before > 0
        family = server.processes()
        server.kill()
        assert not any(map(lives, family))
        assert server.cpu_seconds() >= before
        server.restart()
        with server.client(user) as client:
            assert len(client.uids("INBOX")) == 500
            client.imap.uid("FETCH", "1:*", "(ENVELOPE BODYSTRUCTURE)")
        assert server.cpu_seconds() > before


def test_redis_answers_on_both_ways_and_forgets(redis_server: Redis) -> None:
    with running(Redis()) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(7) == b"+PONG\r\n"
        server.kill()
        server.restart()
        assert server.ready()
    assert redis_server.running


def test_postgres_gives_fresh_databases_and_comes_back(postgres: PostgreSQL) -> None:
    first, second = postgres.database(), postgres.database()
    assert first != second
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE t (n int)")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)
    postgres.drop(second)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(second)
    assert postgres.cpu_seconds() > 0


def test_smtp_takes_mail_over_both_kinds_of_tls(smtp_server: SmtpServer) -> None:
    context = smtp_server.authority.client_context()
    with smtplib.SMTP("localhost", smtp_server.port) as client:
        client.starttls(context=context)
        client.login("ann@example.org", "secret")
        client.sendmail("ann@example.org", ["bob@example.net"], plain("One"))
    with smtplib.SMTP_SSL("localhost", smtp_server.tls_port, context=context) as client:
        client.login("ann@example.org", "secret")
        client.sendmail("ann@example.org", ["bob@example.net"], plain("Two"))
    assert [mail.message["Subject"] for mail in smtp_server.received] == ["One", "Two"]
    assert [mail.login for mail in smtp_server.received] == ["ann@example.org"] * 2


def test_smtp_refuses_as_told(smtp_server: SmtpServer) -> None:
    smtp_server.refusals.recipients["gone@example.net"] = "550 5.1.1 No such user"
    with smtplib.SMTP("localhost", smtp_server.port) as client:
        client.starttls(context=smtp_server.authority.client_context())
        client.login("ann@example.org", "secret")
        refused = client.sendmail("ann@example.org", ["gone@example.net", "bob@example.net"], plain())
        assert refused == {"gone@example.net": (550, b"5.1.1 No such user")}
        smtp_server.refusals.data = "552 5.3.4 Too big"
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("ann@example.org", ["bob@example.net"], plain())
    assert [mail.recipients for mail in smtp_server.received] == [["bob@example.net"]]


def test_a_scripted_server_speaks_its_lines() -> None:
    script: list[Step] = [
        Say(b"* OK ready\r\n"),
        Expect(b"CAPABILITY"),
        Say(b"{tag} OK done\r\n"),
        Expect(b"NOOP"),
        Hangup(),
    ]
    with ScriptedServer(script) as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        reader = connection.makefile("rb")
        assert reader.readline() == b"* OK ready\r\n"
        connection.sendall(b"a7 CAPABILITY\r\n")
        assert reader.readline() == b"a7 OK done\r\n"
        connection.sendall(b"a8 LOGOUT\r\n")
        assert reader.readline() == b""
        assert server.connections == 1
        assert server.faults == ["expected b'NOOP', got b'a8 LOGOUT\\r\\n'"]


def test_a_hanging_server_hangs() -> None:
    with HangingServer() as server, socket.create_connection(("127.0.0.1", server.port), timeout=0.2) as connection:
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert server.connections == 1


def test_letters_are_what_they_say() -> None:
    assert 55_000 < len(newsletter(60_000)) < 65_000
    assert len(with_attachment(1_000_000)) > 1_300_000
    mail = list(letters(60))
    assert [letter.raw for letter in mail] == [letter.raw for letter in letters(60)]
    assert mail[0].date < mail[-1].date <= datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)
    assert all(line.isascii() for letter in mail for line in letter.raw.partition(b"\r\n\r\n")[0].splitlines())


def test_the_browser_shows_a_page_and_reaches_nobody_else(screen: Page, page_record: Record) -> None:
    screen.set_content("<h1>Hello</h1><img src='https://tracker.example/1.gif'>")
    assert screen.get_by_role("heading", name="Hello").is_visible()
    assert page_record.outside == ["https://tracker.example/1.gif"]


def test_a_page_that_complains_is_noticed(page: Page, page_record: Record) -> None:
    page.set_content("<script>undefinedFunction()</script>")
    page.wait_for_function("document.readyState === 'complete'")
    assert any("undefinedFunction" in fault for fault in page_record.faults)
    page_record.faults.clear()


@pytest.mark.browser
def test_other_tests_may_have_an_event_loop_while_a_browser_is_there(chromium: Chromium, page_record: Record) -> None:
    async def answer() -> int:
        return 42

    assert asyncio.run(answer()) == 42
    page = chromium.page(page_record)
    assert page.evaluate("6 * 7") == 42
    page.context.close()
    chromium.suspend()
    assert asyncio.run(answer()) == 42
