"""The bridge's process: what it does for the mail, how it starts and how it ends."""

import re
import signal
import subprocess
import sys
from base64 import encodebytes
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from accounts.autoconfig import servers_for
from imapbridge import client, errors
from imapbridge.models import Mailbox, PendingChange
from tests import factories
from tests.servers.bridge import Bridge, account_of, alive, at, running_bridge
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import free_ports, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

MEGABYTE = 2**20
ATTACHMENT = encodebytes(bytes(range(256)) * 4096 * 37)
"""50 MB in base64."""


@dataclass
class Person:
    """A mail user, whose INBOX the index knows."""

    user: User
    account_id: int
    inbox: Mailbox

    def add(self, dovecot: Dovecot, raw: bytes) -> int:
        return dovecot.append(self.user, "INBOX", raw)


@pytest.fixture
def person(dovecot: Dovecot, mail_user: User, settings: Any) -> Person:
    settings.ENV = at(settings.ENV, dovecot)
    return known(dovecot, mail_user)


def known(dovecot: Dovecot, user: User) -> Person:
    account = account_of(user)
    with dovecot.client(user) as phone:
        validity = phone.status("INBOX")["UIDVALIDITY"]
    return Person(user, account.pk, factories.mailbox(account, uid_validity=validity))


def with_attachment(data: bytes = ATTACHMENT) -> bytes:
    head = "MIME-Version: 1.0\nSubject: large\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\n"
    part = "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n"
    return b"\r\n".join([*(head + part).encode().split(b"\n")[:-1], data.replace(b"\n", b"\r\n") + b"--b--", b""])


def rss(bridge: Bridge) -> float:
    """Megabytes that the bridge holds."""
    return sum(process.memory_info().rss for process in bridge.processes()) / MEGABYTE


