"""How much room there is, is asked when mail has changed, and not at every change."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from imapbridge.models import Mirror
from imapbridge.wire.mailboxes import Mailboxes
from imapbridge.wire.responses import Quota
from imapbridge.wire.state import Exchange
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import with_attachment
from tests.servers.mail_server import MailServer
from tests.servers.process import running

pytestmark = [pytest.mark.servers, pytest.mark.database]


def test_a_change_is_asked_about_once_a_while_and_never_forgotten(
    begin: Callable[[MailServer], Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    ask = Mailboxes.quota

    def counted(session: Mailboxes, raw_name: bytes = b"INBOX") -> Exchange[list[Quota]]:
        asked.append(raw_name)
        return ask(session, raw_name)

    monkeypatch.setattr(Mailboxes, "quota", counted)
    with running(Dovecot(options=Options(quota="3M"))) as server:
        story = begin(server)
        for _ in range(3):
            story.server.append(story.user, "INBOX", with_attachment(300_000))
            story.sync()
        assert len(asked) == 1
        used = Mirror.objects.get(account=story.account).quota_used or 0
        cache.delete(f"quota-asked:{story.account.pk}")  # some minutes later
        for _ in range(2):
            story.sync()
        assert len(asked) == 2
        assert (Mirror.objects.get(account=story.account).quota_used or 0) > used + 500_000
        cache.delete(f"quota-asked:{story.account.pk}")
        story.sync()
        assert len(asked) == 2, "nothing has changed since"
