"""Moving, copying and deleting: in the index at once, on the server after. Nothing is lost, and nothing is twice."""

from typing import Any

import pytest

from imapbridge import actions, queries
from imapbridge.actions import Undone
from imapbridge.mime.parts import choose_body
from imapbridge.models import Entry, Mailbox, Message, Notice, PendingChange
from imapbridge.sync import replay
from imapbridge.sync.account import sync
from imapbridge.sync.content import MESSAGE_COLUMNS
from imapbridge.terms.part import Part
from tests.imapbridge.sync.conftest import Story
from tests.servers.courier import Courier
from tests.servers.letters import newsletter, plain, with_attachment

pytestmark = [pytest.mark.servers, pytest.mark.database]


def letters(story: Story, count: int = 4) -> list[int]:
    """So many messages in the INBOX, unread; their keys."""
    for n in range(count):
        story.server.append(story.user, "INBOX", plain(f"Letter {n}", message_id=f"{n}@filing.example"))
    story.sync()
    return list(Message.objects.filter(account=story.account).order_by("subject").values_list("pk", flat=True))


def subjects(mailbox: Mailbox) -> list[str]:
    """What the list shows, without the words before the number."""
    return sorted(row.subject.removeprefix("Letter ") for row in queries.conversations(mailbox.pk).rows)


def on_server(story: Story, mailbox: str) -> list[str]:
    """What the phone sees there, by the same words; opened anew, so that no news comes between."""
    story.phone.select(mailbox)
    names = (story.phone.raw(mailbox, uid).split(b"Subject: Letter ")[1][:1] for uid in story.phone.uids(mailbox))
    return sorted(name.decode() for name in names)


def nothing_is_owed(story: Story) -> bool:
    return not PendingChange.objects.filter(account=story.account, confirmed_at=None).exists()


def replay_again(story: Story) -> None:
    """Whoever had claimed a change is dead, and the minute of its claim is over."""
    PendingChange.objects.filter(account=story.account).update(not_before=None)
    story.sync()


def move(story: Story, messages: list[int], source: str, target: str) -> list[int]:
    return actions.move(story.account.pk, messages, story.mailbox(source).pk, story.mailbox(target).pk)


def test_what_a_message_was_marked_with_before_it_was_moved_is_seen_where_it_went(story: Story) -> None:
    """By another client, and no sync has told of it: what is placed is not fetched again, and its flags are."""
    messages = letters(story)
    story.phone.flag("INBOX", story.phone.uids("INBOX")[:2], "\\Seen \\Flagged fair")
    move(story, messages[:3], "INBOX", "Archive")
    story.sync()
    story.assert_equal()
    story.phone.flag("Archive", story.phone.uids("Archive")[-1:], "\\Seen")
    story.sync()
    story.assert_equal()


def test_a_move_is_seen_at_once_and_done_soon(story: Story) -> None:
    messages = letters(story)
    story.phone.flag("INBOX", story.phone.uids("INBOX")[:1], "\\Seen \\Flagged fair")
    story.sync()
    move(story, messages[:2], "INBOX", "Archive")
    assert subjects(story.mailbox()) == ["2", "3"]
    assert subjects(story.mailbox("Archive")) == ["0", "1"]
    assert [(box.total, box.unread) for box in map(story.mailbox, ("INBOX", "Archive"))] == [(2, 2), (2, 1)]
    story.sync()
    assert on_server(story, "INBOX") == ["2", "3"]
    assert on_server(story, "Archive") == ["0", "1"]
    assert {"\\Seen", "\\Flagged", "fair"} in story.phone.flags("Archive").values()
    assert nothing_is_owed(story)
    story.assert_equal()
    assert Message.objects.filter(account=story.account).count() == 4


def test_a_copy_is_in_both_and_a_deletion_in_none(story: Story) -> None:
    messages = letters(story)
    inbox, archive = story.mailbox(), story.mailbox("Archive")
    actions.copy(story.account.pk, messages[:2], inbox.pk, archive.pk)
    actions.delete_forever(story.account.pk, messages[1:3], inbox.pk)
    assert (subjects(inbox), subjects(archive)) == (["0", "3"], ["0", "1"])
    story.sync()
    assert (on_server(story, "INBOX"), on_server(story, "Archive")) == (["0", "3"], ["0", "1"])
    assert nothing_is_owed(story)
    story.assert_equal()


