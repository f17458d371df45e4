"""What a delta costs, in commands to the mail server and in statements to the database: counted, not timed."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imapbridge.models import Entry
from imapbridge.sync import account as syncing
from imapbridge.sync.bulk import bulk
from imapbridge.sync.mailbox import delta
from imapbridge.sync.plan import AT_ONCE
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import running
from tests.servers.mail_server import MailServer


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with running(Dovecot()) as server:
        yield server


@pytest.fixture
def filled(begin: Callable[[MailServer], Story], dovecot: Dovecot) -> Story:
    """300 messages in INBOX, all in the index."""
    story = begin(dovecot)
    dovecot.fill(story.user, "INBOX", 300)
    story.sync()
    return story


def cost(story: Story) -> tuple[list[bytes], list[str]]:
    """Bring INBOX up to date, its STATUS being known. Returns what was sent, piece by piece, and the statements."""
    with bulk(story.account.pk) as turn:
        [(mailbox, status)] = [
            (box, said) for box, said in syncing._listed(turn.connection, story.account.pk) if box.name == "INBOX"
        ]
        mailbox.account = story.account
        sent: list[bytes] = []
        send = turn.connection._send
        turn.connection._send = lambda data, deadline: (sent.append(data), send(data, deadline))[1]
        with CaptureQueriesContext(connection) as queries:
            delta(turn.connection, mailbox, status=status)
        return [*filter(None, sent)], [query["sql"] for query in queries.captured_queries]


@pytest.mark.parametrize(
    ("flagged", "deleted", "new", "statements"), [(1, 0, 0, 16), (60, 30, 0, 20), (0, 0, 10, 25), (60, 30, 10, 34)]
)
def test_whatever_changed_comes_with_the_opening(
    filled: Story, dovecot: Dovecot, flagged: int, deleted: int, new: int, statements: int
) -> None:
    uids = filled.phone.uids("INBOX")
    if flagged:
        filled.phone.flag("INBOX", uids[10 : 10 + flagged], "later")
    if deleted:
        filled.phone.delete("INBOX", uids[-deleted:])
    if new:
        dovecot.fill(filled.user, "INBOX", new, seed=7)
    sent, said = cost(filled)
    assert len(sent) == 1, "one round trip"
    assert len(said) <= statements
    assert Entry.objects.filter(mailbox=filled.mailbox(), keywords=["later"], expunged=False).count() == flagged
    assert filled.mailbox().total == 300 - deleted + new
    filled.assert_equal()


def test_much_new_mail_comes_in_windows(filled: Story, dovecot: Dovecot) -> None:
    dovecot.fill(filled.user, "INBOX", AT_ONCE + 1, seed=7)
    sent, _said = cost(filled)
    assert len(sent) == 2
    filled.assert_equal()


def test_nothing_is_written_of_what_did_not_change(filled: Story) -> None:
    """Not even that it was looked at: a mailbox list that says the same is read, and no more."""
    filled.sync()
    with bulk(filled.account.pk) as turn, CaptureQueriesContext(connection) as queries:
        syncing._sync(turn, filled.account)
    written = [query["sql"] for query in queries.captured_queries if query["sql"].split()[0] in ("UPDATE", "DELETE")]
    assert written == []
