"""What Celery runs: one-liners with primary keys. Idempotent; may be killed at any line."""

from __future__ import annotations

import logging
import random
import time
from datetime import timedelta
from functools import partial
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.models import MailAccount
from imapbridge import client, ending, meters, presence, queued, redis_link
from imapbridge.actions import leaving, snoozing, whole
from imapbridge.errors import AskPerson, MailError, ServerBusy, TryAgain
from imapbridge.models import Job
from imapbridge.search import catching_up, running
from imapbridge.sync import account, searching, sweep

log = logging.getLogger(__name__)

RETRIES = 5
SHARES = 60
"""In so many turns everybody is synced by the clock: few at a time, for clicks wait meanwhile."""
SHARE = "whimbrel:sync-share"
JOB_TURN = 20.0
"""Seconds after which a worker turns to other work."""
JOB_QUIET = timedelta(seconds=15)
"""So long after its last chunk a job is nobody's: a chunk takes less than one."""
JOB_ASKED = timedelta(minutes=2)
"""So long a job that was taken up waits to be gone on with, and is not asked for again: longer than workers are ever
behind."""
JOB_PAUSE = 0.03
"""Seconds between two chunks, in which whoever waits for the turn gets it: SQLite has them look for it now and then."""
JOB_KEPT = timedelta(hours=1)
LONGEST_PAUSE = 300.0
"""Seconds; far below `visibility_timeout`, after which the broker gives a task that waits to another worker as well."""


def request_sync(account_id: int, queue: str = "fast") -> None:
    """Have the account synced soon: at most one run, and one waiting in each queue.

    What is left of a first sync waits in `bulk`, behind everybody else's; new mail does not wait for it.
    """
    queued.once(account_id, queue, partial(sync_account.apply_async, (account_id,), queue=queue))


@worker_ready.connect
def forget_queued(**_signal: object) -> None:
    """What a worker had taken when it died comes back after minutes. Until then it must not stand for all that is asked
    for, and new mail does not wait for it. A sync that is asked for once too often finds nothing to do."""
    queued.forget()
    sync_everyone.apply_async(expires=60)


@shared_task(bind=True, max_retries=RETRIES)
def sync_account(self: Any, account_id: int) -> None:
    """Bring an account's index up to the server; what is left of a first sync goes on in another turn."""
    queued.taken(account_id, _queue(self))
    try:
        more = account.sync(account_id)
    except MailAccount.DoesNotExist:
        return
    except AskPerson as error:
        log.info("account=%s needs its person: %s", account_id, error.code)
    except TryAgain as error:
        log.info("account=%s later: %s", account_id, error.code)
        _again(self, account_id, error)
    except MailError as error:
        log.warning("account=%s not synced: %s", account_id, error.code)
    else:
        meters.synced(getattr(self.request, "due_at", None))
        if more:
            request_sync(account_id, queue="bulk")
        _make_found(account_id, more=more)
        _prefetch(account_id)


def _make_found(account_id: int, *, more: bool) -> None:
    """New mail is found by search at once. The many of a first sync are, when it is over: it goes first."""
    if catching_up.catch_up(account_id) and not more and cache.add(f"catching-up:{account_id}", 1, int(2 * JOB_TURN)):
        catch_up.apply_async((account_id,), queue="bulk")


@shared_task
def catch_up(account_id: int) -> None:
    """Write the words of messages, batch after batch; after a while others have their turn. Whoever is killed is
    followed by the next sync."""
    until = time.monotonic() + JOB_TURN
    while catching_up.catch_up(account_id):
        if time.monotonic() > until or ending.has_begun():
            cache.set(f"catching-up:{account_id}", 1, int(2 * JOB_TURN))
            catch_up.apply_async((account_id,), queue="bulk")
            return
    cache.delete(f"catching-up:{account_id}")


@shared_task
def search_server(search_id: int) -> None:
    """The second wave of a search."""
    searching.run(search_id)


def _prefetch(account_id: int) -> None:
    """What has come may be opened next."""
    try:
        if settings.ENV.prefetch and presence.is_seen(account_id):
            client.prefetch(account_id)
    except RedisError as error:
        log.info("account=%s nothing fetched beforehand: %s", account_id, type(error).__name__)


