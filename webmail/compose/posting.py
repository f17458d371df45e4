"""The worker's side of the outbox: takes what is due, hands it to the server, and writes down what became of it.

Celery says "now"; the clock (`look`) finds what nobody was told of. Every step is a compare-and-swap on state and turn,
so of two who are at the same message one goes on; see `outbox` for the states.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from celery import current_app
from django import db
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.limits import limits_of
from accounts.models import MailAccount
from imapbridge import submit
from imapbridge.errors import AskPerson, MailError, SignInRefused, TryAgain
from imapbridge.submit import Letter, Reply, Undecided
from webmail import meters
from webmail.compose import afterwards, lingering, rates
from webmail.compose.fates import conclude, fate, give_up, mark_unknown
from webmail.compose.lease import LEASE, held, kept
from webmail.models import Outgoing

logger = logging.getLogger(__name__)

State, Fate = Outgoing.State, Outgoing.Fate
TASK = "webmail.tasks.post_outgoing"
LEARN = "webmail.tasks.learn_limit"
ASKED = 600
"""Seconds after which a server that did not say how much it takes is asked again."""
SOONEST_PERSON = timedelta(minutes=10)
"""Between two looks at whether its person has mended what only they can."""
SURE = 0.05
"""Seconds past its time: who comes too early leaves it to the clock."""
AWAY = (0.5, 1, 2, 4, 8, 16)
"""Seconds between the times that an answer is written down, while the database is away."""
AT_ONCE = timedelta(seconds=45)
"""What is due so soon is asked for now, and waits in the broker; the rest is found by the clock."""


def soon(outgoing: Outgoing) -> None:
    """Have it sent at its time, once the caller's transaction is committed. Without a broker the clock finds it."""
    wait = outgoing.due_at - timezone.now()
    if wait <= AT_ONCE:
        transaction.on_commit(partial(_ask, outgoing.pk, max(0.0, wait.total_seconds() + SURE)), robust=True)


def _ask(outgoing_id: int, seconds: float = 0) -> None:
    try:
        current_app.send_task(TASK, (outgoing_id,), countdown=seconds)
    except (OperationalError, RedisError) as fault:
        logger.warning("outgoing=%s not asked for: %s", outgoing_id, type(fault).__name__)


def post(outgoing_id: int) -> None:
    """Send one message, when it is due and nobody else is at it."""
    if (mine := take(outgoing_id)) is not None:
        deliver(mine)


def look() -> None:
    """What is due, and what was left by somebody who died."""
    now = timezone.now()
    due = Outgoing.objects.filter(state__in=(State.WAITING, State.SENDING), due_at__lte=now)
    due = due.filter(account__user__is_active=True)
    for row in due.order_by("due_at")[:500]:
        if row.state == State.SENDING:
            recover(row)
        _ask(row.pk)
    afterwards.catch_up()
    lingering.look()


def limit(account_id: int) -> int:
    """Octets that the account's server and its operator take of a message; 0: neither says. A server that nobody has
    asked yet is asked by the worker."""
    address = MailAccount.objects.filter(pk=account_id).values_list("address", flat=True).first()
    return min(filter(None, (_of_server(account_id), limits_of(address or "").message)), default=0)


def _of_server(account_id: int) -> int:
    octets = submit.limit(account_id)
    if not octets and cache.add(f"submission-size-asked:{account_id}", 1, ASKED):
        try:
            current_app.send_task(LEARN, (account_id,))
        except (OperationalError, RedisError) as fault:
            logger.warning("account=%s limit not asked for: %s", account_id, type(fault).__name__)
    return octets


def take(outgoing_id: int) -> Outgoing | None:
    """Claim it: waiting -> sending. None: it is not due, another has it, the operator has shut its person out, or they
    have sent enough for now: then it waits until there is room for it, and that is no attempt."""
    now = timezone.now()
    due = Outgoing.objects.filter(pk=outgoing_id, state=State.WAITING, due_at__lte=now)
    # No join: PostgreSQL would compare what it found before it waited for the row.
    due = due.filter(account__in=MailAccount.objects.filter(user__is_active=True))
    with transaction.atomic():
        if not due.update(
            state=State.SENDING, turn=F("turn") + 1, attempts=F("attempts") + 1, ending=False, due_at=now + LEASE
        ):
            return None
        mine = Outgoing.objects.get(pk=outgoing_id)
        if mine.counted:
            return mine
        wait = rates.claim(mine)
        if wait:
            mine.state, mine.problem, mine.attempts = State.WAITING, Outgoing.LIMITED, mine.attempts - 1
            mine.due_at = now + timedelta(seconds=wait)
        elif mine.problem == Outgoing.LIMITED:  # from now on it is tried, for as long as any
            mine.planned_at, mine.problem = now, ""
        mine.counted = not wait
        mine.save(update_fields=["state", "problem", "attempts", "due_at", "planned_at", "counted"])
    return None if wait else mine


def recover(row: Outgoing) -> None:
    """Whoever sent it is gone. Before the last octet nobody got it; after that nobody knows."""
    left = Outgoing.objects.filter(pk=row.pk, state=State.SENDING, turn=row.turn, due_at__lte=timezone.now())
    left.filter(ending=False).update(state=State.WAITING)
    with transaction.atomic():
        if left.filter(ending=True).update(state=State.UNKNOWN, begun=True):
            mark_unknown(row.pk)


