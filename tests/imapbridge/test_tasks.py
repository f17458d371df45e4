"""What Celery is asked to do, read from a real broker: how often, in which queue, and when again."""

import base64
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest
import redis
from celery.exceptions import Retry
from celery.signals import worker_ready
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from accounts.models import MailAccount, Preferences
from imapbridge import ending, queued, redis_link, tasks
from imapbridge.actions import chunks, whole
from imapbridge.errors import ServerBusy, ServerUnreachable, SignInRefused
from imapbridge.models import Job
from imapbridge.sync import account as syncing
from tests import factories
from webmail.celery import app

pytestmark = pytest.mark.django_db


class Broker:
    """The queues as the workers see them."""

    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(django_settings.REDIS_URL)
        self.clear()

    def clear(self) -> None:
        self._redis.delete("whimbrel:fast", "whimbrel:bulk")

    def waiting(self, queue: str) -> list[dict[str, Any]]:
        """The first to be taken first: their headers, and `account`."""
        found = []
        for raw in reversed(self._redis.lrange(f"whimbrel:{queue}", 0, -1)):
            message = json.loads(raw)
            arguments, kwargs, *_ = json.loads(base64.b64decode(message["body"]))
            found.append({**message["headers"], "account": next(iter(arguments), 0), "kwargs": kwargs})
        return found

    def accounts(self, queue: str) -> list[int]:
        return [message["account"] for message in self.waiting(queue)]


@pytest.fixture
def broker(settings_redis: object) -> Iterator[Broker]:
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=3)
    broker = Broker()
    yield broker
    broker.clear()


