"""Two-sided stories on a real server: what another client does, while we are away or at it, is in the index after."""

import time
from collections.abc import Callable

import pytest

from imapbridge import actions, queries
from imapbridge.errors import ServerUnreachable
from imapbridge.models import Entry, MailboxThread, Message, Mirror, PendingChange
from imapbridge.sync import account as syncing
from imapbridge.sync.bulk import bulk
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import newsletter, plain, with_attachment
from tests.servers.mail_server import MailServer
from tests.servers.process import running

pytestmark = [pytest.mark.servers, pytest.mark.database]


def test_a_first_sync_reads_everything(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 600)
    story.sync()
    assert story.mailbox().total == 600
    assert story.mailbox().complete
    story.assert_equal()


def test_the_first_screen_is_there_before_the_rest(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 300)
    with bulk(story.account.pk) as turn:
        for mailbox, _ in syncing._listed(turn.connection, story.account.pk):
            syncing._step(turn.connection, mailbox)
    page = queries.conversations(story.mailbox().pk)
    assert Entry.objects.filter(mailbox=story.mailbox()).count() == 50
    assert max(Entry.objects.values_list("uid", flat=True)) == story.phone.uids("INBOX")[-1]
    assert page.rows
    assert story.mailbox().total == 300, "the count on the screen is the server's until all is here"
    story.sync()
    story.assert_equal()


def test_what_the_phone_does_while_we_are_away(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 60)
    story.sync()
    uids = story.phone.uids("INBOX")
    story.phone.delete("INBOX", uids[3:6])
    story.phone.flag("INBOX", uids[10:14], "\\Seen \\Flagged")
    story.phone.flag("INBOX", uids[14:16], "\\Seen", add=False)
    story.phone.flag("INBOX", uids[20:22], "$Forwarded fair")
    story.phone.move("INBOX", uids[30:33], "Archive")
    story.server.deliver(story.user, plain("New one", message_id="new@x"))
    story.sync()
    story.assert_equal()
    assert story.mailbox().total == 55
    assert story.mailbox("Archive").total == 3


def test_what_another_client_reads_is_read_here(story: Story) -> None:
    uid = story.server.append(story.user, "INBOX", plain("Unread", message_id="unread@x"))
    story.sync()
    assert story.mailbox().unread == 1
    story.phone.flag("INBOX", [uid], "\\Seen")
    story.sync()
    assert story.mailbox().unread == 0
    story.assert_equal()


def test_how_much_room_there_is(begin: Callable[[MailServer], Story]) -> None:
    with running(Dovecot(options=Options(quota="3M"))) as server:
        story = begin(server)
        story.server.append(story.user, "INBOX", with_attachment(600_000))
        story.sync()
        mirror = Mirror.objects.get(account=story.account)
        assert mirror.quota_limit == 3 * 2**20
        assert mirror.quota_used is not None
        assert 600_000 < mirror.quota_used < 1_000_000


def test_a_moved_message_keeps_its_number_and_its_content(story: Story) -> None:
    uid = story.server.append(story.user, "INBOX", plain("Lease", message_id="lease@x"))
    story.sync()
    before = Message.objects.get(subject="Lease").pk
    story.phone.move("INBOX", [uid], "Archive")
    story.sync()
    assert Message.objects.get(subject="Lease").pk == before
    assert list(Entry.objects.filter(message=before, expunged=False).values_list("mailbox__name", flat=True)) == [
        story.server.path("Archive")
    ]
    story.assert_equal()


def test_mailboxes_come_go_and_change_their_names(story: Story) -> None:
    story.phone.create_mailbox("Co-op/Lease")
    story.server.fill(story.user, "Co-op/Lease", 5)
    story.sync()
    story.phone.rename_mailbox("Co-op/Lease", "Co-op/M&APw-bel")
    story.phone.create_mailbox(story.server.odd_mailbox)
    story.sync()
    assert story.mailbox("Co-op/Mübel").total == 5
    assert story.mailbox(story.server.odd_mailbox).selectable
    story.phone.delete_mailbox("Co-op/M&APw-bel")
    story.sync()
    story.assert_equal()


def test_special_use_is_known(story: Story) -> None:
    story.sync()
    uses = {item.special_use: item.path for item in queries.mailboxes(story.account.pk)}
    assert uses["inbox"] == "INBOX"
    assert {"drafts", "sent", "junk", "trash", "archive"} <= uses.keys()


def test_uidvalidity_changes(story: Story) -> None:
    story.server.append(story.user, "INBOX", plain("Stays", message_id="stays@x"))
    story.phone.create_mailbox("Plans")
    story.server.fill(story.user, "Plans", 10)
    story.sync()
    before = story.mailbox("Plans").uid_validity
    story.phone.select("INBOX")
    time.sleep(1.1)  # UIDVALIDITY is a time in seconds where the server keeps no count of its own
    story.phone.delete_mailbox("Plans")
    story.phone.create_mailbox("Plans")
    story.server.fill(story.user, "Plans", 10, seed=2)
    story.sync()
    assert story.mailbox("Plans").uid_validity != before
    story.assert_equal()


def test_mail_that_arrives_during_the_first_sync(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 700)
    with bulk(story.account.pk) as turn:
        [inbox] = [box for box, _ in syncing._listed(turn.connection, story.account.pk) if box.name == "INBOX"]
        syncing._step(turn.connection, inbox)
        story.server.deliver(story.user, plain("While we sync", message_id="while@x"))
        story.phone.delete("INBOX", story.phone.uids("INBOX")[-20:-10])
        story.phone.delete("INBOX", story.phone.uids("INBOX")[:10])
    story.sync()
    assert Message.objects.filter(subject="While we sync").exists()
    story.sync()
    story.assert_equal()