def _queue(task: Any) -> str:
    """The one that the task came from."""
    return (task.request.delivery_info or {}).get("routing_key") or "fast"


def _again(task: Any, account_id: int, error: TryAgain) -> None:
    """Later, with a growing pause; unless that is waiting already: while a server is away, all who ask would retry."""
    pause = max(2 ** (task.request.retries + 1), _asked_for(error)) + random.random() * 2  # noqa: S311
    if task.request.retries < RETRIES and cache.add(f"sync-again:{account_id}", 1, int(pause)):
        raise task.retry(countdown=pause) from error


def _asked_for(error: TryAgain) -> float:
    """Seconds that the mail server wants to be left alone. Who is back too early is sent away without asking it."""
    return min(error.wait, LONGEST_PAUSE) if isinstance(error, ServerBusy) else 0.0


def go_on(job: Job) -> None:
    """Have the rest of a job done soon. Where the broker is away, beat asks again."""
    if job.finished_at is None:
        try:
            _ask_for(job)
        except (OperationalError, RedisError) as fault:
            log.warning("job=%s not asked for: %s", job.pk, type(fault).__name__)


def _ask_for(job: Job, **options: Any) -> None:
    do_job.apply_async((job.pk,), {"at": whole.progress(job)}, queue="bulk", **options)


@shared_task
def do_job(job_id: int, at: int | None = None) -> None:
    """Chunk after chunk; after a while others have their turn.

    `at`: how far it was when this was asked for. Who finds it further is one too many: another goes on with it, and
    asks for what is left.
    """
    job = Job.objects.filter(pk=job_id).first()
    if job is None or (at is not None and at != whole.progress(job)):
        return
    until = time.monotonic() + JOB_TURN
    if not whole.count(job):
        return
    while whole.go_on(job_id):
        if time.monotonic() > until or ending.has_begun():
            job.refresh_from_db()
            _ask_for(job)
            return
        time.sleep(JOB_PAUSE)


@shared_task
def resume_jobs() -> None:
    """Those whose worker was killed; and what was done long ago is forgotten."""
    whole.forget(timezone.now() - JOB_KEPT)
    for job in whole.take_up(timezone.now() - JOB_QUIET, JOB_ASKED):
        _ask_for(job, expires=JOB_ASKED.total_seconds())


@shared_task
def wake_snoozed() -> None:
    """What is due comes back to the inbox."""
    snoozing.wake()


@shared_task
def sync_everyone() -> None:
    """Accounts that somebody is signed in to, or have fetched without: mail is there before the page asks."""
    for account_id in _wanted().values_list("pk", flat=True):
        request_sync(account_id)


@shared_task
def sync_some() -> None:
    """The next share of everyone: all at once would keep the new mail of all waiting."""
    share = redis_link.client().incr(SHARE) % SHARES
    for account_id in _wanted().annotate(share=F("pk") % SHARES).filter(share=share).values_list("pk", flat=True):
        request_sync(account_id)


def _wanted() -> QuerySet[MailAccount]:
    wanted = Q(user__sign_ins__expires_at__gt=timezone.now()) | Q(user__preferences__keeps_syncing=True)
    return MailAccount.objects.filter(wanted, refused=False, user__is_active=True).exclude(secret="").distinct()


@shared_task
def expect_mail() -> None:
    """Have the accounts watched whose people are told of new mail while no page is open."""
    live = MailAccount.objects.filter(refused=False, user__sign_ins__expires_at__gt=timezone.now()).exclude(secret="")
    presence.expect(live.filter(user__sign_ins__push__isnull=False).distinct().values_list("pk", flat=True))


@shared_task
def sweep_mirror() -> None:
    """Tombstones, content without a place, cached bodies over the bound, and searches of long ago."""
    sweep.sweep()
    running.forget()
    leaving.sweep()


@shared_task
def sweep_removed() -> None:
    """The texts of accounts that were removed."""
    leaving.sweep()
