"""`syncmail`, `rebuildindex` and `verifyindex`, typed as an operator types them."""

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from imapbridge import actions, client
from imapbridge.actions import whole
from imapbridge.errors import ServerMisbehaved
from imapbridge.models import Entry, Job, Mailbox, Message, PendingChange
from imapbridge.sync import parking
from imapbridge.sync.parking import LIMITS, Fault
from tests.imapbridge.sync.conftest import Story, begin
from tests.servers.dovecot import Dovecot
from tests.servers.letters import plain

__all__ = ["begin"]

pytestmark = pytest.mark.servers


@pytest.fixture
def story(begin: Callable[[Dovecot], Story], dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    monkeypatch.setattr(client, "replay", lambda _account_id: None)
    level = logging.getLogger("imapbridge").level
    story = begin(dovecot)
    story.server.fill(story.user, "INBOX", 60)
    story.server.append(story.user, "Sent", plain("A secret subject", message_id="one@x"))
    yield story
    logging.getLogger("imapbridge").setLevel(level)


def run(name: str, story: Story, **options: Any) -> str:
    """What it prints. CommandError when it fails."""
    out = io.StringIO()
    call_command(name, story.account.address.upper(), stdout=out, **options)
    return out.getvalue()


def test_syncmail_tells_what_it_does(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    story.phone.create_mailbox("Caf&AOk-")
    said = run("syncmail", story)
    inbox = story.mailbox()
    assert f"mailbox={inbox.pk} INBOX: 60 messages, {inbox.unread} unread, inbox" in said
    assert "Sent: 1 messages, 1 unread, sent" in said
    assert "Café: 0 messages, 0 unread\n" in said
    assert said.endswith(f"{story.account.address} is up to date after 1 turn(s).\n")
    windows = [line for line in caplog.messages if f"mailbox={inbox.pk} plan=backfill" in line]
    assert [line.split()[2:] for line in windows] == [["fetched=50", "lowest_uid=11"], ["fetched=10", "lowest_uid=1"]]
    assert "secret" not in caplog.text


def test_syncmail_names_a_mailbox_that_did_not_open(story: Story) -> None:
    run("syncmail", story)
    for _ in range(LIMITS[Fault.OPENED]):
        parking.failed(Mailbox.objects.get(name="Sent"), Fault.OPENED)
    said = run("syncmail", story)
    assert f"Sent: not synced: {ServerMisbehaved.code}" in said
    assert "up to date but for 1 mailbox(es)" in said


def test_verifyindex_prints_the_differences(story: Story) -> None:
    run("syncmail", story)
    assert run("verifyindex", story) == "0 differences\n"
    Entry.objects.filter(mailbox=story.mailbox(), uid=7).update(draft=True)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verifyindex", story.account.address, stdout=out)
    assert ended.value.code == 1
    line, count = out.getvalue().splitlines()
    assert line.startswith("mailbox 'INBOX' uid 7: ")
    assert count == "1 differences"


def test_rebuildindex_begins_anew(story: Story) -> None:
    run("syncmail", story)
    before = story.mailbox().pk
    Message.objects.update(subject="spoilt", preview="spoilt")
    assert run("rebuildindex", story) == f"The mirror of {story.account.address} is new.\n"
    assert story.mailbox().pk != before
    assert story.mailbox().total == 60
    assert not Message.objects.filter(subject="spoilt").exists()
    story.assert_equal()


def test_rebuildindex_loses_no_change(story: Story) -> None:
    """What a person did and the server has not got is sent first; when it cannot be, nothing is forgotten."""
    run("syncmail", story)
    entry = Entry.objects.filter(mailbox__name="Sent").get()
    actions.set_flagged(story.account.pk, [entry.message_id], flagged=True)
    PendingChange.objects.update(not_before="2999-01-01T00:00:00Z")
    with pytest.raises(CommandError, match="nothing was forgotten"):
        run("rebuildindex", story)
    assert Entry.objects.filter(pk=entry.pk, flagged=True).exists()
    PendingChange.objects.update(not_before=None)
    job = whole.begin(story.account.pk, story.mailbox("Sent").pk, Job.Kind.READ)
    Job.objects.update(finished_at=None)
    with pytest.raises(CommandError, match="nothing was forgotten"):
        run("rebuildindex", story)
    whole.cancel(story.account.pk, job.pk)
    run("rebuildindex", story)
    assert story.phone.flags("Sent") == {entry.uid: {"\\Flagged", "\\Seen"}}
    story.assert_equal()


@pytest.mark.parametrize("name", ["syncmail", "rebuildindex", "verifyindex"])
def test_an_address_that_nobody_has(name: str, story: Story) -> None:
    with pytest.raises(CommandError, match="no account nobody@x here"):
        call_command(name, "nobody@x")


def test_a_failure_is_one_line(story: Story, settings: Any) -> None:
    """A password that was sealed for one server is sent to no other."""
    settings.ENV = replace(settings.ENV, imap_port=1)
    with pytest.raises(CommandError, match=r"^The mail server: sign-in-refused$"):
        run("syncmail", story)