def test_what_is_done_to_a_message_on_its_way(story: Story) -> None:
    """Moved, starred where it is not yet, moved on and copied back, before the server has heard of any of it."""
    messages = letters(story)
    move(story, messages[:2], "INBOX", "Archive")
    actions.set_flagged(story.account.pk, messages[:1], flagged=True)
    move(story, messages[:1], "Archive", "Trash")
    actions.copy(story.account.pk, messages[:1], story.mailbox("Trash").pk, story.mailbox().pk)
    assert [subjects(story.mailbox(name)) for name in ("INBOX", "Archive", "Trash")] == [["0", "2", "3"], ["1"], ["0"]]
    for _ in range(3):
        story.sync()
    assert [on_server(story, name) for name in ("INBOX", "Archive", "Trash")] == [["0", "2", "3"], ["1"], ["0"]]
    assert list(story.phone.flags("Trash").values()) == [{"\\Flagged"}]
    assert nothing_is_owed(story)
    story.assert_equal()


@pytest.mark.parametrize("replayed", [False, True])
def test_undo(story: Story, replayed: bool) -> None:
    messages = letters(story)
    done = move(story, messages[:2], "INBOX", "Archive")
    done += actions.copy(story.account.pk, messages[2:3], story.mailbox().pk, story.mailbox("Trash").pk)
    if replayed:
        story.sync()
    assert actions.undo(story.account.pk, done)
    assert [subjects(story.mailbox(name)) for name in ("INBOX", "Archive", "Trash")] == [["0", "1", "2", "3"], [], []]
    assert replayed or not PendingChange.objects.exists()
    story.sync()
    story.sync()
    assert [on_server(story, name) for name in ("INBOX", "Archive", "Trash")] == [["0", "1", "2", "3"], [], []]
    assert nothing_is_owed(story)
    story.assert_equal()


@pytest.mark.parametrize("replays", [(), ("first",), ("first", "second"), ("first", "second", "back")])
@pytest.mark.parametrize("deed", [actions.move, actions.copy])
def test_what_was_moved_on_is_undone_step_by_step(story: Story, deed: Any, replays: tuple[str, ...]) -> None:
    """However much of it the server has heard of; and nothing of the first step while the second one stands."""
    messages, archive, trash = letters(story), story.mailbox("Archive"), story.mailbox("Trash")

    def heard(step: str) -> None:
        if step in replays:
            story.sync()

    first = deed(story.account.pk, messages[:2], story.mailbox().pk, archive.pk)
    heard("first")
    second = actions.trash(story.account.pk, messages[:2], archive.pk)
    heard("second")
    assert actions.undo(story.account.pk, first) is Undone.NOTHING
    assert [subjects(box) for box in (archive, trash)] == [[], ["0", "1"]]
    assert actions.undo(story.account.pk, second) is Undone.ALL
    heard("back")
    assert actions.undo(story.account.pk, first) is Undone.ALL
    assert actions.undo(story.account.pk, first) is Undone.NOTHING
    for _ in range(3):
        assert [subjects(box) for box in (story.mailbox(), archive, trash)] == [["0", "1", "2", "3"], [], []]
        story.sync()
    assert [on_server(story, name) for name in ("INBOX", "Archive", "Trash")] == [["0", "1", "2", "3"], [], []]
    assert nothing_is_owed(story)
    story.assert_equal()


@pytest.mark.parametrize("replayed", [False, True])
def test_a_copy_that_is_gone_takes_no_other_one_with_it(story: Story, replayed: bool) -> None:
    messages, inbox, archive = letters(story), story.mailbox(), story.mailbox("Archive")
    copied = actions.copy(story.account.pk, messages[:1], inbox.pk, archive.pk)
    if replayed:
        story.sync()
    actions.delete_forever(story.account.pk, messages[:1], archive.pk)
    story.sync()
    move(story, messages[:1], "INBOX", "Archive")
    story.sync()
    assert actions.undo(story.account.pk, copied) is Undone.NOTHING
    story.sync()
    assert subjects(archive) == on_server(story, "Archive") == ["0"]
    story.assert_equal()