def goodbyes(dovecot: Dovecot, person: Person) -> int:
    return len(re.findall(rf"{re.escape(person.user.address)}\).*Logged out", dovecot.log))


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_sections_come_as_they_are(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uid = person.add(dovecot, b"Subject: x\r\n\r\n8-bit: \xff\r\n")
    found = client.fetch(person.account_id, person.inbox.pk, uid, ["1", "HEADER", "", "4.2"])
    assert found == {
        "1": b"8-bit: \xff\r\n",
        "HEADER": b"Subject: x\r\n\r\n",
        "": b"Subject: x\r\n\r\n8-bit: \xff\r\n",
        "4.2": b"",
    }


def test_a_message_that_is_gone(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    with pytest.raises(errors.MessageGone):
        client.fetch(person.account_id, person.inbox.pk, 99, ["1"])
    with pytest.raises(errors.MessageGone):
        client.stream(person.account_id, person.inbox.pk, 99, "1")


def test_a_uid_of_another_validity_is_no_uid(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uid = person.add(dovecot, b"Subject: x\r\n\r\nhello\r\n")
    client.fetch(person.account_id, person.inbox.pk, uid, ["1"])
    Mailbox.objects.update(uid_validity=7)
    with pytest.raises(errors.MessageGone):
        client.fetch(person.account_id, person.inbox.pk, uid, ["1"])


def test_a_mailbox_of_somebody_else(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    other = known(dovecot, dovecot.user())
    with pytest.raises(errors.MailboxGone):
        client.fetch(person.account_id, other.inbox.pk, 1, ["1"])


def test_a_mailbox_that_the_server_has_no_more(bridge: Bridge, person: Person) -> None:
    Mailbox.objects.update(raw_name=b"Old")
    with pytest.raises(errors.MailboxGone) as caught:
        client.fetch(person.account_id, person.inbox.pk, 1, ["1"])
    assert caught.value.server == "localhost"


@pytest.mark.parametrize("section", ["1] BODY[2", "1\r\nA1 NOOP", "x"])
def test_what_is_no_section_is_not_sent(bridge: Bridge, dovecot: Dovecot, person: Person, section: str) -> None:
    uid = person.add(dovecot, b"Subject: x\r\n\r\nhello\r\n")
    with pytest.raises(errors.NotPermitted):
        client.fetch(person.account_id, person.inbox.pk, uid, [section])


def test_too_much_for_one_answer(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uid = person.add(dovecot, with_attachment(ATTACHMENT[: 21 * MEGABYTE]))
    with pytest.raises(errors.TooLarge):
        client.fetch(person.account_id, person.inbox.pk, uid, ["2"])
    assert client.fetch(person.account_id, person.inbox.pk, uid, ["1"]) == {"1": b"see below"}


def test_a_large_attachment_is_never_whole_in_memory(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uid = person.add(dovecot, with_attachment())
    client.fetch(person.account_id, person.inbox.pk, uid, ["1"])
    ours, theirs = psutil.Process().memory_info().rss / MEGABYTE, rss(bridge)
    most, total = 0.0, 0
    for block in client.stream(person.account_id, person.inbox.pk, uid, "2"):
        total += len(block)
        if total % (MEGABYTE // 2) < len(block):
            most = max(most, rss(bridge) - theirs, psutil.Process().memory_info().rss / MEGABYTE - ours)
    assert total > 50 * MEGABYTE
    assert most < 25


def test_what_is_streamed_is_what_was_sent(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    """Sizes around the pieces in which it is asked for."""
    for size in (1, 512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1, 1024 * 1024):
        body = (b"0123456789abcdef" * 65536)[: size - 2] + b"\r\n" if size > 1 else b"x"
        uid = person.add(dovecot, b"Subject: x\r\n\r\n" + body)
        assert b"".join(client.stream(person.account_id, person.inbox.pk, uid, "1")) == body


def test_a_slow_reader_slows_the_server_down(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uid = person.add(dovecot, with_attachment(ATTACHMENT[: 30 * MEGABYTE]))
    client.fetch(person.account_id, person.inbox.pk, uid, ["1"])
    before = rss(bridge)
    stream = client.stream(person.account_id, person.inbox.pk, uid, "2")
    next(stream)
    # Nobody reads on. Others of the account are served meanwhile, and the rest stays where it is.
    for _ in range(50):
        client.fetch(person.account_id, person.inbox.pk, uid, ["1"])
    assert rss(bridge) - before < 15
    assert sum(map(len, stream)) > 30 * MEGABYTE


def test_who_leaves_takes_nothing_along(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    """More readers leave in the middle than there are connections; the next one is served."""
    uid = person.add(dovecot, with_attachment(ATTACHMENT[: 4 * MEGABYTE]))
    for _ in range(6):
        stream = client.stream(person.account_id, person.inbox.pk, uid, "2")
        next(stream)
        stream.close()
    assert client.fetch(person.account_id, person.inbox.pk, uid, ["1"]) == {"1": b"see below"}
    assert "ERROR" not in bridge.log


def test_streams_share_the_connections(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    """More readers than connections: each piece is a turn."""
    uid = person.add(dovecot, with_attachment(ATTACHMENT[: 4 * MEGABYTE]))
    streams = [client.stream(person.account_id, person.inbox.pk, uid, "2") for _ in range(6)]
    firsts = [next(stream) for stream in streams]
    assert len(set(firsts)) == 1
    assert len({sum(map(len, stream)) for stream in streams}) == 1


def test_a_server_that_dies_in_the_middle(settings: Any, transactional_db: None) -> None:
    dovecot = Dovecot()
    dovecot.start()
    settings.ENV = at(settings.ENV, dovecot)
    try:
        with running_bridge(settings) as bridge:
            person = known(dovecot, dovecot.user())
            uid = person.add(dovecot, with_attachment(ATTACHMENT[: 16 * MEGABYTE]))
            stream = client.stream(person.account_id, person.inbox.pk, uid, "2")
            next(stream)
            dovecot.kill()
            with pytest.raises(errors.ServerUnreachable):
                list(stream)
            assert alive(), bridge.log
    finally:
        dovecot.close()


# --- The person's will ------------------------------------------------------------------------------------------------


def change(person: Person, uid: int) -> None:
    PendingChange.objects.create(
        account_id=person.account_id, mailbox=person.inbox, kind=PendingChange.Kind.FLAGS,
        uid_validity=person.inbox.uid_validity, uids=str(uid), add=["\\Flagged"],
    )  # fmt: skip
    client.replay(person.account_id)


def all_is_confirmed() -> bool:
    return not PendingChange.objects.filter(confirmed_at=None).exists()


def test_changes_are_replayed(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uids = [person.add(dovecot, b"Subject: x\r\n\r\nhello\r\n") for _ in range(5)]
    for uid in uids:
        change(person, uid)
    wait_until(all_is_confirmed, "the changes")
    with dovecot.client(person.user) as phone:
        assert phone.flags("INBOX") == {uid: {"\\Flagged"} for uid in uids}


def test_a_message_that_has_just_come_is_changed_too(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    """The warm connection has not been told of it yet."""
    change(person, person.add(dovecot, b"Subject: x\r\n\r\nhello\r\n"))
    wait_until(all_is_confirmed, "the first change")
    uid = person.add(dovecot, b"Subject: y\r\n\r\nhello\r\n")
    change(person, uid)
    wait_until(all_is_confirmed, "the second change")
    with dovecot.client(person.user) as phone:
        assert phone.flags("INBOX")[uid] == {"\\Flagged"}


def test_what_is_filed_is_filed_once_however_often_the_bridge_is_killed(
    dovecot: Dovecot, person: Person, settings: Any
) -> None:
    """A SIGKILL wherever it happens to hit; who comes after goes on."""
    archive = Mailbox.objects.create(account_id=person.account_id, raw_name=b"Archive", name="Archive")
    uids = [person.add(dovecot, b"Subject: %d\r\n\r\nhello\r\n" % n) for n in range(12)]
    for n, uid in enumerate(uids):
        PendingChange.objects.create(
            account_id=person.account_id, mailbox=person.inbox, target=archive, uids=str(uid),
            kind=PendingChange.Kind.COPY if n % 2 else PendingChange.Kind.MOVE, uid_validity=person.inbox.uid_validity,
        )  # fmt: skip
    with running_bridge(settings) as bridge:
        client.replay(person.account_id)
        for confirmed in (1, 4, 9):
            done = PendingChange.objects.exclude(confirmed_at=None)
            wait_until(lambda: done.count() >= confirmed, "some changes")  # noqa: B023 - it is over when this goes on
            bridge.kill()
            PendingChange.objects.update(not_before=None)  # the time of a claim is over
            bridge.restart()
        wait_until(all_is_confirmed, "all changes, of which nobody has told the last one")
    with dovecot.client(person.user) as phone:
        assert phone.uids("INBOX") == uids[1::2]
        assert len(phone.uids("Archive")) == len(uids)


def test_forget_ends_the_connections(bridge: Bridge, dovecot: Dovecot, person: Person) -> None:
    uid = person.add(dovecot, b"Subject: x\r\n\r\nhello\r\n")
    client.fetch(person.account_id, person.inbox.pk, uid, ["1"])
    before = goodbyes(dovecot, person)
    client.forget(person.account_id)
    wait_until(lambda: goodbyes(dovecot, person) == before + 1, "the connection's end")


# --- The process ------------------------------------------------------------------------------------------------------


def test_the_socket_is_ours_alone(bridge: Bridge) -> None:
    assert Path(bridge.address).stat().st_mode & 0o777 == 0o600


def test_a_second_one_does_not_start(bridge: Bridge) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "imapbridge"],
        env=bridge.environment(), cwd=bridge.working_directory(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "Another bridge is running" in done.stderr
    assert alive()


def test_it_starts_again_after_a_power_cut(settings: Any) -> None:
    with running_bridge(settings) as bridge:
        assert alive()
        bridge.kill()
        assert not alive()
        bridge.restart()
        assert alive()


def test_its_end_lets_finish_and_says_goodbye(dovecot: Dovecot, person: Person, settings: Any) -> None:
    settings.ENV = replace(settings.ENV, log_level="INFO")
    with running_bridge(settings) as bridge:
        uid = person.add(dovecot, with_attachment(ATTACHMENT[: 8 * MEGABYTE]))
        before = goodbyes(dovecot, person)
        stream = client.stream(person.account_id, person.inbox.pk, uid, "2")
        length = len(next(stream))
        bridge.processes()[0].send_signal(signal.SIGTERM)
        wait_until(lambda: "Shutting down" in bridge.log, "the beginning of the end")
        length += sum(map(len, stream))
        assert length > 8 * MEGABYTE
        bridge.stop()
        wait_until(lambda: goodbyes(dovecot, person) > before, "the goodbye")


def test_over_tcp_it_wants_the_secret(dovecot: Dovecot, settings: Any) -> None:
    settings.ENV = replace(at(settings.ENV, dovecot), bridge=f"127.0.0.1:{free_ports(1)[0]}", bridge_secret="s" * 32)
    with running_bridge(settings):
        assert alive()
        settings.ENV = replace(settings.ENV, bridge_secret="t" * 32)
        assert not alive()
        settings.ENV = replace(settings.ENV, bridge_secret="")
        assert not alive()


@pytest.mark.threat("E7")
def test_no_secret_is_ever_logged(dovecot: Dovecot, settings: Any) -> None:
    settings.ENV = at(settings.ENV, dovecot, log_level="DEBUG")
    with running_bridge(settings) as bridge:
        user = dovecot.user(password="marker-7391-password")
        person = known(dovecot, user)
        uid = person.add(dovecot, b"Subject: x\r\n\r\nmarker-7391-content\r\n")
        servers = servers_for(user.address)
        client.verify_sign_in(servers, user.address, user.password)
        with pytest.raises(errors.SignInRefused):
            client.verify_sign_in(servers, user.address, user.password + "-wrong")
        client.fetch(person.account_id, person.inbox.pk, uid, ["1"])
        assert bridge.log
        assert "marker-7391" not in bridge.log
