"""Everything that people do to mail and to folders, while the mail server is away: shown at once, done when it is back;
and undone in the same way."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from imapbridge import actions
from imapbridge.actions import folders, muting, whole
from imapbridge.errors import ServerUnreachable
from imapbridge.models import Entry, Job, Mailbox, Message, Notice
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.terms import snoozed
from tests.imapbridge.sync.conftest import SERVERS, Story
from tests.imapbridge.sync.test_filing import nothing_is_owed, replay_again
from tests.servers.courier import Courier
from tests.servers.fixtures import running
from tests.servers.letters import plain
from tests.servers.mail_server import MailServer

pytestmark = [pytest.mark.servers, pytest.mark.database]

UNTIL = datetime(2050, 1, 2, 7, tzinfo=UTC)
Places = dict[str, dict[str, set[str]]]
"""Mailbox -> subject -> flags."""


class Act(NamedTuple):
    """Done to one message of the inbox: how it is before, and where and how it is after."""

    do: Callable[[int, int, Callable[[str], int]], list[int]]
    """Account, message and the key of a mailbox by its name -> the keys of the changes."""
    before: set[str]
    after: dict[str, set[str]]


ACTS = {
    "read": Act(lambda who, it, box: actions.set_seen(who, [it], True), set(), {"INBOX": {"\\Seen"}}),
    "unread": Act(lambda who, it, box: actions.set_seen(who, [it], False), {"\\Seen"}, {"INBOX": set()}),
    "star": Act(lambda who, it, box: actions.set_flagged(who, [it], True), set(), {"INBOX": {"\\Flagged"}}),
    "unstar": Act(lambda who, it, box: actions.set_flagged(who, [it], False), {"\\Flagged"}, {"INBOX": set()}),
    "label": Act(lambda who, it, box: actions.set_label(who, [it], "Fair", True), set(), {"INBOX": {"Fair"}}),
    "unlabel": Act(lambda who, it, box: actions.set_label(who, [it], "Fair", False), {"Fair"}, {"INBOX": set()}),
    "archive": Act(lambda who, it, box: actions.archive(who, [it], box("INBOX")), set(), {"Archive": set()}),
    "junk": Act(lambda who, it, box: actions.junk(who, [it], box("INBOX")), set(), {"Junk": {"$Junk"}}),
    "trash": Act(lambda who, it, box: actions.trash(who, [it], box("INBOX")), {"\\Seen"}, {"Trash": {"\\Seen"}}),
    "delete": Act(lambda who, it, box: actions.delete_forever(who, [it], box("INBOX")), set(), {}),
    "move": Act(lambda who, it, box: actions.move(who, [it], box("INBOX"), box("Sent")), set(), {"Sent": set()}),
    "copy": Act(
        lambda who, it, box: actions.copy(who, [it], box("INBOX"), box("Sent")), set(), {"INBOX": set(), "Sent": set()}
    ),
    "snooze": Act(
        lambda who, it, box: actions.snooze(who, [it], box("INBOX"), UNTIL), set(),
        {"Snoozed": {snoozed.keyword_of(UNTIL)}},
    ),
    "mute": Act(lambda who, it, box: muting.mute(who, [it], box("INBOX")), set(), {"Archive": {"$muted"}}),
}  # fmt: skip


OFTEN = ("everything", "bare")
"""Those that `./run test` has time for; `./run soak` has all."""


@pytest.fixture(params=[pytest.param(name, marks=() if name in OFTEN else pytest.mark.soak) for name in SERVERS])
def any_server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """One of the test's own, to be killed."""
    with running(SERVERS[request.param]()) as server:
        yield server


def test_all_that_people_do(story: Story) -> None:
    fill(story)
    before = in_index(story)
    with away(story):
        changes, job = do_everything(story)
        expected = after_everything(before)
        assert in_index(story) == expected
    settle(story)
    assert in_index(story) == on_server(story) == expected
    with away(story):
        undone = [actions.undo(story.account.pk, some) for some in reversed(changes)]
        assert set(undone) == {actions.Undone.ALL}
        assert whole.undo(story.account.pk, job.pk)
        expected |= {name: before[name] for name in ("INBOX", "Lists", "Archive", "Junk", "Sent")}
        inbox = {name: flags for name, flags in before["INBOX"].items() if name != "delete"}
        inbox["junk"] = {"$NotJunk"}  # so that the server's filter learns of its mistake, too
        expected |= {"INBOX": inbox, "Trash": {}, "Snoozed": {}}
        assert in_index(story) == expected
    settle(story)
    assert in_index(story) == on_server(story) == expected
    assert not Notice.objects.exists()