@pytest.mark.parametrize("deed", [actions.move, actions.copy])
def test_some_of_it_cannot_be_undone(story: Story, deed: Any) -> None:
    messages, archive = letters(story), story.mailbox("Archive")
    done = deed(story.account.pk, messages[:3], story.mailbox().pk, archive.pk)
    story.sync()
    actions.delete_forever(story.account.pk, messages[:1], archive.pk)
    story.sync()
    assert actions.undo(story.account.pk, done) is Undone.PARTLY
    story.sync()
    left = ["1", "2", "3"] if deed is actions.move else ["0", "1", "2", "3"]
    assert [on_server(story, name) for name in ("INBOX", "Archive")] == [left, []]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_marks_of_what_is_gone_cannot_be_undone(story: Story) -> None:
    messages = letters(story)
    marked = actions.set_seen(story.account.pk, messages[:2], True)
    story.sync()
    actions.delete_forever(story.account.pk, messages[:1], story.mailbox().pk)
    story.sync()
    assert actions.undo(story.account.pk, marked) is Undone.PARTLY
    actions.delete_forever(story.account.pk, messages[1:2], story.mailbox().pk)
    story.sync()
    assert actions.undo(story.account.pk, marked) is Undone.NOTHING
    assert actions.undo(story.account.pk, [*marked, 10**9]) is Undone.NOTHING
    story.assert_equal()


@pytest.mark.parametrize("returned", [False, True])
def test_undo_of_marks_follows_what_was_moved_since(story: Story, returned: bool) -> None:
    messages = letters(story)
    marked = actions.set_seen(story.account.pk, messages[:2], True)
    story.sync()
    moved = move(story, messages[:1], "INBOX", "Archive")
    story.sync()
    if returned:
        assert actions.undo(story.account.pk, moved)
        story.sync()
    assert actions.undo(story.account.pk, marked)
    story.sync()
    assert set(Entry.objects.filter(account=story.account, expunged=False).values_list("seen", flat=True)) == {False}
    assert not any("\\Seen" in words for box in ("INBOX", "Archive") for words in story.phone.flags(box).values())
    assert nothing_is_owed(story)


def test_undo_of_a_deletion_that_nobody_asked_for_yet(story: Story) -> None:
    messages = letters(story)
    done = actions.delete_forever(story.account.pk, messages[:1], story.mailbox().pk)
    assert actions.undo(story.account.pk, done)
    done = actions.delete_forever(story.account.pk, messages[1:2], story.mailbox().pk)
    story.sync()
    assert not actions.undo(story.account.pk, done)
    assert on_server(story, "INBOX") == subjects(story.mailbox()) == ["0", "2", "3"]
    story.assert_equal()


