"""Moves, copies and filings that are cut in the middle, by the network or by SIGKILL: nothing is lost or doubled."""

import re
from collections.abc import Callable

import pytest

from imapbridge import actions, events
from imapbridge.actions import whole
from imapbridge.errors import MailError
from imapbridge.models import Job, Message, Notice, PendingChange
from imapbridge.models.change import filing_folder
from tests.imapbridge.sync import test_filing
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_faults import Worker
from tests.imapbridge.sync.test_filing import letters, move, nothing_is_owed, on_server, replay_again, subjects
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import plain
from tests.servers.process import running
from tests.servers.proxy import Proxy, Trap

pytestmark = [pytest.mark.servers, pytest.mark.database]

CAPABILITIES = {
    "everything": "",
    "without MOVE": "IMAP4rev1 SASL-IR LITERAL+ ENABLE CONDSTORE UIDPLUS SPECIAL-USE",
    "bare": "IMAP4rev1",
}
TOLD = rb"\[(COPYUID|APPENDUID) [^\]]*\]"
"""Dovecot says these whatever it offers."""


IN_SOAK = {"without MOVE"}
"""What lies between the richest and the poorest, for the time that it takes."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.soak if name in IN_SOAK else ()) for name in CAPABILITIES],
)
def options(request: pytest.FixtureRequest) -> Options:
    return Options(capability=CAPABILITIES[request.param], plaintext=True)


@pytest.fixture
def story(proxied: Story, proxy: Proxy, options: Options) -> Story:
    if options.capability == CAPABILITIES["bare"]:
        proxy.hides = re.compile(TOLD)
    return proxied


def after_the_fault(story: Story, proxy: Proxy) -> None:
    proxy.disarm()
    replay_again(story)
    replay_again(story)
    assert nothing_is_owed(story)
    story.assert_equal()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("is_done", [True, False], ids=["the server has it", "the server has it not"])
@pytest.mark.parametrize("where", [b"UID MOVE", b"UID COPY", b"UID STORE", b"EXPUNGE\r\n", b"UID EXPUNGE", b"STATUS"])
def test_a_move_is_cut(story: Story, proxy: Proxy, where: bytes, is_done: bool) -> None:
    messages = letters(story)
    move(story, messages[:2], "INBOX", "Archive")
    trap = proxy.arm(Trap(where, cut=True, at_command=not is_done))
    try:
        story.sync()
    except MailError:
        assert trap.sprung.is_set()
    after_the_fault(story, proxy)
    assert on_server(story, "INBOX") == subjects(story.mailbox()) == ["2", "3"]
    assert on_server(story, "Archive") == subjects(story.mailbox("Archive")) == ["0", "1"]


@pytest.mark.parametrize("is_done", [True, False], ids=["the server has it", "the server has it not"])
@pytest.mark.parametrize("where", [b"UID COPY", b"Subject: Letter 9", b"STATUS"])
def test_a_copy_and_a_filing_are_cut(story: Story, proxy: Proxy, where: bytes, is_done: bool) -> None:
    messages = letters(story)
    actions.copy(story.account.pk, messages[:2], story.mailbox().pk, story.mailbox("Archive").pk)
    actions.append(story.account.pk, story.mailbox("Archive").pk, plain("Letter 9", message_id="9@filing.example"))
    trap = proxy.arm(Trap(where, cut=True, at_command=not is_done))
    try:
        story.sync()
    except MailError:
        assert trap.sprung.is_set()
    after_the_fault(story, proxy)
    assert on_server(story, "INBOX") == subjects(story.mailbox()) == ["0", "1", "2", "3"]
    assert on_server(story, "Archive") == subjects(story.mailbox("Archive")) == ["0", "1", "9"]


@pytest.mark.parametrize("is_done", [True, False], ids=["the server has it", "the server has it not"])
@pytest.mark.parametrize("where", [b"UID MOVE", b"UID COPY", b"UID STORE", b"EXPUNGE"])
def test_a_worker_is_killed_while_it_moves(story: Story, proxy: Proxy, where: bytes, is_done: bool) -> None:
    if where == b"UID MOVE" and "MOVE" not in (story.server.options.capability or "MOVE"):  # type: ignore[attr-defined]
        pytest.skip("it is not sent there")
    if where != b"UID MOVE" and not story.server.options.capability:  # type: ignore[attr-defined]
        pytest.skip("it is not sent there")
    messages = letters(story)
    move(story, messages[:2], "INBOX", "Archive")
    actions.set_flagged(story.account.pk, messages[:1], flagged=True)
    trap = proxy.arm(Trap(where, at_command=not is_done))
    worker = Worker(story)
    trap.wait()
    worker.kill()
    after_the_fault(story, proxy)
    assert on_server(story, "INBOX") == subjects(story.mailbox()) == ["2", "3"]
    assert on_server(story, "Archive") == subjects(story.mailbox("Archive")) == ["0", "1"]
    assert sorted(map(sorted, story.phone.flags("Archive").values())) == [[], ["\\Flagged"]]


def test_what_is_done_to_a_message_on_its_way_where_nobody_tells_its_uid(story: Story) -> None:
    test_filing.test_what_is_done_to_a_message_on_its_way(story)


@pytest.mark.parametrize("replayed", [False, True])
def test_undo_where_nobody_tells_the_uids(story: Story, replayed: bool) -> None:
    test_filing.test_undo(story, replayed)


def test_deleted_messages_of_others_are_left_alone(story: Story) -> None:
    """Without UIDPLUS, EXPUNGE takes what anybody has deleted: ours waits, unseen, until there is nothing else."""
    messages = letters(story)
    [theirs] = story.phone.uids("INBOX", "SUBJECT 3")
    story.phone.flag("INBOX", [theirs], "\\Deleted")
    move(story, messages[:1], "INBOX", "Archive")
    actions.delete_forever(story.account.pk, messages[1:2], story.mailbox().pk)
    story.sync()
    story.sync()
    assert "3" in on_server(story, "INBOX")
    assert subjects(story.mailbox()) == ["2", "3"]
    assert on_server(story, "Archive") == subjects(story.mailbox("Archive")) == ["0"]
    story.assert_equal()
    actions.set_seen(story.account.pk, messages[2:3], seen=True)
    story.phone.flag("INBOX", [theirs], "\\Deleted", add=False)
    replay_again(story)
    assert nothing_is_owed(story)
    story.assert_equal()
    assert on_server(story, "INBOX") == ["2", "3"]


@pytest.mark.parametrize("size", [600_000])
def test_no_room_left(begin: Callable[[Dovecot], Story], monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 3)
    with running(Dovecot(options=Options(quota="1M"))) as server:
        story = begin(server)
        letter = plain("Letter 0", message_id="0@filing.example")
        story.server.append(story.user, "INBOX", letter + b"x" * 70 + b"\r\n" * (size // 2))
        story.sync()
        [message] = Message.objects.values_list("pk", flat=True)
        actions.copy(story.account.pk, [message], story.mailbox().pk, story.mailbox("Archive").pk)
        assert subjects(story.mailbox("Archive")) == ["0"]
        story.sync()
        assert subjects(story.mailbox("Archive")) == on_server(story, "Archive") == []
        told = Notice.objects.get()
        assert (told.kind, told.code, told.subject, told.target) == ("copy", "over-quota", "Letter 0", "Archive")
        assert not PendingChange.objects.exists()
        story.assert_equal()
        _who_has_the_octets_is_told(story, letter + b"x" * 70 + b"\r\n" * (size // 2))
        Notice.objects.all().delete()
        _a_job_ends_where_it_is_full(begin(server))


def _a_job_ends_where_it_is_full(story: Story) -> None:
    for number in range(8):
        letter = plain(f"Letter {number}", message_id=f"{number}@filing.example")
        story.server.append(story.user, "INBOX", letter + b"\r\n" * 40_000)
    story.sync()
    archive = story.mailbox("Archive")
    job = whole.begin(story.account.pk, story.mailbox().pk, Job.Kind.COPY, target=archive.pk, by_message=True)
    story.sync()
    assert whole.go_on(job.pk, 3)
    story.sync()
    assert not whole.go_on(job.pk, 3), "there is no room for the others either"
    assert len(on_server(story, "Archive")) == len(subjects(archive)) == 3
    assert Notice.objects.get().code == "over-quota" and nothing_is_owed(story)
    inverse = whole.undo(story.account.pk, job.pk)
    assert inverse
    whole.go_on(inverse.pk)
    story.sync()
    assert on_server(story, "Archive") == subjects(archive) == []
    story.assert_equal()


def _who_has_the_octets_is_told(story: Story, letter: bytes) -> None:
    """And then nobody else is."""
    kept: list[tuple[str, str]] = []

    def keep(sender: object, change: PendingChange, code: str, **_kwargs: object) -> bool:
        kept.append((change.mailbox.name, code))
        return True

    others = set(filing_folder().iterdir())
    events.not_filed.connect(keep)
    try:
        path = filing_folder().parent / "letter"
        path.write_bytes(letter)
        actions.append_file(story.account.pk, story.mailbox("Sent").pk, path)
        story.sync()
    finally:
        events.not_filed.disconnect(keep)
    assert path.read_bytes() == letter and set(filing_folder().iterdir()) == others
    assert kept == [("Sent", "over-quota")] and Notice.objects.count() == 1
    assert subjects(story.mailbox("Sent")) == [] and not PendingChange.objects.exists()
    story.assert_equal()