def fill(story: Story) -> None:
    """A message in the inbox for each act, and folders."""
    for name in ("Lists", "Plans", "Plans/Old", "Rest"):
        story.phone.create_mailbox(name)
    for subject, act in ACTS.items():
        letter(story, "INBOX", subject, act.before)
    for box in ("Lists", "Trash", "Plans"):
        for number in range(3):
            letter(story, box, f"{box} {number}")
    letter(story, "Plans/Old", "old")
    story.sync()


def letter(story: Story, box: str, subject: str, flags: Any = ()) -> None:
    raw = plain(subject, message_id=f"{subject.replace(' ', '')}@down.example")
    story.phone.append(box, raw, sorted(flags))


def do_everything(story: Story) -> tuple[list[list[int]], Job]:
    """What can be undone of it; and the job that can."""
    account = story.account.pk

    def box(name: str) -> int:
        return story.mailbox(name).pk

    whole.begin(account, box("Trash"), Job.Kind.EMPTY)
    job = whole.begin(account, box("Lists"), Job.Kind.READ)
    keys = dict(Message.objects.filter(account=account).values_list("subject", "pk"))
    changes = {subject: act.do(account, keys[subject], box) for subject, act in ACTS.items()}
    if isinstance(story.server, Courier):  # gives what it renames new UIDs: what is deleted then is unknown mail
        folders.delete(account, box("Plans/Old"))
    folders.rename(account, box("Plans"), "Schemes")
    fresh = folders.create(account, "Fresh", box("Schemes"))
    folders.rename(account, fresh, "Fresher")
    if not isinstance(story.server, Courier):
        folders.delete(account, box("Schemes/Old"))
    folders.move(account, box("Rest"), box("Schemes"))
    return [some for subject, some in changes.items() if subject != "delete"], job


def after_everything(before: Places) -> Places:
    after = {name: dict(held) for name, held in before.items() if name not in {"Plans", "Plans/Old", "Rest"}}
    after |= {"Schemes": before["Plans"], "Schemes/Fresher": {}, "Schemes/Rest": {}, "Snoozed": {}, "Trash": {}}
    after |= {"INBOX": {}, "Lists": {subject: {"\\Seen"} for subject in before["Lists"]}}
    for subject, act in ACTS.items():
        for name, flags in act.after.items():
            after[name][subject] = flags
    return after


@contextlib.contextmanager
def away(story: Story) -> Iterator[None]:
    """The server is killed, and back at the end."""
    story.server.kill()
    yield
    with pytest.raises(ServerUnreachable):
        story.sync()
    story.server.restart()
    story.phone = story.server.client(story.user)


def settle(story: Story) -> None:
    for _ in range(4):  # what was moved on before it had a UID takes one more for each time
        replay_again(story)
    assert nothing_is_owed(story)
    story.assert_equal()


def in_index(story: Story) -> Places:
    found: Places = {}
    for box in Mailbox.objects.filter(account=story.account, leaving=False, selectable=True):
        rows = Entry.objects.filter(mailbox=box, expunged=False).values_list("message__subject", *FLAG_COLUMNS)
        name = box.name.removeprefix(story.server.prefix).replace(story.server.delimiter, "/")
        found[name] = {subject: set(FlagValues.of_columns(*columns).flags()) for subject, *columns in rows}
        assert len(found[name]) == len(rows) == box.total
        assert sum("\\Seen" not in flags for flags in found[name].values()) == box.unread
    return found


def on_server(story: Story) -> Places:
    """What the phone sees."""
    found: Places = {}
    for name in in_index(story):
        story.phone.select(name)
        held = {
            story.phone.raw(name, uid).split(b"Subject: ")[1].split(b"\r\n")[0].decode(): flags
            for uid, flags in (story.phone.flags(name) if story.phone.uids(name) else {}).items()
        }
        assert len(held) == len(story.phone.uids(name))
        found[name] = held
    return found