def deliver(row: Outgoing) -> None:
    """One time of trying it, by whoever has claimed it."""
    version = MailAccount.objects.values_list("secret_version", flat=True).get(pk=row.account_id)
    if Outgoing.objects.filter(account=row.account_id, refused_secret=version).exists():
        _postpone(row, SignInRefused())
        return
    try:
        with kept(row) as alive:
            replies = submit.submit(row.account_id, _letter(row), ending=partial(_is_ending, row), alive=alive)
    except Undecided as error:
        logger.warning("outgoing=%s unknown: no answer came", row.pk)
        _undecided(row, str(error))
    except MailError as error:
        logger.info("outgoing=%s later: %s", row.pk, error.code)
        _postpone(row, error, version)
    except FileNotFoundError:
        logger.exception("outgoing=%s its octets are gone", row.pk)
        answered(row, dict.fromkeys(_names(row), Reply(550, "")))
    else:
        _keep_at(row, replies)


def _keep_at(row: Outgoing, replies: Mapping[str, Reply]) -> None:
    """`answered`, also when the database is started anew just then: else nobody would know what we were told."""
    for pause in AWAY:
        try:
            answered(row, replies)
        except (db.OperationalError, db.InterfaceError) as fault:
            logger.warning("outgoing=%s answered, and not written down yet: %s", row.pk, type(fault).__name__)
            db.connection.close()
            time.sleep(pause)
        else:
            return
    answered(row, replies)


def answered(row: Outgoing, replies: Mapping[str, Reply]) -> None:
    """Write down each recipient's fate, and what that makes of the message."""
    with transaction.atomic():
        now = _locked(row, (State.SENDING, State.UNKNOWN))  # late, and another thought us dead
        if now is None:
            return
        for one in now.recipients:
            if (reply := replies.get(one["address"])) and one["state"] in (Fate.WAITING, Fate.UNKNOWN):
                one.update(fate(one["address"], reply))
                meters.sent(one["state"])
        now.ending, now.problem, now.said = False, "", ""
        _conclude(now)
        logger.info("outgoing=%s state=%s recipients=%d", now.pk, now.state, len(now.recipients))
    afterwards.see_to(now.pk)


def settle(unknown: QuerySet[Outgoing], came: Outgoing.Fate) -> bool:
    """A person says what became of one that is unknown: it came, or is to be sent once more."""
    with transaction.atomic():
        row = unknown.select_for_update().first()
        if row is None:
            return False
        for one in row.recipients:
            one["state"] = came if one["state"] == Fate.UNKNOWN else one["state"]
        row.turn += 1
        row.begun = any(one["state"] == Fate.ACCEPTED for one in row.recipients)
        row.planned_at, row.attempts = timezone.now(), 0
        _conclude(row, pause=timedelta())
    afterwards.see_to(row.pk)
    return True


def stop(waiting: QuerySet[Outgoing]) -> bool:
    """A person wants it tried no more, though some have not got it."""
    with transaction.atomic():
        row = waiting.select_for_update().first()
        if row is None:
            return False
        row.turn += 1
        give_up(row)
        _conclude(row)
    return True


# --- One time of trying -----------------------------------------------------------------------------------------------


def _letter(row: Outgoing) -> Letter:
    return Letter(
        sender=row.sender, recipients=_names(row), path=row.path, begins_at=row.private, size=row.size - row.private,
        eight_bit=row.eight_bit, utf8=row.utf8, envelope_id=envelope_id(row.message_id), notify=row.dsn,
        instead="" if row.sender else MailAccount.objects.values_list("address", flat=True).get(pk=row.account_id),
    )  # fmt: skip


def envelope_id(message_id: str) -> str:
    """What comes back in a notice of its delivery: the first half of its Message-ID, which is as unique."""
    return message_id.strip("<>").partition("@")[0][:50]


def _names(row: Outgoing) -> tuple[str, ...]:
    return tuple(one["address"] for one in row.recipients if one["state"] == Fate.WAITING)


def _is_ending(row: Outgoing) -> bool:
    """The step that decides: from here on it may have been taken."""
    return bool(held(row).update(ending=True, due_at=timezone.now() + LEASE))


def _locked(row: Outgoing, states: tuple[str, ...]) -> Outgoing | None:
    return Outgoing.objects.select_for_update().filter(pk=row.pk, turn=row.turn, state__in=states).first()


def _undecided(row: Outgoing, said: str) -> None:
    with transaction.atomic():
        if held(row).update(state=State.UNKNOWN, said=said, begun=True):
            mark_unknown(row.pk)
            meters.sent(Fate.UNKNOWN, len(_names(row)))


def _postpone(row: Outgoing, error: MailError, secret_version: int = 0) -> None:
    """Nothing was handed over. `secret_version`: of the password that was tried, if any was."""
    with transaction.atomic():
        now = _locked(row, (State.SENDING,))
        if now is None:
            return
        meters.sent(Fate.WAITING, len(_names(now)))
        now.problem, now.said, now.ending = error.code, str(error)[:1000], False
        if isinstance(error, SignInRefused) and error.server:  # else it was not asked
            now.refused_secret = secret_version
        is_final = not isinstance(error, TryAgain | AskPerson)
        if is_final:
            give_up(now)
        _conclude(now, SOONEST_PERSON if isinstance(error, AskPerson) else None)
    afterwards.see_to(now.pk)


def _conclude(row: Outgoing, pause: timedelta | None = None) -> None:
    """Save how it stands now; what is to be tried again is asked for."""
    conclude(row, pause)
    if row.state == State.WAITING:
        soon(row)