def test_there_is_time_to_think_better_of_a_deletion(story: Story) -> None:
    """The server is not asked for some seconds; what is owed to other mailboxes does not wait."""
    messages = letters(story)
    done = actions.delete_forever(story.account.pk, messages[:2], story.mailbox().pk, regret=True)
    pause = replay.pause(story.account.pk)
    assert pause and 10 < pause <= 15
    sync(story.account.pk)
    assert (on_server(story, "INBOX"), subjects(story.mailbox())) == (["0", "1", "2", "3"], ["2", "3"])
    assert actions.undo(story.account.pk, done)
    assert subjects(story.mailbox()) == ["0", "1", "2", "3"]
    done = actions.delete_forever(story.account.pk, messages[:1], story.mailbox().pk, regret=True)
    story.replay()
    assert not actions.undo(story.account.pk, done)
    story.sync()
    assert on_server(story, "INBOX") == subjects(story.mailbox()) == ["1", "2", "3"]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_another_client_was_faster(story: Story) -> None:
    messages = letters(story)
    uids = story.phone.uids("INBOX")
    story.phone.delete("INBOX", uids[:1])
    story.phone.move("INBOX", uids[1:2], "Trash")
    move(story, messages[:3], "INBOX", "Archive")
    story.sync()
    story.sync()
    assert [on_server(story, name) for name in ("INBOX", "Archive", "Trash")] == [["3"], ["2"], ["1"]]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_a_target_that_is_gone_is_made_again(story: Story) -> None:
    story.phone.create_mailbox("Plans")
    messages = letters(story)
    story.phone.select("INBOX")
    story.phone.delete_mailbox("Plans")
    move(story, messages[:1], "INBOX", "Plans")
    story.sync()
    assert on_server(story, "Plans") == ["0"]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_a_target_that_another_client_renamed_is_followed(story: Story) -> None:
    story.phone.create_mailbox("Plans")
    story.server.append(story.user, "Plans", plain("Letter 8", message_id="8@filing.example"))
    messages = letters(story)
    messages, row = messages[:3], story.mailbox("Plans").pk
    story.phone.select("INBOX")
    story.phone.rename_mailbox("Plans", "Schemes")
    move(story, messages[:1], "INBOX", "Plans")
    actions.copy(story.account.pk, messages[1:2], story.mailbox().pk, row)
    actions.append(story.account.pk, row, plain("Letter 9", message_id="9@filing.example"))
    story.sync()
    story.sync()
    assert nothing_is_owed(story)
    story.assert_equal()
    if isinstance(story.server, Courier):  # gives all messages new UIDs, so that it is another mailbox
        assert on_server(story, "Plans") == ["0", "1", "9"]
        return
    assert story.mailbox("Schemes").pk == row
    assert on_server(story, "Schemes") == subjects(story.mailbox("Schemes")) == ["0", "1", "8", "9"]
    assert story.server.path("Plans") not in story.phone.mailboxes()


def test_the_server_s_filter_is_told_what_is_junk(story: Story) -> None:
    messages = letters(story, 2)
    actions.junk(story.account.pk, messages[:1], story.mailbox().pk)
    story.sync()
    assert list(story.phone.flags("Junk").values()) == [{"$Junk"}]
    story.sync()
    move(story, messages[:1], "Junk", "INBOX")
    story.sync()
    assert sorted(map(sorted, story.phone.flags("INBOX").values())) == [[], ["$NotJunk"]]
    story.sync()
    actions.junk(story.account.pk, messages[:1], story.mailbox().pk)
    story.sync()
    story.sync()
    assert list(story.phone.flags("Junk").values()) == [{"$Junk"}]
    story.assert_equal()


def test_a_mailbox_that_another_client_renamed_keeps_what_is_owed(story: Story) -> None:
    story.phone.create_mailbox("Plans")
    messages = letters(story)
    move(story, messages[:2], "INBOX", "Plans")
    story.sync()
    story.sync()
    row = story.mailbox("Plans").pk
    story.phone.select("INBOX")
    story.phone.rename_mailbox("Plans", "Schemes")
    actions.set_flagged(story.account.pk, messages[:1], flagged=True)
    move(story, messages[1:2], "Plans", "Archive")
    story.sync()
    if isinstance(story.server, Courier):  # gives all messages new UIDs, so that it is another mailbox
        story.sync()
        assert on_server(story, "Schemes") == subjects(story.mailbox("Schemes")) == ["0", "1"]
        assert set(Notice.objects.values_list("kind", "code")) == {("flags", "mailbox-gone"), ("move", "mailbox-gone")}
        return
    assert story.mailbox("Schemes").pk == row
    assert [on_server(story, name) for name in ("INBOX", "Schemes", "Archive")] == [["2", "3"], ["0"], ["1"]]
    assert list(story.phone.flags("Schemes").values()) == [{"\\Flagged"}]
    assert nothing_is_owed(story)
    story.assert_equal()


def test_what_cannot_be_done_any_more_is_told(story: Story) -> None:
    story.phone.create_mailbox("Plans")
    messages = letters(story)
    move(story, messages[:2], "INBOX", "Plans")
    story.sync()
    story.sync()
    story.phone.select("INBOX")
    story.phone.delete_mailbox("Plans")
    move(story, messages[:1], "Plans", "Archive")
    story.sync()
    story.sync()
    assert [subjects(story.mailbox(name)) for name in ("INBOX", "Archive")] == [["2", "3"], []]
    told = Notice.objects.get()
    assert (told.kind, told.code, told.count, told.subject) == ("move", "mailbox-gone", 1, "Letter 0")
    assert (told.source, told.target) == (story.server.path("Plans"), story.server.path("Archive"))
    assert nothing_is_owed(story)
    story.assert_equal()