@pytest.fixture
def account() -> MailAccount:
    return factories.person()[1]


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Let the sync end so: by an error, or by saying whether there is more. What it does itself is told in stories."""

    def ends(how: object) -> None:
        def sync(account_id: int) -> object:
            if isinstance(how, Exception):
                raise how
            return how

        monkeypatch.setattr(syncing, "sync", sync)

    return ends


def work(account_id: int, queue: str = "fast", retries: int = 0) -> None:
    """What a worker does with a message from the queue."""
    task = tasks.sync_account
    task.push_request(
        id="x", args=(account_id,), kwargs={}, retries=retries, called_directly=False, is_eager=False,
        delivery_info={"exchange": "", "routing_key": queue},
    )  # fmt: skip
    try:
        task.run(account_id)
    except Retry:
        pass
    finally:
        task.pop_request()


def test_many_who_ask_are_one_that_waits(broker: Broker, account: MailAccount, syncs: Callable[[object], None]) -> None:
    for _ in range(5):
        tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk]
    broker.clear()

    syncs(False)
    work(account.pk)
    tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk], "once it runs, what changes from now on needs another run"


def test_what_a_dead_worker_took_with_it_may_be_asked_for_again(broker: Broker, account: MailAccount) -> None:
    tasks.request_sync(account.pk)
    broker.clear()  # taken, and not begun
    tasks.request_sync(account.pk)
    assert broker.accounts("fast") == []

    worker_ready.send(sender=None)
    assert [message["task"] for message in broker.waiting("fast")] == [tasks.sync_everyone.name]
    broker.clear()
    tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk]


def test_who_is_killed_on_the_way_to_the_queue_keeps_nobody_from_it(broker: Broker, account: MailAccount) -> None:
    child = os.fork()
    if child == 0:
        try:
            redis_link._client.cache_clear()
            queued.once(account.pk, "fast", partial(os._exit, 9))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    for _ in range(2):
        tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk]


def test_nobody_relies_on_a_message_that_another_is_sending_still(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    syncs(False)

    def send() -> None:
        tasks.request_sync(account.pk)
        work(account.pk)
        with pytest.raises(ConnectionError):
            queued.once(account.pk, "fast", never)

    def never() -> None:
        raise ConnectionError

    queued.once(account.pk, "fast", send)
    broker.clear()
    tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk]


def test_a_sync_that_is_taken_before_its_sender_knows_that_it_was_sent(broker: Broker, account: MailAccount) -> None:
    def send() -> None:
        queued.taken(account.pk, "fast")

    queued.once(account.pk, "fast", send)
    tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk]


def test_new_mail_does_not_wait_behind_a_first_sync(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    syncs(True)
    work(account.pk)
    work(account.pk)
    assert broker.accounts("bulk") == [account.pk]
    tasks.request_sync(account.pk)
    assert broker.accounts("fast") == [account.pk]


def test_accounts_take_turns(broker: Broker, account: MailAccount, syncs: Callable[[object], None]) -> None:
    _, other = factories.person("other@example.com")
    tasks.request_sync(account.pk, "bulk")
    tasks.request_sync(other.pk, "bulk")
    syncs(True)
    [first, _] = broker.waiting("bulk")
    broker._redis.rpop("whimbrel:bulk")
    work(first["account"], "bulk")
    assert broker.accounts("bulk") == [other.pk, account.pk]


def test_a_server_that_is_away_is_asked_again_ever_more_seldom(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    syncs(ServerUnreachable("away"))
    pauses = []
    for retries in range(tasks.RETRIES):
        cache.clear()
        broker.clear()
        work(account.pk, retries=retries)
        [again] = broker.waiting("fast")
        assert again["retries"] == retries + 1
        pauses.append(datetime.fromisoformat(again["eta"]) - timezone.now())
    for retries, pause in enumerate(pauses):
        assert timedelta(seconds=2 ** (retries + 1) - 2) < pause <= timedelta(seconds=2 ** (retries + 1) + 2)
    assert len({pause - timedelta(seconds=2 ** (at + 1)) for at, pause in enumerate(pauses)}) > 1, "not all at once"
    broker.clear()
    cache.clear()
    work(account.pk, retries=tasks.RETRIES)
    assert broker.waiting("fast") == [], "the schedule asks again"


def test_a_server_that_asks_for_peace_gets_it(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    busy = ServerBusy("Suggested Backoff Time: 92415 milliseconds")
    busy.wait = 92.415
    syncs(busy)
    work(account.pk)
    [again] = broker.waiting("fast")
    assert datetime.fromisoformat(again["eta"]) - timezone.now() > timedelta(seconds=91)


def test_a_server_that_asks_for_an_hour_keeps_no_task_until_the_broker_gives_it_to_another(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    busy = ServerBusy("Suggested Backoff Time: 3600000 milliseconds")
    busy.wait = 3600.0
    options = cast("dict[str, Any]", django_settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    syncs(busy)
    for retries in range(tasks.RETRIES):
        cache.clear()
        broker.clear()
        work(account.pk, retries=retries)
        [again] = broker.waiting("fast")
        pause = datetime.fromisoformat(again["eta"]) - timezone.now()
        assert pause < timedelta(seconds=options["visibility_timeout"]) * 0.6


def test_while_a_server_is_away_those_who_ask_do_not_add_up(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    syncs(ServerUnreachable("away"))
    for _ in range(5):
        work(account.pk)
    assert len(broker.waiting("fast")) == 1


def test_a_refused_password_is_not_tried_again(
    broker: Broker, account: MailAccount, syncs: Callable[[object], None]
) -> None:
    syncs(SignInRefused("no"))
    work(account.pk)
    assert broker.waiting("fast") == []


def test_an_account_that_is_gone_is_no_fault(broker: Broker) -> None:
    work(4711)
    assert broker.waiting("fast") == []


def test_those_who_are_signed_in_are_synced_by_the_clock(broker: Broker, account: MailAccount) -> None:
    _, away = factories.person("away@example.com", secret="x")
    _, refused = factories.person("refused@example.com", secret="x", refused=True)
    wanting, keeps = factories.person("keeps@example.com", secret="x")
    Preferences.objects.create(user=wanting, keeps_syncing=True)
    MailAccount.objects.filter(pk=account.pk).update(secret="x")
    for each, left in ((account, 60), (account, 90), (refused, 60), (away, -60)):
        each.user.sign_ins.create(
            session_digest=f"{each.pk}{left}", expires_at=timezone.now() + timedelta(seconds=left)
        )
    tasks.sync_everyone()
    assert sorted(broker.accounts("fast")) == [account.pk, keeps.pk]


def test_by_the_clock_they_come_in_turns(broker: Broker) -> None:
    accounts = [factories.person(f"p{number}@example.com", secret="x")[1] for number in range(tasks.SHARES + 1)]
    for each in accounts:
        Preferences.objects.create(user=each.user, keeps_syncing=True)
    shares = []
    for _ in range(tasks.SHARES):
        tasks.sync_some()
        shares.append(len(broker.accounts("fast")))
        broker.clear()
        queued.forget()
    assert sorted(shares) == [*[1] * (tasks.SHARES - 1), 2]
    every = django_settings.CELERY_BEAT_SCHEDULE["sync-some"]
    assert (every["task"], every["schedule"] * tasks.SHARES) == (tasks.sync_some.name, 120)


def test_a_worker_that_is_to_end_hands_a_job_back(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_has_begun", threading.Event())
    inbox = factories.fill_mailbox(factories.person()[1], 700)
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    ending.begin()
    tasks.do_job(job.pk)
    job.refresh_from_db()
    assert job.finished_at is None
    assert broker.accounts("bulk") == [job.pk]


def test_a_job_goes_on_in_the_background_and_is_taken_up_again(broker: Broker) -> None:
    inbox = factories.fill_mailbox(factories.person()[1], 600)
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    tasks.go_on(job)
    assert broker.accounts("bulk") == [job.pk]
    broker.clear()
    tasks.resume_jobs()
    assert broker.accounts("bulk") == [], "somebody is at it"
    Job.objects.update(touched_at=timezone.now() - timedelta(minutes=2))
    tasks.resume_jobs()
    assert broker.accounts("bulk") == [job.pk]
    tasks.resume_jobs()
    assert broker.accounts("bulk") == [job.pk], "it was asked for a moment ago"
    Job.objects.update(touched_at=F("touched_at") - timedelta(minutes=1))
    tasks.resume_jobs()
    assert broker.accounts("bulk") == [job.pk], "workers are behind"
    tasks.do_job(job.pk)
    inbox.refresh_from_db()
    assert inbox.total == 0
    broker.clear()
    job.refresh_from_db()
    tasks.go_on(job)
    assert broker.accounts("bulk") == [], "it is done"
    tasks.do_job(job.pk + 1)  # whose account is gone
    tasks.resume_jobs()
    assert Job.objects.filter(pk=job.pk).exists(), "it may be undone still"
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    tasks.resume_jobs()
    assert not Job.objects.exists()


def test_a_job_gives_way_to_others(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = factories.fill_mailbox(factories.person()[1], 800)
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    monkeypatch.setattr(tasks, "JOB_TURN", -1.0)
    tasks.do_job(job.pk)
    inbox.refresh_from_db()
    assert inbox.total == 800 - whole.AT_ONCE - whole.CHUNK
    assert broker.accounts("bulk") == [job.pk]


def test_one_worker_counts_what_another_copy_of_the_job_finds_uncounted(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = factories.fill_mailbox(factories.person()[1], 300)
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.STAR)
    counting, count = list[Job](), chunks.left

    def left(job: Job, *sign: Callable[[], object]) -> int:
        assert not counting, "another counts as well"
        counting.append(job)
        tasks.do_job(job.pk, at=whole.progress(job))
        assert Job.objects.get().done == whole.AT_ONCE, "nor is it gone on with"
        return count(job, *sign)

    monkeypatch.setattr(chunks, "left", left)
    tasks.do_job(job.pk)
    job.refresh_from_db()
    assert counting
    assert job.finished_at
    assert job.done == job.total == 300


def test_copies_of_a_job_do_not_multiply(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is behind: the job is asked for again and again before it is taken once."""
    inbox = factories.fill_mailbox(factories.person()[1], 1700)
    job = whole.begin(inbox.account_id, inbox.pk, Job.Kind.EMPTY)
    monkeypatch.setattr(tasks, "JOB_TURN", -1.0)
    tasks.go_on(job)
    for _ in range(2):
        Job.objects.update(touched_at=timezone.now() - timedelta(minutes=2))
        tasks.resume_jobs()
    copies = broker.waiting("bulk")
    assert [copy["expires"] is not None for copy in copies] == [False, True, True]
    broker.clear()
    for copy in copies:
        tasks.do_job(job.pk, **copy["kwargs"])
    assert len(broker.waiting("bulk")) == 1
    inbox.refresh_from_db()
    assert inbox.total == 1700 - whole.AT_ONCE - whole.CHUNK
