"""Mailboxes are made where the server keeps one's own, and those of others are shown for what they are."""

from collections.abc import Callable, Iterator

import pytest

from imapbridge.errors import Unsafe
from imapbridge.models import Mailbox
from imapbridge.sync.bulk import connect
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import plain
from tests.servers.mail_server import MailServer
from tests.servers.process import running

pytestmark = [pytest.mark.servers, pytest.mark.database]

PUBLIC = """
namespace public {
  type = public
  separator = /
  prefix = Public/
  location = maildir:~/../public
  list = yes
  subscriptions = no
}
"""


@pytest.fixture(scope="module")
def with_public_mailboxes() -> Iterator[Dovecot]:
    with running(Dovecot(options=Options(capability="IMAP4rev1 NAMESPACE", extra=PUBLIC))) as server:
        yield server


def test_a_mailbox_is_made_among_one_s_own(story: Story) -> None:
    connection = connect(story.account.pk)
    session = connection.session
    try:
        raw_name = connection.run(session.create_own(["Co-op", "Lease"]), timeout=30)
        delimiter = story.server.delimiter
        with pytest.raises(Unsafe):
            connection.run(session.create_own([f"Co{delimiter}op"]), timeout=30)
    finally:
        connection.close()
    assert raw_name.decode() == story.server.path("Co-op/Lease")
    story.server.append(story.user, "Co-op/Lease", plain("Filed", message_id="filed@x"))
    story.sync()
    assert story.mailbox("Co-op/Lease").total == 1
    story.assert_equal()


def test_what_others_share_is_shown_and_never_taken_for_one_s_own(
    begin: Callable[[MailServer], Story], with_public_mailboxes: Dovecot
) -> None:
    story = begin(with_public_mailboxes)
    story.phone.create_mailbox("Public/Starred")
    story.server.append(story.user, "Public/Starred", plain("For all", message_id="all@x"))
    story.sync()
    shared = story.mailbox("Public/Starred")
    assert (shared.special_use, shared.selectable, shared.total) == ("", True, 1)
    story.phone.create_mailbox("Starred")
    story.sync()
    assert story.mailbox("Starred").special_use == "flagged"
    assert Mailbox.objects.filter(account=story.account, special_use="flagged").count() == 1
    story.assert_equal()
