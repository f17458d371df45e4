"""Mailboxes that people make, rename, move, delete and hide: in the index at once, on the server after."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import MailAccount
from imapbridge import actions, queries
from imapbridge.actions import folders, liking
from imapbridge.actions.owing import owe
from imapbridge.errors import ServerBusy
from imapbridge.models import Mailbox, Message, Notice, PendingChange
from imapbridge.sync import hierarchy, mailboxes, replay
from imapbridge.sync.account import sync
from imapbridge.sync.bulk import bulk
from imapbridge.sync.owed import Owed
from imapbridge.terms.uids import UidSet
from imapbridge.wire.results import ListedMailbox
from tests import factories
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import letters, nothing_is_owed, on_server, replay_again, subjects
from tests.servers.courier import Courier
from tests.servers.dovecot import Dovecot
from tests.servers.letters import plain
from tests.servers.mail_server import MailServer

pytestmark = [pytest.mark.servers, pytest.mark.database]


def shown(story: Story) -> set[str]:
    """What the sidebar has, beside the usual ones, without what the server puts before."""
    prefix, delimiter = story.server.prefix, story.server.delimiter
    boxes = queries.mailboxes(story.account.pk)
    return {box.path.removeprefix(prefix).replace(delimiter, "/") for box in boxes if not box.special_use}


def there(story: Story) -> set[str]:
    """What the phone sees of them."""
    with story.server.client(story.user) as phone:
        lines = phone.imap.list()[1]
    prefix, delimiter = story.server.prefix, story.server.delimiter
    names = {line.decode().rsplit(f'"{delimiter}" ', 1)[-1].strip('"') for line in lines if isinstance(line, bytes)}
    usual = {"INBOX", "Drafts", "Sent", "Archive", "Junk", "Trash"}
    return {name.removeprefix(prefix).replace(delimiter, "/") for name in names} - usual


def key(story: Story, name: str) -> int:
    return int(story.mailbox(name).pk)


def plans(story: Story) -> list[int]:
    """`Plans` with two letters in it, `Plans/Old` with one."""
    messages = letters(story)
    top = folders.create(story.account.pk, "Plans")
    below = folders.create(story.account.pk, "Old", top)
    story.sync()
    actions.move(story.account.pk, messages[:2], key(story, "INBOX"), top)
    actions.move(story.account.pk, messages[2:3], key(story, "INBOX"), below)
    story.sync()
    story.sync()
    return messages


def settled(story: Story) -> None:
    story.sync()
    assert nothing_is_owed(story)
    story.assert_equal()


def test_a_new_mailbox_is_there_at_once_and_takes_mail(story: Story) -> None:
    messages = letters(story)
    top = folders.create(story.account.pk, "Café & more")
    below = folders.create(story.account.pk, "  2026   plans ", top)
    assert shown(story) == {"Café & more", "Café & more/2026 plans"}
    assert {box.syncing for box in queries.mailboxes(story.account.pk) if box.id in (top, below)} == {None}
    actions.move(story.account.pk, messages[:1], key(story, "INBOX"), below)
    assert subjects(Mailbox.objects.get(pk=below)) == ["0"]
    settled(story)
    assert there(story) == {"Caf&AOk- &- more", "Caf&AOk- &- more/2026 plans"}
    assert on_server(story, "Caf&AOk- &- more/2026 plans") == subjects(Mailbox.objects.get(pk=below)) == ["0"]
    assert Mailbox.objects.get(pk=top).subscribed
    assert not Notice.objects.exists()


def test_what_is_done_in_a_new_mailbox_before_the_server_has_it(story: Story) -> None:
    """Starred there, and moved on from there."""
    messages = letters(story)
    top = folders.create(story.account.pk, "Plans")
    actions.move(story.account.pk, messages[:2], key(story, "INBOX"), top)
    actions.set_flagged(story.account.pk, messages[:1], flagged=True)
    actions.move(story.account.pk, messages[1:2], top, key(story, "Archive"))
    for _ in range(3):
        story.sync()
    settled(story)
    assert on_server(story, "Plans") == subjects(Mailbox.objects.get(pk=top)) == ["0"]
    assert on_server(story, "Archive") == subjects(story.mailbox("Archive")) == ["1"]
    assert [flags & {"\\Flagged"} for flags in story.phone.flags("Plans").values()] == [{"\\Flagged"}]
    assert not Notice.objects.exists()


def test_a_renamed_mailbox_keeps_its_mail_and_what_is_owed(story: Story) -> None:
    messages = plans(story)
    top, below = key(story, "Plans"), key(story, "Plans/Old")
    actions.set_flagged(story.account.pk, messages[:1], flagged=True)
    folders.rename(story.account.pk, top, "Schemes")
    assert shown(story) == {"Schemes", "Schemes/Old"}
    actions.move(story.account.pk, messages[3:], key(story, "INBOX"), below)
    settled(story)
    story.sync()
    assert there(story) == shown(story) == {"Schemes", "Schemes/Old"}
    assert sorted(on_server(story, "Schemes")) == ["0", "1"]
    assert sorted(on_server(story, "Schemes/Old")) == ["2", "3"]
    assert {"\\Flagged"} in story.phone.flags("Schemes").values()
    assert (key(story, "Schemes"), key(story, "Schemes/Old")) == (top, below)
    assert not Notice.objects.exists()
    story.assert_equal()


def test_a_mailbox_is_put_into_another_and_out_again(story: Story) -> None:
    plans(story)
    other = folders.create(story.account.pk, "Work")
    story.sync()
    folders.move(story.account.pk, key(story, "Plans"), other)
    assert shown(story) == {"Work", "Work/Plans", "Work/Plans/Old"}
    settled(story)
    assert there(story) == {"Work", "Work/Plans", "Work/Plans/Old"}
    folders.move(story.account.pk, key(story, "Work/Plans/Old"), None)
    settled(story)
    assert there(story) == shown(story) == {"Work", "Work/Plans", "Old"}
    story.sync()
    assert on_server(story, "Old") == subjects(story.mailbox("Old")) == ["2"]


def test_a_list_from_before_does_not_take_it_back(story: Story) -> None:
    """The server has not heard of any of it, and the list is as it was."""
    plans(story)
    folders.rename(story.account.pk, key(story, "Plans"), "Schemes")
    folders.create(story.account.pk, "New")
    folders.delete(story.account.pk, key(story, "Schemes/Old"))
    PendingChange.objects.update(not_before=timezone.now() + timezone.timedelta(minutes=1))
    story.sync()
    assert shown(story) == {"Schemes", "New"}
    PendingChange.objects.update(not_before=None)
    settled(story)
    if isinstance(story.server, Courier):  # gives what is renamed new UIDs, so that nobody knows what would be deleted
        assert Notice.objects.get().code == "mail-arrived"
        return
    assert there(story) == shown(story) == {"Schemes", "New"}


def test_a_mailbox_is_deleted_with_what_is_below_it(story: Story) -> None:
    plans(story)
    folders.delete(story.account.pk, key(story, "Plans"))
    assert shown(story) == set()
    settled(story)
    assert there(story) == set()
    assert not Mailbox.objects.filter(account=story.account, special_use="").exists()
    assert not Notice.objects.exists()


def test_a_mailbox_that_was_deleted_comes_back(story: Story) -> None:
    """As long as the server has not been asked, which it is not for some seconds."""
    plans(story)
    done = folders.delete(story.account.pk, key(story, "Plans"))
    assert len(done) == 2
    sync(story.account.pk)
    assert shown(story) == set()
    assert there(story) == {"Plans", "Plans/Old"}
    with pytest.raises(folders.NameRefused, match="leaving"):
        folders.create(story.account.pk, "Plans")
    assert actions.undo(story.account.pk, done)
    settled(story)
    assert there(story) == shown(story) == {"Plans", "Plans/Old"}
    assert sorted(on_server(story, "Plans")) == subjects(story.mailbox("Plans"))
    done = folders.delete(story.account.pk, key(story, "Plans/Old"))
    settled(story)
    assert not actions.undo(story.account.pk, done)
    assert there(story) == shown(story) == {"Plans"}
    assert not Notice.objects.exists()


def test_mail_that_nobody_was_asked_about_is_not_deleted(story: Story) -> None:
    plans(story)
    folders.delete(story.account.pk, key(story, "Plans"))
    story.server.append(story.user, "Plans", plain("Letter 9", message_id="9@filing.example"))
    story.sync()
    assert shown(story) == {"Plans"}
    assert sorted(on_server(story, "Plans")) == ["0", "1", "9"]
    told = Notice.objects.get()
    assert (told.kind, told.code, told.source) == ("delete", "mail-arrived", story.server.path("Plans"))
    settled(story)
    assert subjects(story.mailbox("Plans")) == ["0", "1", "9"]


def test_what_was_moved_there_a_moment_ago_is_asked_about(story: Story) -> None:
    messages = plans(story)
    actions.move(story.account.pk, messages[3:], key(story, "INBOX"), key(story, "Plans"))
    folders.delete(story.account.pk, key(story, "Plans"))
    for _ in range(2):
        story.sync()
    settled(story)
    assert there(story) == shown(story) == set()
    assert not Notice.objects.exists()


def test_a_name_that_another_client_took(story: Story) -> None:
    plans(story)
    story.phone.select("INBOX")
    story.phone.create_mailbox("Schemes")
    liking.like(story.account.pk, key(story, "Plans"), hue=3)
    folders.rename(story.account.pk, key(story, "Plans"), "Schemes")
    folders.create(story.account.pk, "Work")
    story.phone.create_mailbox("Work")
    story.sync()
    told = Notice.objects.get()
    assert (told.kind, told.code) == ("rename", "name-taken")
    assert (told.source, told.target) == (story.server.path("Plans"), story.server.path("Schemes"))
    settled(story)
    assert there(story) == shown(story) == {"Plans", "Plans/Old", "Schemes", "Work"}
    assert list(MailAccount.objects.get(pk=story.account.pk).folders) == [story.server.path("Plans")]


def test_another_client_was_faster(story: Story) -> None:
    plans(story)
    story.phone.select("INBOX")
    story.phone.delete_mailbox("Plans/Old")
    folders.delete(story.account.pk, key(story, "Plans/Old"))
    settled(story)
    assert there(story) == shown(story) == {"Plans"}
    assert not Notice.objects.exists()
    if isinstance(story.server, Courier):
        return  # a renamed one is another one there
    story.phone.rename_mailbox("Plans", "Drawings")
    folders.rename(story.account.pk, key(story, "Plans"), "Schemes")
    story.sync()
    replay_again(story)
    settled(story)
    assert there(story) == shown(story) == {"Schemes"}
    assert not Notice.objects.exists()


@pytest.mark.parametrize("kind", ["create", "rename", "delete"])
def test_a_kill_after_the_server_has_done_it(story: Story, kind: str) -> None:
    plans(story)
    if kind == "create":
        folders.create(story.account.pk, "New")
    elif kind == "rename":
        folders.rename(story.account.pk, key(story, "Plans"), "Schemes")
    else:
        folders.delete(story.account.pk, key(story, "Plans/Old"))
    story.later()
    with bulk(story.account.pk) as turn:
        claimed = replay.next_change(story.account.pk)
        assert claimed
        turn.connection.run(replay.command(turn.connection.session, claimed), timeout=30)
    replay_again(story)
    settled(story)
    expected = {"create": {"Plans", "Plans/Old", "New"}, "rename": {"Schemes", "Schemes/Old"}, "delete": {"Plans"}}
    assert there(story) == shown(story) == expected[kind]
    assert not Notice.objects.exists()


@pytest.mark.parametrize("listed", [False, True])
def test_a_rename_that_nobody_heard_the_answer_of(
    begin: Callable[[MailServer], Story], dovecot: Dovecot, listed: bool
) -> None:
    """A sync that lists the mailboxes may come before the second try."""
    story = begin(dovecot)
    plans(story)
    liking.like(story.account.pk, key(story, "Plans"), hue=3)
    folders.rename(story.account.pk, key(story, "Plans"), "Schemes")
    PendingChange.objects.filter(confirmed_at=None).update(attempts=1, not_before=timezone.now() + timedelta(minutes=1))
    story.phone.select("INBOX")
    story.phone.rename_mailbox("Plans", "Schemes")
    if listed:
        story.sync()
        assert not nothing_is_owed(story)
    replay_again(story)
    settled(story)
    assert there(story) == shown(story) == {"Schemes", "Schemes/Old"}
    assert not Notice.objects.exists()
    assert story.mailbox("Schemes").subscribed, "a subscription goes with its mailbox"
    assert list(MailAccount.objects.get(pk=story.account.pk).folders) == ["Schemes"]


def test_what_the_server_refuses_is_put_back_and_told(begin: Callable[[MailServer], Story], dovecot: Dovecot) -> None:
    story = begin(dovecot)
    story.sync()
    messages = letters(story)
    odd = folders.create(story.account.pk, "..")
    actions.move(story.account.pk, messages[:1], key(story, "INBOX"), odd)
    assert subjects(story.mailbox("INBOX")) == ["1", "2", "3"]
    story.sync()
    assert shown(story) == set()
    assert subjects(story.mailbox("INBOX")) == ["0", "1", "2", "3"]
    assert list(Notice.objects.order_by("pk").values_list("kind", "target")) == [("create", ".."), ("move", "..")]
    settled(story)


def test_a_mailbox_is_hidden_from_all_programs_and_shown_again(story: Story) -> None:
    story.sync()
    box = folders.create(story.account.pk, "Plans")
    story.sync()
    for wanted in (False, True):
        folders.subscribe(story.account.pk, box, wanted)
        assert Mailbox.objects.get(pk=box).subscribed is wanted
        settled(story)
        assert Mailbox.objects.get(pk=box).subscribed is wanted
    folders.rename(story.account.pk, box, "Schemes")
    settled(story)
    assert Mailbox.objects.get(pk=box).subscribed, "a subscription goes with its mailbox"


def test_a_name_that_is_another_mailbox_s_now(begin: Callable[[MailServer], Story], dovecot: Dovecot) -> None:
    """A connection has the old one open under it still."""
    story = begin(dovecot)
    plans(story)
    with bulk(story.account.pk) as turn:
        turn.connection.run(turn.connection.session.select(b"Plans"), timeout=30)
        story.phone.select("INBOX")
        story.phone.rename_mailbox("Plans", "Schemes")
        story.phone.create_mailbox("Plans")
        story.phone.append("Plans", plain("Letter 8", message_id="8@filing.example"))
        now = story.phone.status("Plans")["UIDVALIDITY"]
        flagged = Owed(1, story.account.pk, 1, b"Plans", now, UidSet.of([1]), ["\\Flagged"], [], 1, 0)
        turn.connection.run(replay.command(turn.connection.session, flagged), timeout=30)
    assert list(story.phone.flags("Plans").values()) == [{"\\Flagged"}]
    assert {"\\Flagged"} not in story.phone.flags("Schemes").values()


# --- without a server -------------------------------------------------------------------------------------------------


@pytest.fixture
def account(db: None) -> MailAccount:
    found = factories.person()[1]
    for name in ("INBOX", "Plans", "Plans/Old", "Plans/Old/Dust", "Plansible"):
        factories.mailbox(found, name)
    factories.mailbox(found, "Trash", special_use="trash")
    factories.mailbox(found, "Post")
    factories.mailbox(found, "Post/Out", special_use="sent")
    return found


def row(account: MailAccount, name: str) -> int:
    return int(Mailbox.objects.get(account=account, name=name).pk)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "empty"), ("  ", "empty"), ("a/b", "delimiter"), ("Plans", "taken"), ("inbox", "inbox"),
     ("a\x00b", "control"), ("x" * 201, "long"), ("ü" * 199, "")],
)  # fmt: skip
def test_names_that_cannot_be(account: MailAccount, name: str, reason: str) -> None:
    if not reason:
        folders.create(account.pk, name)
        return
    with pytest.raises(folders.NameRefused) as refused:
        folders.create(account.pk, name)
    assert refused.value.reason == reason
    assert not PendingChange.objects.exists()


def test_those_below_go_along_and_those_that_are_called_alike_do_not(account: MailAccount) -> None:
    liking.like(account.pk, row(account, "Plans/Old"), favourite=True)
    folders.rename(account.pk, row(account, "Plans"), "Schemes")
    found = set(Mailbox.objects.values_list("name", flat=True))
    assert found == {"INBOX", "Schemes", "Schemes/Old", "Schemes/Old/Dust", "Plansible", "Trash", "Post", "Post/Out"}
    account.refresh_from_db()
    assert account.folders == {"Schemes/Old": {"favourite": True}}
    assert {bytes(raw) for raw in Mailbox.objects.values_list("raw_name", flat=True)} >= {b"Plans", b"Plans/Old"}


@pytest.mark.parametrize("name", ["Trash", "Post", "Post/Out"])
def test_what_is_for_something_stays(account: MailAccount, name: str) -> None:
    for act in (
        lambda: folders.delete(account.pk, row(account, name)),
        lambda: folders.rename(account.pk, row(account, name), "Other"),
        lambda: folders.move(account.pk, row(account, name), row(account, "Plans")),
    ):
        with pytest.raises(folders.NotToBeChanged, match="special"):
            act()


def test_nothing_is_inside_itself(account: MailAccount) -> None:
    for parent in ("Plans", "Plans/Old/Dust"):
        with pytest.raises(folders.NotToBeChanged, match="inside"):
            folders.move(account.pk, row(account, "Plans"), row(account, parent))


def test_where_everything_is_below_the_inbox_so_is_what_is_new(db: None) -> None:
    account = factories.person()[1]
    for name in ("INBOX", "INBOX.Sent"):
        factories.mailbox(account, name, delimiter=".")
    made = folders.create(account.pk, "Plans")
    assert Mailbox.objects.get(pk=made).name == "INBOX.Plans"


def test_a_list_that_is_older_than_what_is_done_is_no_news(account: MailAccount) -> None:
    began = timezone.now()
    listed = [ListedMailbox(b"INBOX", "INBOX", "/", frozenset())]
    made = folders.create(account.pk, "New")
    PendingChange.objects.update(confirmed_at=timezone.now())
    with pytest.raises(hierarchy.OldNews):
        mailboxes.apply(account.pk, listed, began=began)
    assert Mailbox.objects.filter(pk=made).exists()
    mailboxes.apply(account.pk, listed, began=timezone.now())
    assert not Mailbox.objects.filter(pk=made).exists()


def test_a_clock_that_is_ahead_makes_nobody_list_without_end(story: Story) -> None:
    plans(story)
    PendingChange.objects.filter(kind=PendingChange.Kind.CREATE).update(
        confirmed_at=timezone.now() + timedelta(minutes=1)
    )
    with pytest.raises(ServerBusy):
        story.sync()
    PendingChange.objects.update(confirmed_at=timezone.now())
    story.sync()
    assert shown(story) == {"Plans", "Plans/Old"}


def test_changes_of_mailboxes_wait_for_each_other(account: MailAccount) -> None:
    """They may be inside one another; mail waits for none of them."""
    old, inbox = row(account, "Plans"), row(account, "INBOX")
    folders.rename(account.pk, old, "Schemes")
    new = folders.create(account.pk, "Figures", old)
    folders.subscribe(account.pk, old, False)
    owe(account.pk, inbox, PendingChange.Kind.FLAGS, [1], uid_validity=1, add=["\\Seen"])
    claimed = [replay.next_change(account.pk) for _ in range(3)]
    assert [one and (one.mailbox_id, one.kind) for one in claimed] == [(old, "rename"), (inbox, "flags"), None]
    order = []
    while first := PendingChange.objects.filter(confirmed_at=None).exclude(kind="flags").order_by("pk").first():
        PendingChange.objects.filter(pk=first.pk).update(confirmed_at=timezone.now())
        if one := replay.next_change(account.pk):
            order.append((one.mailbox_id, one.kind))
    assert order == [(new, "create"), (old, "subscribe")]


def test_what_a_mailbox_is_for_is_said_at_once(account: MailAccount) -> None:
    assert not Message.objects.exists()
    liking.choose_use(account.pk, "trash", "Plans")
    assert Mailbox.objects.get(special_use="trash").name == "Plans"
    liking.choose_use(account.pk, "sent", "Plans")
    assert Mailbox.objects.get(special_use="sent").name == "Plans"
    account.refresh_from_db()
    assert account.special_uses == {"sent": "Plans"}
    assert Mailbox.objects.get(special_use="trash").name == "Trash"


def test_likes_are_kept_by_name(account: MailAccount) -> None:
    box = row(account, "Plans")
    liking.like(account.pk, box, favourite=True, hue=0)
    liking.like(account.pk, box, favourite=False)
    account.refresh_from_db()
    assert account.folders == {"Plans": {"hue": 0}}
    liking.like(account.pk, box, hue=None)
    account.refresh_from_db()
    assert account.folders == {}
