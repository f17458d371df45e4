"""What may be sent of late, counted in the database in the transaction that claims a message: of many workers at once
none gets past a limit, and none counts what is not sent.

Each message is counted once, when it goes for the first time. What does not fit waits, and is never given up for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts import audit
from accounts.limits import Limits, Rates, limits_of
from accounts.models import MailAccount
from webmail.compose.tally import DAY, HOUR, Tally, never
from webmail.models import Outgoing, SendingTally

logger = logging.getLogger(__name__)

AGAIN = {audit.Kind.SENDING_LIMITED: timedelta(hours=1), audit.Kind.SENDING_BURST: timedelta(hours=6)}
"""For so long the audit log is not told of the same thing again."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`seconds` until it may be sent; -1: never, for it has more recipients than `most`, which is as many as may be
    written to in `hours`; 0: in one message. `of_domain`: it is not this person, but all of the domain together."""

    seconds: int
    of_domain: bool = False
    most: int = 0
    hours: int = 0


def refusal(account: MailAccount, people: int) -> Refusal | None:
    """Whether a message to so many people may be handed over to go now. Locks and counts nothing: for a page."""
    limits = limits_of(account.address)
    if limits.recipients and people > limits.recipients:
        return Refusal(-1, most=limits.recipients)
    for _key, rates, more in _counted(account, limits):
        if found := never(rates, people):
            return Refusal(-1, of_domain=not more, most=found[0], hours=found[1])
    ahead = _handed_over(account)
    for key, rates, more in _counted(account, limits):
        tally = _value(SendingTally.objects.filter(key=key).first())
        for waiting in ahead if more else ():
            tally = tally.counted(waiting, time.time())
        if rates and (seconds := tally.wait(rates, people, time.time())):
            return Refusal(seconds, of_domain=not more)
    return None


def claim(row: Outgoing) -> int:
    """Count a message that is about to go, in the transaction that claimed it. Seconds that it has to wait; 0: none."""
    people, now = len(row.recipients), time.time()
    account = MailAccount.objects.select_related("user").get(pk=row.account_id)
    held = [(_lock(key), rates) for key, rates, _more in _counted(account, limits_of(account.address))]
    waits = [(_value(tally).wait(rates, people, now), tally) for tally, rates in held]
    wait, met = max(waits, key=lambda one: one[0])
    if wait:
        _tell(met, audit.Kind.SENDING_LIMITED, account, people)
        return wait
    for tally, _rates in held:
        counted = _value(tally).counted(people, now)
        tally.slots = {str(slot): count for slot, count in counted.slots.items()}
        tally.usual, tally.day, tally.today = counted.usual, counted.day, counted.today
        tally.save()
    person = held[0][0]
    if _value(person).is_unusual(now):
        _tell(person, audit.Kind.SENDING_BURST, account, _value(person).lately(HOUR, now)[1])
    return 0


def _counted(account: MailAccount, limits: Limits) -> Iterator[tuple[str, Rates, bool]]:
    """Whose counts a message is within: the person's always, for what is unusual; the domain's where it has limits."""
    yield f"person {account.user_id}", limits.person, True
    if limits.whole_domain:
        yield f"domain {limits.domain}", limits.whole_domain, False


def _handed_over(account: MailAccount) -> list[int]:
    """The recipients of what the person sent and nobody has counted yet. What goes later is counted when it goes."""
    waiting = Outgoing.objects.filter(account__user=account.user_id, state=Outgoing.State.WAITING, counted=False)
    due = waiting.filter(scheduled=False, created_at__gt=timezone.now() - timedelta(seconds=DAY))
    return [len(recipients) for recipients in due.values_list("recipients", flat=True)]


def _lock(key: str) -> SendingTally:
    SendingTally.objects.get_or_create(key=key)
    return SendingTally.objects.select_for_update().get(key=key)


def _value(row: SendingTally | None) -> Tally:
    if row is None:
        return Tally()
    slots = {int(slot): (count[0], count[1]) for slot, count in row.slots.items()}
    return Tally(slots, row.usual, row.day, row.today)


def _tell(tally: SendingTally, kind: audit.Kind, account: MailAccount, people: int) -> None:
    """The operator, once in a while."""
    field = "limited_at" if kind == audit.Kind.SENDING_LIMITED else "burst_at"
    told = getattr(tally, field)
    if told is not None and told > timezone.now() - AGAIN[kind]:
        return
    setattr(tally, field, timezone.now())
    tally.save(update_fields=[field])
    whose = tally.key.partition(" ")[0]
    logger.warning("sending %s account=%d whose=%s recipients=%d", kind, account.pk, whose, people)
    audit.record(kind, account.user, address=account.address, whose=whose, people=people, usual=round(tally.usual))
