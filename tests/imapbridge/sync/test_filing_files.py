"""Messages that lie in a file: filed as they are, once, by either driver, and listed before and after alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imapbridge import actions
from imapbridge.models import Entry, Mailbox, Message, Notice, PendingChange
from imapbridge.models.change import filing_folder
from imapbridge.sync import account, sweep
from imapbridge.sync.content import MESSAGE_COLUMNS
from tests.imapbridge.sync.conftest import Story
from tests.servers.dovecot import Dovecot
from tests.servers.letters import with_attachment

pytestmark = pytest.mark.servers


@pytest.fixture
def story(begin: Callable[[Any], Story], dovecot: Dovecot) -> Story:
    made = begin(dovecot)
    made.sync()
    return made


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter"
    path.write_bytes(with_attachment(700_000))
    return path


def file(story: Story, letter: Path) -> int:
    return actions.append_file(story.account.pk, story.mailbox("Sent").pk, letter, ["\\Seen"])


def on_server(story: Story) -> list[bytes]:
    return [story.phone.raw("Sent", uid) for uid in story.phone.uids("Sent")]


def columns() -> list[Any]:
    """But for the structure, of whose sizes each server has its own idea."""
    return list(Message.objects.values_list(*(name for name in MESSAGE_COLUMNS if name != "structure")))


def test_by_the_worker(story: Story, letter: Path) -> None:
    raw = letter.read_bytes()
    kept = filing_folder() / PendingChange.objects.get(pk=file(story, letter)).file
    letter.unlink()
    before = columns()
    story.sync()
    assert on_server(story) == [raw]
    assert not kept.exists()
    Message.objects.all().delete()
    Mailbox.objects.filter(pk=story.mailbox("Sent").pk).update(lowest_uid=None, uid_validity=None)
    story.sync()
    assert columns() == before
    story.assert_equal()


def test_by_the_bridge(story: Story, letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "LONGEST", 0.0)
    file(story, letter)
    story.sync()
    assert on_server(story) == []  # too long for a worker
    PendingChange.objects.update(not_before=None)
    story.replay()
    assert on_server(story) == [letter.read_bytes()]


def test_once_though_no_answer_came(story: Story, letter: Path) -> None:
    change = file(story, letter)
    PendingChange.objects.filter(pk=change).update(step="copying", target_from=1)
    story.phone.append("Sent", letter.read_bytes())
    story.sync()
    assert len(on_server(story)) == 1
    assert Entry.objects.filter(mailbox=story.mailbox("Sent"), expunged=False).count() == 1


def test_octets_that_are_gone_are_told(story: Story, letter: Path) -> None:
    change = file(story, letter)
    (filing_folder() / PendingChange.objects.get(pk=change).file).unlink()
    story.sync()
    assert not PendingChange.objects.filter(confirmed_at=None).exists()
    assert Notice.objects.get().kind == "append"


def test_a_file_that_nobody_owes_is_swept(story: Story, letter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = PendingChange.objects.get(pk=file(story, letter))
    (filing_folder() / "stray").touch()
    monkeypatch.setattr(sweep, "ORPHANED", -10)
    sweep.sweep()
    assert [path.name for path in filing_folder().iterdir()] == [change.file]