def test_a_message_of_our_own_is_filed_once(story: Story) -> None:
    letters(story, 1)
    raw = plain("Letter 7", message_id="7@filing.example")
    actions.append(story.account.pk, story.mailbox("Drafts").pk, raw, ["\\Draft", "\\Seen"])
    assert subjects(story.mailbox("Drafts")) == ["7"]
    place = Entry.objects.get(mailbox=story.mailbox("Drafts"))
    assert (place.seen, place.draft) == (True, True)
    story.sync()
    [now] = Entry.objects.filter(mailbox=story.mailbox("Drafts"), expunged=False)
    assert (now.pk, now.message_id) == (place.pk, place.message_id)
    assert now.uid > 0
    assert on_server(story, "Drafts") == subjects(story.mailbox("Drafts")) == ["7"]
    assert list(story.phone.flags("Drafts").values()) == [{"\\Draft", "\\Seen"}]
    assert nothing_is_owed(story)
    assert not PendingChange.objects.exclude(data=None).exists()
    story.assert_equal()
    story.phone.move("Drafts", story.phone.uids("Drafts"), "Archive")
    story.sync()
    assert subjects(story.mailbox("Archive")) == ["7"]
    assert Message.objects.filter(subject="Letter 7").count() == 1, "read of the server it is the same message"


@pytest.mark.parametrize(
    "letter", [with_attachment(3000), newsletter(4000, "Weekly"), plain("Re: Lease", message_id="r@x")]
)
def test_a_message_of_our_own_is_listed_as_it_will_be(story: Story, letter: bytes) -> None:
    """Once from its octets, and once from what the server tells."""
    story.sync()
    drafts = story.mailbox("Drafts")
    letter = b"References: <a@x> <b@x>\r\nList-Id: Plans <plans.x>\r\n" + letter
    actions.append(story.account.pk, drafts.pk, letter)
    [here] = Message.objects.filter(entries__mailbox=drafts).values(*MESSAGE_COLUMNS)
    story.sync()
    Message.objects.all().delete()
    Mailbox.objects.filter(pk=drafts.pk).update(lowest_uid=None, uid_validity=None)
    story.sync()
    [there] = Message.objects.filter(entries__mailbox=drafts).values(*MESSAGE_COLUMNS)
    assert _texts(here.pop("structure")) == _texts(there.pop("structure"))
    if not there["subject_key"]:  # the server names conversations itself
        here |= {"subject_key": None, "stray": False}
    assert here == there


def _texts(structure: list[Any]) -> list[tuple[str, str]]:
    """What is in the body, and where. Of sizes each server has its own idea."""
    return [(part.section, part.media_type) for part in choose_body(Part.from_json(structure)).shown]


def test_a_message_that_is_not_filed_is_not_listed(story: Story) -> None:
    letters(story, 1)
    change = actions.append(story.account.pk, story.mailbox("Drafts").pk, plain("Letter 7", message_id="7@x.example"))
    assert actions.undo(story.account.pk, [change])
    assert subjects(story.mailbox("Drafts")) == []
    story.sync()
    assert on_server(story, "Drafts") == []
    story.assert_equal()


def test_many_at_once(story: Story) -> None:
    story.server.fill(story.user, "INBOX", 620)
    story.sync()
    held = list(Entry.objects.filter(mailbox=story.mailbox()).values_list("message", flat=True))
    done = move(story, held, "INBOX", "Archive")
    assert len(done) == 2
    assert (story.mailbox().total, story.mailbox("Archive").total) == (0, 620)
    story.sync()
    assert (len(story.phone.uids("INBOX")), len(story.phone.uids("Archive"))) == (0, 620)
    story.assert_equal()
    assert not Notice.objects.exists()