def test_a_kill_between_windows_costs_nothing(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 600)
    with pytest.raises(RuntimeError), bulk(story.account.pk) as turn:
        [inbox] = [box for box, _ in syncing._listed(turn.connection, story.account.pk) if box.name == "INBOX"]
        syncing._step(turn.connection, inbox)
        for _ in syncing.backfill(turn.connection, inbox):
            raise RuntimeError("killed")
    held = Entry.objects.filter(mailbox=story.mailbox()).count()
    assert 50 < held < 600
    story.sync()
    story.assert_equal()


def test_the_server_dies_and_comes_back(begin: Callable[[Dovecot], Story], own_dovecot: Dovecot) -> None:
    story = begin(own_dovecot)
    story.server.fill(story.user, "INBOX", 80)
    story.sync()
    story.server.kill()
    with pytest.raises(ServerUnreachable):
        story.sync()
    story.server.restart()
    story.server.deliver(story.user, plain("After the fall", message_id="fall@x"))
    story.sync()
    story.assert_equal()


def test_reading_and_starring_reach_the_server(story: Story) -> None:
    uids = [story.server.append(story.user, "INBOX", plain(f"Number {n}", message_id=f"{n}@x")) for n in range(3)]
    story.sync()
    messages = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    actions.set_seen(story.account.pk, messages[:2], seen=True)
    actions.set_flagged(story.account.pk, messages[1:2], flagged=True)
    assert story.mailbox().unread == 1
    story.sync()
    flags = story.phone.flags("INBOX")
    assert [flags[uid] for uid in uids] == [{"\\Seen"}, {"\\Seen", "\\Flagged"}, set()]
    actions.set_seen(story.account.pk, messages[:1], seen=False)
    story.sync()
    assert story.phone.flags("INBOX")[uids[0]] == set()
    assert not PendingChange.objects.filter(confirmed_at=None).exists()
    story.assert_equal()


def test_a_change_nobody_confirmed_is_not_overwritten(story: Story) -> None:
    story.server.append(story.user, "INBOX", plain("Star me", message_id="star@x"))
    story.sync()
    message = Message.objects.get(subject="Star me")
    actions.set_flagged(story.account.pk, [message.pk], flagged=True)
    with bulk(story.account.pk) as turn:
        story.phone.flag("INBOX", story.phone.uids("INBOX"), "\\Answered")
        for mailbox, _ in syncing._listed(turn.connection, story.account.pk):
            syncing._step(turn.connection, mailbox)
    entry = Entry.objects.get(message=message)
    assert (entry.flagged, entry.answered) == (True, True)
    story.sync()
    story.assert_equal()


def test_a_mailbox_that_will_not_open_keeps_no_other_change_waiting(story: Story) -> None:
    story.phone.create_mailbox("Plans")
    story.server.append(story.user, "Plans", plain("Of a plan", message_id="plan@x"))
    uid = story.server.append(story.user, "INBOX", plain("Star me too", message_id="star@x"))
    story.sync()
    story.phone.select("INBOX")
    story.phone.rename_mailbox("Plans", "Schemes")
    for subject in ("Of a plan", "Star me too"):
        actions.set_flagged(story.account.pk, [Message.objects.get(subject=subject).pk], flagged=True)
    story.sync()
    assert story.phone.flags("INBOX")[uid] == {"\\Flagged"}
    story.assert_equal()


def test_conversations_across_mailboxes(story: Story) -> None:
    reply = plain("Re: Table plan", message_id="b@x").replace(
        b"\r\n\r\n", b"\r\nIn-Reply-To: <a@x>\r\nReferences: <a@x>\r\n\r\n", 1
    )
    story.server.append(story.user, "Sent", reply)
    story.server.append(story.user, "INBOX", plain("Table plan", message_id="a@x"))
    story.sync()
    [row] = queries.conversations(story.mailbox().pk).rows
    assert row.total == 1
    shown = queries.conversation(story.account.pk, row.thread)
    assert {item.subject for item in shown} == {"Table plan", "Re: Table plan"}


def test_the_person_s_name_is_learnt_from_their_own_letters(story: Story) -> None:
    mine = plain("From me", message_id="mine@x").replace(
        b"From: ", b"From: Noor Eklund <%s>\r\nX-Was: " % story.user.address.encode(), 1
    )
    story.server.append(story.user, "Sent", mine)
    own = story.account.identities.create(address=story.user.address)
    story.sync()
    story.account.refresh_from_db()
    own.refresh_from_db()
    assert story.account.name == own.name == "Noor Eklund"


def test_what_a_row_shows(story: Story) -> None:
    story.server.append(story.user, "INBOX", newsletter(4000, "Weekly"))
    story.server.append(story.user, "INBOX", with_attachment(3000))
    story.sync()
    rows = queries.conversations(story.mailbox().pk).rows
    assert {row.has_attachment for row in rows} == {True, False}
    assert all(row.preview for row in rows)
    assert MailboxThread.objects.filter(mailbox=story.mailbox()).count() == 2


def test_an_unchanged_account_costs_one_round_trip(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    story.server.fill(story.user, "INBOX", 30)
    story.sync()
    with caplog.at_level("INFO", logger="imapbridge.sync.mailbox"):
        story.sync()
    assert caplog.messages == []
