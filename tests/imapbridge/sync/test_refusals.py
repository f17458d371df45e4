"""What a server will not do, by its response codes: what a person did goes back with a sentence, or is tried again."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from imapbridge import actions, queries
from imapbridge.actions import folders
from imapbridge.models import Mailbox, Message, Notice, PendingChange
from imapbridge.sync import replay
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, move, nothing_is_owed, on_server, replay_again, subjects
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import plain
from tests.servers.mail_server import MailServer
from tests.servers.process import running
from tests.servers.proxy import Proxy

pytestmark = [pytest.mark.servers, pytest.mark.database]

ACL = "\nmail_plugins = acl\nprotocol imap {\n  mail_plugins = acl imap_acl\n}\nplugin {\n  acl = vfile\n}\n"


def star(story: Story, messages: list[int]) -> None:
    actions.set_flagged(story.account.pk, messages[:1], flagged=True)


def to_archive(story: Story, messages: list[int]) -> None:
    move(story, messages[:1], "INBOX", "Archive")


def copy(story: Story, messages: list[int]) -> None:
    actions.copy(story.account.pk, messages[:1], story.mailbox().pk, story.mailbox("Archive").pk)


def delete(story: Story, messages: list[int]) -> None:
    actions.delete_forever(story.account.pk, messages[:1], story.mailbox().pk)


def file(story: Story, messages: list[int]) -> None:
    raw = plain("Letter 9", message_id="9@refusals.example")
    actions.append(story.account.pk, story.mailbox("Archive").pk, raw)


def label(story: Story, messages: list[int]) -> None:
    actions.set_label(story.account.pk, messages[:1], "Fair", True)


ACTS: dict[str, tuple[Callable[[Story, list[int]], None], bytes]] = {
    "flags": (star, b" UID STORE "),
    "move": (to_archive, b" UID MOVE "),
    "copy": (copy, b" UID COPY "),
    "expunge": (delete, b" UID STORE "),
    "append": (file, b" APPEND "),
}
ALL_ACTS = ACTS | {"label": (label, b" UID STORE ")}
DONE = {"flags": 4, "move": 3, "copy": 4, "expunge": 3, "append": 4}
"""Messages in INBOX after it."""


@pytest.fixture
def story(proxied: Story) -> Story:
    return proxied


@pytest.mark.parametrize(("code", "told"), [(b"NOPERM", "not-permitted"), (b"OVERQUOTA", "over-quota")])
@pytest.mark.parametrize("kind", ACTS)
def test_what_is_refused_for_good_goes_back(story: Story, proxy: Proxy, kind: str, code: bytes, told: str) -> None:
    messages = letters(story)
    act, command = ACTS[kind]
    act(story, messages)
    proxy.refuses = (command, b"[%s] not here" % code)
    story.sync()
    assert list(Notice.objects.values_list("kind", "code")) == [(kind, told)]
    assert nothing_is_owed(story)
    assert subjects(story.mailbox()) == on_server(story, "INBOX") == ["0", "1", "2", "3"]
    assert subjects(story.mailbox("Archive")) == on_server(story, "Archive") == []
    proxy.refuses = None
    story.sync()
    story.assert_equal()


@pytest.mark.parametrize("code", [b"INUSE", b"LIMIT", b"UNAVAILABLE"])
@pytest.mark.parametrize("kind", ACTS)
def test_what_cannot_be_done_at_the_moment_is_tried_again(story: Story, proxy: Proxy, kind: str, code: bytes) -> None:
    messages = letters(story)
    act, command = ACTS[kind]
    act(story, messages)
    proxy.refuses = (command, b"[%s] not now" % code)
    for attempt in range(1, replay.REFUSALS + 2):
        replay_again(story)
        [change] = PendingChange.objects.filter(confirmed_at=None)
        assert change.not_before
        assert change.not_before > timezone.now() + timedelta(seconds=2**attempt - 60)
        assert len(subjects(story.mailbox())) == DONE[kind]
    assert not Notice.objects.exists()
    proxy.refuses = None
    replay_again(story)
    assert nothing_is_owed(story)
    assert not Notice.objects.exists()
    story.sync()
    story.assert_equal()
    assert len(on_server(story, "INBOX")) == DONE[kind]


def test_nobody_is_asked_for_ever(story: Story, proxy: Proxy) -> None:
    messages = letters(story)
    to_archive(story, messages)
    proxy.refuses = (b" UID MOVE ", b"[INUSE] not now")
    PendingChange.objects.update(created_at=timezone.now() - replay.PATIENCE)
    story.sync()
    assert list(Notice.objects.values_list("kind", "code")) == [("move", "busy")]
    assert subjects(story.mailbox()) == ["0", "1", "2", "3"]
    story.assert_equal()


def test_try_create_makes_what_is_not_there(story: Story, proxy: Proxy) -> None:
    story.phone.create_mailbox("Plans")
    messages = letters(story)
    story.phone.delete_mailbox("Plans")
    move(story, messages[:1], "INBOX", "Plans")
    story.sync()
    assert on_server(story, "Plans") == subjects(story.mailbox("Plans")) == ["0"]
    assert Message.objects.filter(subject="Letter 0").count() == 1
    story.assert_equal()


def emptied(story: Story, kind: str) -> tuple[list[int], Mailbox]:
    """A folder with two letters, which were moved or copied out before it was deleted: the changes, and the folder."""
    messages = letters(story)
    folders.create(story.account.pk, "Plans")
    story.sync()
    move(story, messages[:2], "INBOX", "Plans")
    for _ in range(2):
        story.sync()
    plans, act = story.mailbox("Plans"), actions.move if kind == "move" else actions.copy
    changes = act(story.account.pk, messages[:2], plans.pk, story.mailbox("Archive").pk)
    folders.delete(story.account.pk, plans.pk)
    return changes, plans


@pytest.mark.parametrize(("kind", "command"), [("move", b" UID MOVE "), ("copy", b" UID COPY ")])
def test_a_folder_that_could_not_be_emptied_is_not_deleted(
    story: Story, proxy: Proxy, kind: str, command: bytes
) -> None:
    _, plans = emptied(story, kind)
    proxy.refuses = (command, b"[OVERQUOTA] full")
    story.sync()
    proxy.refuses = None
    replay_again(story)
    told = set(Notice.objects.values_list("kind", "code"))
    assert told == {(kind, "over-quota"), ("delete", "mail-arrived")}
    plans.refresh_from_db()
    assert not plans.leaving
    assert subjects(plans) == on_server(story, "Plans") == ["0", "1"]
    story.assert_equal()


def test_what_is_undone_back_into_a_folder_keeps_it(story: Story) -> None:
    changes, plans = emptied(story, "move")
    assert actions.undo(story.account.pk, changes)
    story.sync()
    plans.refresh_from_db()
    assert not plans.leaving
    assert subjects(plans) == on_server(story, "Plans") == ["0", "1"]
    assert nothing_is_owed(story)
    story.assert_equal()


# --- rights that the server's own ACL takes away (RFC 4314) -----------------------------------------------------------


@pytest.fixture(scope="module", params=[Cyrus, lambda: Dovecot(options=Options(extra=ACL))], ids=["cyrus", "dovecot"])
def strict(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with running(request.param()) as server:
        yield server


@pytest.mark.parametrize("kind", ["move", "copy", "append"])
def test_a_mailbox_that_takes_nothing(begin: Callable[[MailServer], Story], strict: MailServer, kind: str) -> None:
    story = begin(strict)
    messages = letters(story)
    rights(story, "Archive", "lrsa")
    ACTS[kind][0](story, messages)
    story.sync()
    assert list(Notice.objects.values_list("kind", "code")) == [(kind, "not-permitted")]
    assert nothing_is_owed(story)
    assert subjects(story.mailbox()) == on_server(story, "INBOX") == ["0", "1", "2", "3"]
    assert subjects(story.mailbox("Archive")) == on_server(story, "Archive") == []
    story.assert_equal()


def rights(story: Story, mailbox: str, letters: str) -> None:
    """What the person may do there from now on."""
    assert story.phone.imap.setacl(mailbox, story.user.address, letters)[0] == "OK"


@pytest.mark.parametrize("kind", ["label", "flags"])
def test_a_mailbox_that_keeps_no_flags(begin: Callable[[MailServer], Story], strict: MailServer, kind: str) -> None:
    story = begin(strict)
    messages = letters(story)
    rights(story, "INBOX", "lrsitea")
    ALL_ACTS[kind][0](story, messages)
    story.sync()
    assert list(Notice.objects.values_list("kind", "code")) == [("flags", "not-permitted")]
    assert nothing_is_owed(story)
    assert queries.labels(story.account.pk) == []
    story.assert_equal()
    actions.set_seen(story.account.pk, messages, seen=True)
    story.sync()
    assert Notice.objects.count() == 1, "what it keeps it takes"
    story.assert_equal()


def test_a_keyword_that_would_last_until_the_end_of_the_session(story: Story, proxy: Proxy) -> None:
    """The mailbox takes those that it has, and no new ones."""
    proxy.hides = re.compile(rb" \\\*(?=\))")
    messages = letters(story)
    story.phone.flag("INBOX", story.phone.uids("INBOX")[:1], "Fair")
    story.sync()
    actions.set_label(story.account.pk, messages, "FAIR", True)
    actions.set_label(story.account.pk, messages[:2], "Van", True)
    story.sync()
    assert list(Notice.objects.values_list("kind", "code", "count")) == [("flags", "not-permitted", 2)]
    assert nothing_is_owed(story)
    assert not [word for words in story.phone.flags("INBOX").values() for word in words if word == "Van"]
