"""Mailboxes that spoil sync after sync: each is left alone for a while, ever longer, and the others go on.

Counted in Redis: what it loses is found out anew. The person is told by `Mailbox.error`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from enum import StrEnum

from django.core.cache import cache

from imapbridge.errors import ServerMisbehaved
from imapbridge.models import Mailbox
from imapbridge.sync.rows import update

log = logging.getLogger(__name__)


class Fault(StrEnum):
    """What keeps happening. The values are parts of keys."""

    OPENED = "opened"
    """The session ends when the mailbox is opened, or asked what is new."""
    OLDER = "older"
    """The session ends when its older mail is asked for; new mail comes all the same."""
    RENEWED = "renewed"
    """Its UIDs are given out anew each time (RFC 9051 2.3.1.1): all of it is read again and again."""


LIMITS = {Fault.OPENED: 3, Fault.OLDER: 3, Fault.RENEWED: 5}
"""So many times in a row: a network that fails now and then is no fault of a mailbox's."""
FIRST, LONGEST = 60, 3600
"""Seconds of the first pause, which doubles with every further time, and of the longest."""
REMEMBERED = 24 * 3600


def failed(mailbox: Mailbox, fault: Fault) -> None:
    """It happened once more."""
    times = (cache.get(_times(mailbox, fault)) or 0) + 1
    cache.set(_times(mailbox, fault), times, REMEMBERED)
    if times >= LIMITS[fault]:
        pause = min(LONGEST, FIRST * 2 ** min(times - LIMITS[fault], 10))
        cache.set(_parked(mailbox, fault), 1, pause)
        _tell(mailbox)
        log.warning("mailbox=%s left alone for %d s: %s %d times", mailbox.pk, pause, fault, times)


def went_well(mailbox: Mailbox, *faults: Fault) -> None:
    """They did not happen: counting begins anew."""
    cache.delete_many([_times(mailbox, fault) for fault in faults])


def tell_again(mailbox: Mailbox) -> None:
    """New mail was had, which took the word back; but older mail is still left alone."""
    if is_parked(mailbox, Fault.OLDER):
        _tell(mailbox)


def _tell(mailbox: Mailbox) -> None:
    mailbox.error = ServerMisbehaved.code
    update(mailbox, "error")


def is_parked(mailbox: Mailbox, *faults: Fault) -> bool:
    """Whether the mailbox is left alone at the moment, for one of these."""
    return bool(cache.get_many([_parked(mailbox, fault) for fault in faults]))


def in_order(mailboxes: Collection[Mailbox]) -> dict[Mailbox, int]:
    """Those that are to be opened, and how often that went wrong lately: these last, to keep no other waiting."""
    faults = (Fault.OPENED, Fault.RENEWED)
    keys = [key(one, fault) for one in mailboxes for fault in faults for key in (_parked, _times)]
    told = cache.get_many(keys) if keys else {}
    wanted = [one for one in mailboxes if told.keys().isdisjoint(_parked(one, fault) for fault in faults)]
    failures = {one: sum(told.get(_times(one, fault), 0) for fault in faults) for one in wanted}
    return dict(sorted(failures.items(), key=lambda item: item[1]))


def _times(mailbox: Mailbox, fault: Fault) -> str:
    return f"mailbox-fault:{mailbox.pk}:{fault.value}"


def _parked(mailbox: Mailbox, fault: Fault) -> str:
    return f"mailbox-parked:{mailbox.pk}:{fault.value}"
