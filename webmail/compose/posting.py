"""The worker's side of the outbox: takes what is due, hands it to the server, and writes down what became of it.

Celery says "now"; the clock (`look`) finds what nobody was told of. Every step is a compare-and-swap on state and turn,
so of two who are at the same message one goes on; see `outbox` for the states.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.models import MailAccount
from imapbridge import submit
from imapbridge.errors import AskPerson, MailError, SignInRefused, TryAgain
from imapbridge.submit import Letter, Reply, Undecided
from webmail.compose import afterwards
from webmail.models import Draft, Outgoing
from webmail.models.outgoing import Recipient, folder

logger = logging.getLogger(__name__)

State, Fate = Outgoing.State, Outgoing.Fate
TASK = "webmail.tasks.post_outgoing"
LEARN = "webmail.tasks.learn_limit"
ASKED = 600
"""Seconds after which a server that did not say how much it takes is asked again."""
LEASE = timedelta(seconds=120)
"""For so long whoever sends is believed to live without a sign of it. Should another take over from one that lives,
that one finds out before the last octet, and sends nothing."""
LAST_LEASE = timedelta(seconds=700)
"""While the answer to the whole message is waited for."""
SIGN = 30.0
"""Seconds between two signs of life."""
PATIENCE = timedelta(days=3)
"""After that it is tried no more."""
PAUSES = (1, 2, 5, 10, 20, 30, 60)
"""Minutes to the next time; the last one again and again."""
SOONEST_PERSON = timedelta(minutes=10)
"""Between two looks at whether its person has mended what only they can."""
SURE = 0.05
"""Seconds past its time: who comes too early leaves it to the clock."""
AT_ONCE = timedelta(seconds=45)
"""What is due so soon is asked for now, and waits in the broker; the rest is found by the clock."""
KEPT = timedelta(days=30)
ORPHANED = 24 * 3600


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
    for row in due.order_by("due_at")[:500]:
        if row.state == State.SENDING:
            recover(row)
        _ask(row.pk)
    afterwards.catch_up()


def limit(account_id: int) -> int:
    """Octets that the account's server takes of a message; 0: it does not say, or nobody has asked it yet, and the
    worker is told to."""
    octets = submit.limit(account_id)
    if not octets and cache.add(f"submission-size-asked:{account_id}", 1, ASKED):
        try:
            current_app.send_task(LEARN, (account_id,))
        except (OperationalError, RedisError) as fault:
            logger.warning("account=%s limit not asked for: %s", account_id, type(fault).__name__)
    return octets


def take(outgoing_id: int) -> Outgoing | None:
    """Claim it: waiting -> sending. None: it is not due, or another has it."""
    now = timezone.now()
    due = Outgoing.objects.filter(pk=outgoing_id, state=State.WAITING, due_at__lte=now)
    if not due.update(
        state=State.SENDING, turn=F("turn") + 1, attempts=F("attempts") + 1, ending=False, due_at=now + LEASE
    ):
        return None
    return Outgoing.objects.get(pk=outgoing_id)


def recover(row: Outgoing) -> None:
    """Whoever sent it is gone. Before the last octet nobody got it; after that nobody knows."""
    left = Outgoing.objects.filter(pk=row.pk, state=State.SENDING, turn=row.turn, due_at__lte=timezone.now())
    left.filter(ending=False).update(state=State.WAITING)
    with transaction.atomic():
        if left.filter(ending=True).update(state=State.UNKNOWN, begun=True):
            _mark_unknown(row.pk)


def deliver(row: Outgoing) -> None:
    """One time of trying it, by whoever has claimed it."""
    version = MailAccount.objects.values_list("secret_version", flat=True).get(pk=row.account_id)
    if Outgoing.objects.filter(account=row.account_id, refused_secret=version).exists():
        _postpone(row, SignInRefused())
        return
    try:
        replies = submit.submit(row.account_id, _letter(row), ending=partial(_is_ending, row), alive=_signs(row))
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
        answered(row, replies)


def answered(row: Outgoing, replies: Mapping[str, Reply]) -> None:
    """Write down each recipient's fate, and what that makes of the message."""
    with transaction.atomic():
        now = _locked(row, (State.SENDING, State.UNKNOWN))  # late, and another thought us dead
        if now is None:
            return
        for one in now.recipients:
            if (reply := replies.get(one["address"])) and one["state"] in (Fate.WAITING, Fate.UNKNOWN):
                one.update(_fate(one["address"], reply))
        now.ending, now.problem, now.said = False, "", ""
        _conclude(now)
        logger.info("outgoing=%s state=%s recipients=%d", now.pk, now.state, len(now.recipients))
    afterwards.see_to(now.pk)


def settle(unknown: QuerySet[Outgoing], fate: Outgoing.Fate) -> bool:
    """A person says what became of one that is unknown: it came, or is to be sent once more."""
    with transaction.atomic():
        row = unknown.select_for_update().first()
        if row is None:
            return False
        for one in row.recipients:
            one["state"] = fate if one["state"] == Fate.UNKNOWN else one["state"]
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
        _give_up(row)
        _conclude(row)
    return True


def drop_octets(row: Outgoing) -> None:
    """Its file is needed no more, when the transaction is committed."""
    path, is_there = row.path, bool(row.octets)
    Outgoing.objects.filter(pk=row.pk).update(octets="")
    if is_there:
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def forget(rows: Iterable[Outgoing]) -> None:
    for row in rows:
        drop_octets(row)
        row.delete()


