"""`verifyindex` sees whatever is wrong: the index is broken in each way, by hand, and must be told of as it is."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import F

from imapbridge.models import Entry, Mailbox, MailboxThread
from imapbridge.sync.verify import differences
from tests import factories
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.letters import plain

pytestmark = [pytest.mark.servers, pytest.mark.database]


def _inbox() -> Mailbox:
    return Mailbox.objects.get(name="INBOX")


def _first() -> Entry:
    return Entry.objects.filter(mailbox=_inbox()).order_by("uid")[0]


def _change(**values: object) -> Callable[[], object]:
    return lambda: Entry.objects.filter(pk=_first().pk).update(**values)


def _change_inbox(**values: object) -> Callable[[], object]:
    return lambda: Mailbox.objects.filter(pk=_inbox().pk).update(**values)


def _other_content() -> None:
    one, two = Entry.objects.filter(mailbox=_inbox()).order_by("uid")[:2]
    Entry.objects.filter(pk=one.pk).update(message=two.message_id)
    Entry.objects.filter(pk=two.pk).update(message=one.message_id)


def _rows(**values: object) -> Callable[[], object]:
    """The list's row of the first message, whose conversation has no other."""
    return lambda: MailboxThread.objects.filter(mailbox=_inbox(), thread=_first().thread).update(**values)


BREAKS: dict[str, tuple[Callable[[], object], list[str]]] = {
    "nothing": (lambda: None, []),
    "a flag": (
        _change(flagged=True),
        [
            "'INBOX' uid 1: () on the server, (\\Flagged) in the index",
            "counts 3/3/0 in the list, 3/3/1 in the index",
        ],
    ),
    "a keyword": (_change(keywords=["fair"]), ["'INBOX' uid 1: () on the server, (fair) in the index"]),
    "a message that is not there": (
        _change(uid=77),
        ["'INBOX' uid 1: on the server only", "'INBOX' uid 77: in the index only"],
    ),
    "other content": (_other_content, ["'INBOX' uid 1: ", "'INBOX' uid 2: "]),
    "a tombstone of what lives": (
        _change(expunged=True),
        ["uid 1: on the server only", "counts 3/3 on the screen, 2/2 in the index", "counts 3/3/0 in the list, 2/2/0"],
    ),
    "the total": (_change_inbox(total=9), ["'INBOX': counts 9/3 on the screen, 3/3 in the index"]),
    "the unread": (_change_inbox(unread=0), ["'INBOX': counts 3/0 on the screen, 3/3 in the index"]),
    "the list's count": (_rows(count=2), ["'INBOX': counts 4/3/0 in the list, 3/3/0 in the index"]),
    "the list's stars": (_rows(flagged=1), ["'INBOX': counts 3/3/1 in the list, 3/3/0 in the index"]),
    "the list's unread": (_rows(unread=0), ["'INBOX': counts 3/2/0 in the list, 3/3/0 in the index"]),
    "a conversation's number": (_rows(whole=2), ["'INBOX': a conversation of 1 messages is listed with 2"]),
    "a conversation's people": (_rows(senders=[["", "x@x.example"]]), ["'INBOX': a conversation of 1 messages "]),
    "a row of the list": (
        lambda: MailboxThread.objects.filter(mailbox=_inbox()).delete(),
        ["'INBOX': counts 0/0/0 in the list, 3/3/0 in the index"],
    ),
    "UIDVALIDITY": (_change_inbox(uid_validity=F("uid_validity") + 1), ["'INBOX': UIDVALIDITY "]),
    "half a first sync": (_change_inbox(lowest_uid=2), ["'INBOX': its first sync is not complete"]),
    "a mailbox that opens": (_change_inbox(selectable=False), ["'INBOX': whether it can be opened"]),
    "a mailbox too few": (
        lambda: Mailbox.objects.filter(name="Archive").delete(),
        ["mailbox 'Archive': on the server only"],
    ),
    "a mailbox too many": (
        lambda: factories.mailbox(_inbox().account, "Ghost"),
        ["mailbox 'Ghost': in the index only"],
    ),
}


@pytest.fixture
def told(begin: Callable[[Dovecot], Story], dovecot: Dovecot) -> Callable[[Callable[[], object]], list[str]]:
    """What `verifyindex` says when the index was broken so; afterwards the index is whole again."""
    story = begin(dovecot)
    for number in range(3):
        story.server.append(story.user, "INBOX", plain(f"Number {'x' * number}", message_id=f"{number}@x"))
    story.sync()

    def told(break_it: Callable[[], object]) -> list[str]:
        with transaction.atomic():
            break_it()
            found = list(differences(story.account))
            transaction.set_rollback(True)
        return found

    return told


def test_it_sees_what_is_wrong(told: Callable[[Callable[[], object]], list[str]]) -> None:
    """One story for all, for each would take a sign-in and a sync."""
    for name, (break_it, expected) in BREAKS.items():
        lines = told(break_it)
        assert len(lines) == len(expected), (name, lines)
        assert all(words in line for words, line in zip(expected, lines, strict=True)), (name, lines)
