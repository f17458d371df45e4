"""Messages that the server counts but never delivers: remembered, and asked for again ever more seldom.

Without that one broken message would have its mailbox compared at every sync. `verifyindex` tells of it all the same.
"""

from __future__ import annotations

import time

from imapbridge.models import Mailbox
from imapbridge.terms.uids import UidSet

SOONEST, LATEST = 60, 24 * 3600
"""Seconds until they are asked for again: as long as they have been missing already, within these bounds."""


def waiting(mailbox: Mailbox) -> UidSet:
    """Those that are not to be asked for yet."""
    told = mailbox.undelivered
    return UidSet.parse(told["uids"]) if told and time.time() < told["again"] else UidSet()


def remember(mailbox: Mailbox, missing: UidSet, *, asked: bool) -> None:
    """What is missing after a comparison. `asked`: all of it was asked for just now."""
    before, now = mailbox.undelivered, int(time.time())
    if not missing:
        after = {}
    elif not before or missing - UidSet.parse(before["uids"]):
        after = {"uids": str(missing), "since": now, "again": now + SOONEST}
    else:
        again = now + min(max(now - before["since"], SOONEST), LATEST) if asked else before["again"]
        after = {"uids": str(missing), "since": before["since"], "again": again}
    if after != before:
        mailbox.undelivered = after
        mailbox.save(update_fields=["undelivered"])