def sweep() -> None:
    """Forget what has ended long ago, and files that no row has."""
    over = Q(state__in=(State.SENT, State.TAKEN_BACK)) | Q(dismissed=True)
    forget(Outgoing.objects.filter(over, created_at__lt=timezone.now() - KEPT, planned_at__lt=timezone.now() - KEPT))
    known, before = set(Outgoing.objects.exclude(octets="").values_list("octets", flat=True)), time.time() - ORPHANED
    for path in folder().iterdir():
        if path.name not in known and path.stat().st_ctime < before:
            path.unlink(missing_ok=True)


# --- One time of trying -----------------------------------------------------------------------------------------------


def _letter(row: Outgoing) -> Letter:
    return Letter(
        sender=row.sender, recipients=_names(row), path=row.path, begins_at=row.private, size=row.size - row.private,
        eight_bit=row.eight_bit, utf8=row.utf8, envelope_id=envelope_id(row.message_id), notify=row.dsn,
    )  # fmt: skip


def envelope_id(message_id: str) -> str:
    """What comes back in a notice of its delivery: the first half of its Message-ID, which is as unique."""
    return message_id.strip("<>").partition("@")[0][:50]


def _names(row: Outgoing) -> tuple[str, ...]:
    return tuple(one["address"] for one in row.recipients if one["state"] == Fate.WAITING)


def _is_ending(row: Outgoing) -> bool:
    """The step that decides: from here on it may have been taken."""
    return bool(_held(row).update(ending=True, due_at=timezone.now() + LAST_LEASE))


def _signs(row: Outgoing) -> Callable[[], bool]:
    """Says, not too often, that we live; whether it is still ours."""
    told = time.monotonic()

    def alive() -> bool:
        nonlocal told
        if time.monotonic() - told < SIGN:
            return True
        told = time.monotonic()
        return bool(_held(row).update(due_at=timezone.now() + LEASE))

    return alive


def _held(row: Outgoing) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(pk=row.pk, state=State.SENDING, turn=row.turn)


def _locked(row: Outgoing, states: tuple[str, ...]) -> Outgoing | None:
    return Outgoing.objects.select_for_update().filter(pk=row.pk, turn=row.turn, state__in=states).first()


def _undecided(row: Outgoing, said: str) -> None:
    with transaction.atomic():
        if _held(row).update(state=State.UNKNOWN, said=said, begun=True):
            _mark_unknown(row.pk)


def _mark_unknown(pk: int) -> None:
    row = Outgoing.objects.select_for_update().get(pk=pk)
    for one in row.recipients:
        one["state"] = Fate.UNKNOWN if one["state"] == Fate.WAITING else one["state"]
    row.troubled = True
    row.save(update_fields=["recipients", "troubled"])


def _postpone(row: Outgoing, error: MailError, secret_version: int = 0) -> None:
    """Nothing was handed over. `secret_version`: of the password that was tried, if any was."""
    with transaction.atomic():
        now = _locked(row, (State.SENDING,))
        if now is None:
            return
        now.problem, now.said, now.ending = error.code, str(error)[:1000], False
        if isinstance(error, SignInRefused) and error.server:  # else it was not asked
            now.refused_secret = secret_version
        is_final = not isinstance(error, TryAgain | AskPerson)
        if is_final:
            _give_up(now)
        _conclude(now, SOONEST_PERSON if isinstance(error, AskPerson) else None)
    afterwards.see_to(now.pk)


def _fate(address: str, reply: Reply) -> Recipient:
    """A reply that is not final leaves it waiting, with what was said."""
    if reply.is_ok:
        return Recipient(address=address, state=Fate.ACCEPTED, code="", said="")
    state = Fate.REFUSED if reply.is_final else Fate.WAITING
    return Recipient(address=address, state=state, code=reply.status, said=reply.words)


def _give_up(row: Outgoing) -> None:
    for one in row.recipients:
        one["state"] = Fate.REFUSED if one["state"] == Fate.WAITING else one["state"]


def _conclude(row: Outgoing, pause: timedelta | None = None) -> None:
    """From the recipients' fates to the state of the message; saves it. `pause`: at least so long to the next time."""
    if timezone.now() > row.planned_at + PATIENCE:
        _give_up(row)
    fates = {one["state"] for one in row.recipients}
    if Fate.ACCEPTED in fates:
        row.begun, row.sent_at = True, row.sent_at or timezone.now()
    if Fate.WAITING in fates:
        row.state, row.due_at = State.WAITING, timezone.now() + _pause(row, pause)
        soon(row)
    elif Fate.UNKNOWN in fates:
        row.state = State.UNKNOWN
    elif Fate.REFUSED in fates:
        row.state = State.PARTLY if Fate.ACCEPTED in fates else State.REFUSED
        if row.state == State.REFUSED:  # it can be written in again
            Draft.objects.filter(outgoing=row.pk).update(outgoing=None)
    else:
        row.state = State.SENT
    row.troubled = row.is_troubled
    row.save()


def _pause(row: Outgoing, pause: timedelta | None) -> timedelta:
    if pause == timedelta():
        return pause
    usual = timedelta(minutes=PAUSES[min(row.attempts, len(PAUSES)) - 1])
    return max(usual, pause or usual)
