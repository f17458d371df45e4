"""Workers are killed in the middle of a job, and the mail server is away meanwhile: the same comes of it as without."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from imapbridge.actions import whole
from imapbridge.errors import ServerUnreachable
from imapbridge.models import Entry, Job
from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.test_filing import nothing_is_owed, replay_again
from tests.servers.dovecot import Dovecot
from tests.servers.process import running
from tests.servers.whimbrel import Whimbrel

pytestmark = [pytest.mark.servers, pytest.mark.database]

CHUNK = 60
MANY = int(os.environ.get("SOAK_MESSAGES", "20000"))


def killed_in_chunk(job: Job, nth: int) -> None:
    """A worker that dies by SIGKILL when it has written its `nth` chunk and has not committed it."""
    connections.close_all()  # no process may use, or close, what another has opened
    worker = multiprocessing.get_context("fork").Process(target=_die_in_chunk, args=(job.pk, nth), daemon=True)
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL


def _die_in_chunk(job: int, nth: int) -> None:
    left, do_next = nth, whole._next

    def then_die(job: Job, most: int) -> bool:
        nonlocal left
        more, left = do_next(job, most), left - 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return more

    whole._next = then_die
    while whole.go_on(job, CHUNK):
        pass


def held(story: Story, name: str) -> list[int]:
    """The messages that the index has there, which `assert_equal` compares with the server's."""
    return sorted(one.message_id for one in Entry.objects.filter(mailbox=story.mailbox(name), expunged=False))


def test_a_worker_is_killed_in_a_job_while_the_server_is_away(
    begin: Callable[[Dovecot], Story], own_dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "AT_ONCE", 20)
    story = begin(own_dovecot)
    story.server.fill(story.user, "INBOX", 250)
    with story.server.client(story.user) as client:
        client.create_mailbox("Lease")
    story.sync()
    before = held(story, "INBOX")
    story.server.kill()
    job = whole.begin(story.account.pk, story.mailbox().pk, Job.Kind.MOVE, target=story.mailbox("Lease").pk)
    begun = job.done
    whole.count(job)
    killed_in_chunk(job, nth=2)
    job.refresh_from_db()
    assert 0 < begun < job.done < job.total and job.finished_at is None
    left = len(held(story, "INBOX"))
    assert 250 - 2 * CHUNK < left < 250 - whole.AT_ONCE, "one chunk is kept, and one lost"
    with pytest.raises(ServerUnreachable):
        story.sync()
    assert [one.pk for one in whole.take_up(timezone.now(), timedelta(0))] == [job.pk]
    while whole.go_on(job.pk, CHUNK):
        pass
    job.refresh_from_db()
    assert job.done == job.total and not Entry.objects.filter(mailbox=story.mailbox(), expunged=False).exists()
    story.server.restart()
    replay_again(story)
    replay_again(story)
    assert held(story, "Lease") == before and held(story, "INBOX") == []
    assert nothing_is_owed(story)
    story.assert_equal()
    inverse = whole.undo(story.account.pk, job.pk)
    assert inverse
    killed_in_chunk(inverse, nth=2)
    story.sync()
    while whole.go_on(inverse.pk):
        pass
    for _ in range(2):
        replay_again(story)
    assert held(story, "INBOX") == before and held(story, "Lease") == []
    assert nothing_is_owed(story)
    story.assert_equal()


@pytest.mark.soak
def test_the_product_moves_a_folder_while_its_worker_is_killed_again_and_again() -> None:
    with running(Dovecot()) as dovecot, running(Whimbrel(dovecot)) as product:
        user = dovecot.user()
        dovecot.fill(user, "INBOX", MANY)
        with dovecot.client(user) as client:
            client.create_mailbox("Lease")
            before = len(client.uids("INBOX"))
        with product.visitor(user) as visitor:
            product.wait_until_synced(user, deadline=600)
            boxes = {str(name): key for key, name in product.rows("SELECT id, name FROM imapbridge_mailbox")}
            fields = {"do": "move", "all": "1", "to": str(boxes["Lease"])}
            visitor.get(f"/mailbox/{boxes['INBOX']}/")
            address = f"/mailbox/{boxes['INBOX']}/act?in={boxes['INBOX']}"
            assert visitor.post(address, fields, {"X-Requested-With": "fetch"}).status == 200
        for part in (4, 2):
            product.wait_until(partial(_has_done, product, 1 / part), "a part of it", deadline=600)
            product.processes["worker"].kill()
            product.revive()
        product.wait_until(partial(_has_done, product, 1), "all of it", deadline=900)
        with dovecot.client(user) as client:
            product.wait_until(lambda: len(client.uids("Lease")) == before, "all of it on the server", deadline=900)
            assert client.uids("INBOX") == []
        assert "0 differences" in product.manage("verifyindex", user.address)


def _has_done(product: Whimbrel, part: float) -> bool:
    """Whether the job is through with that part of the conversations, once these are counted."""
    done, total = product.rows("SELECT done, total FROM imapbridge_job")[0]
    return bool(total and done >= part * total)
