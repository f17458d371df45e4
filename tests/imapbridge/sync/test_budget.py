"""What a delta costs, in commands to the mail server and in statements to the database: counted, not timed."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imapbridge.models import Entry
from imapbridge.sync.bulk import bulk
from imapbridge.sync.mailbox import delta
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


def cost(story: Story) -> tuple[int, list[str]]:
    """Bring INBOX up to date. Returns how many commands it took, and the statements."""
    with bulk(story.account.pk) as turn, CaptureQueriesContext(connection) as queries:
        mailbox, session = story.mailbox(), turn.connection.session
        before = session._tags
        delta(turn.connection, mailbox)
        return session._tags - before, [query["sql"] for query in queries.captured_queries]


@pytest.mark.parametrize(("flagged", "deleted", "commands", "statements"), [(1, 0, 1, 23), (60, 30, 1, 26)])
def test_flags_and_vanished_come_with_the_opening(
    filled: Story, flagged: int, deleted: int, commands: int, statements: int
) -> None:
    uids = filled.phone.uids("INBOX")
    filled.phone.flag("INBOX", uids[10 : 10 + flagged], "later")
    if deleted:
        filled.phone.delete("INBOX", uids[-deleted:])
    asked, said = cost(filled)
    assert asked == commands
    assert len(said) <= statements
    assert Entry.objects.filter(mailbox=filled.mailbox(), keywords=["later"], expunged=False).count() == flagged
    filled.assert_equal()


def test_new_mail_is_one_command_more(filled: Story, dovecot: Dovecot) -> None:
    dovecot.fill(filled.user, "INBOX", 10, seed=7)
    asked, said = cost(filled)
    assert asked == 2
    assert len(said) <= 27
    filled.assert_equal()
