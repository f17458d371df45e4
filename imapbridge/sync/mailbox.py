"""One mailbox: from what the server says to the index, over an open bulk connection.

Blocking. Talks IMAP and decides by `plan`; messages are fetched in `windows`, and entries written in `apply`.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from imapbridge import events
from imapbridge.models import Entry, Mailbox
from imapbridge.sync import apply, places, standing, undelivered, windows
from imapbridge.sync.plan import NONE, RECENT_FLAGS, UNKNOWN, Flags, Held, Plan, Said, decide, foreseen
from imapbridge.sync.rows import update
from imapbridge.sync.windows import METADATA, TIMEOUT, Renew, fetch_windows, no_lock, search
from imapbridge.terms.uids import UidSet
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.items import FetchItems
from imapbridge.wire.results import QresyncState, Selected

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Cost:
    """What a sync did, for its log line."""

    plan: str = ""
    fetched: int = 0
    flags: int = 0
    vanished: int = 0
    began: float = field(default_factory=time.monotonic)

    def line(self, mailbox: Mailbox) -> str:
        took = round(1000 * (time.monotonic() - self.began))
        return (
            f"mailbox={mailbox.pk} plan={self.plan} fetched={self.fetched} flags={self.flags} "
            f"vanished={self.vanished} {took}ms"
        )


def held(mailbox: Mailbox) -> Held:
    """What the index holds, as `plan` wants it."""
    live = mailbox.total if mailbox.complete else _known_to_server(mailbox).count()
    return Held(
        mailbox.uid_validity, mailbox.uid_next, mailbox.highest_modseq, mailbox.lowest_uid,
        live + len(undelivered.waiting(mailbox)), mailbox.flags_at, mailbox.unread,
    )  # fmt: skip


def _known_to_server(mailbox: Mailbox) -> QuerySet[Entry]:
    """Its live entries; what people put there has no UID yet."""
    return Entry.objects.filter(mailbox=mailbox.pk, expunged=False, uid__gt=0)


def delta(connection: BlockingConnection, mailbox: Mailbox, renew: Renew = no_lock, status: Said = UNKNOWN) -> None:
    """Make what the index holds of the mailbox equal to the server; older mail is `backfill`'s.

    The first time this is where UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ are learned. `status`: what was said before it
    is opened, so that new mail may be asked for at once. Raises WireError.
    """
    began, cost = timezone.now(), Cost()
    mine = held(mailbox)
    placed = _placed(mailbox, mine)
    new = foreseen(mine, status) - placed
    selected = _open(connection, mailbox, mine, new, placed)
    said = Said(selected.uid_validity, selected.uid_next, selected.exists, selected.highest_modseq)
    told = _was_told(connection, selected, mine)
    plan = decide(mine, said, began, told=told, asked=UidSet() if selected.fetched is None else new)
    cost.plan = "reset" if plan.reset else f"{plan.flags.value}+{plan.vanished.value}"
    if plan.reset:
        apply.reset(mailbox)
    if mailbox.lowest_uid is None:
        _begin(connection, mailbox, said)
    else:
        _carry_out(connection, mailbox, plan, selected, said, Turn(began, renew, cost, placed))
        _remember(mailbox, said, began if plan.flags is Flags.ALL else None)
        if cost.fetched:
            events.arrived(mailbox.account_id)
    log.info(cost.line(mailbox))


def _open(connection: BlockingConnection, mailbox: Mailbox, mine: Held, new: UidSet, placed: UidSet) -> Selected:
    """EXAMINE: a sync changes nothing. But the first time SELECT, or Courier never writes UIDVALIDITY down."""
    known = _known(mine, placed) if "QRESYNC" in connection.session.enabled else None
    read_only, fetch = mine.uid_validity is not None, (new, METADATA) if new else None
    command = connection.session.select(bytes(mailbox.raw_name), read_only=read_only, known=known, fetch=fetch)
    return connection.run(command, timeout=TIMEOUT)


def _known(mine: Held, placed: UidSet = NONE) -> QresyncState | None:
    """What is asked about on opening: of no other messages flags are told. Those that we lack are passed over."""
    if (
        not mine.uid_validity
        or not mine.highest_modseq
        or not mine.lowest_uid
        or not mine.uid_next
        or mine.uid_next < 2
    ):
        return None
    known = UidSet.range(mine.lowest_uid, placed.last if placed else mine.uid_next - 1)
    return QresyncState(mine.uid_validity, mine.highest_modseq, known) if known else None


def _was_told(connection: BlockingConnection, selected: Selected, mine: Held) -> bool:
    """Whether the answer holds what changed: it was asked for, and MODSEQ is there and did not go backwards."""
    asked = "QRESYNC" in connection.session.enabled and _known(mine) is not None
    return asked and (selected.highest_modseq or 0) >= (mine.highest_modseq or 0)


def _begin(connection: BlockingConnection, mailbox: Mailbox, said: Said) -> None:
    """First contact. The snapshot is from before the first window: later changes are the next delta's."""
    mailbox.uid_validity = said.uid_validity or 0
    mailbox.uid_next = said.uid_next or _highest(connection) + 1
    mailbox.highest_modseq = said.highest_modseq
    mailbox.flags_at = timezone.now()
    mailbox.lowest_uid = mailbox.uid_next
    fields = ["uid_validity", "uid_next", "highest_modseq", "flags_at", "lowest_uid"]
    if not said.exists:
        mailbox.lowest_uid = 1
    mailbox.save(update_fields=fields)
    if mailbox.complete:
        apply.recount(mailbox)  # what people put there is not told to the server yet


def _highest(connection: BlockingConnection) -> int:
    """Where the server does not tell UIDNEXT."""
    found = search(connection, UidSet.range(1, None))
    return found.last if found else 0


@dataclass(frozen=True, slots=True)
class Turn:
    """What goes along with a delta: when it began, before the mailbox was opened, what it costs, and what was `_placed`
    by then."""

    began: datetime
    renew: Renew
    cost: Cost
    placed: UidSet


def _carry_out(
    connection: BlockingConnection, mailbox: Mailbox, plan: Plan, selected: Selected, said: Said, turn: Turn
) -> None:
    cost = turn.cost
    told = _told(connection, mailbox, plan, selected)
    cost.fetched, cost.flags, cost.vanished = apply.told(mailbox, told, turn.began, turn.renew)
    if plan.flags not in (Flags.TOLD, Flags.NONE):
        turn.renew()
        cost.flags += _fetch_flags(connection, mailbox, plan.flags)
    if plan.new:
        cost.fetched += _fetch_new(connection, mailbox, plan, said, turn)
    cost.vanished += _find_vanished(connection, mailbox, said, turn)


def _told(connection: BlockingConnection, mailbox: Mailbox, plan: Plan, selected: Selected) -> apply.Batch:
    """What the opening brought."""
    fresh = windows.came(connection, mailbox, selected.fetched or [], plan.came)
    if plan.flags is not Flags.TOLD:
        return apply.Batch(fresh)
    changed = {one.uid: one.flags for one in selected.changed if one.flags is not None}
    return apply.Batch(fresh, changed, selected.vanished)


def _fetch_flags(connection: BlockingConnection, mailbox: Mailbox, how: Flags) -> int:
    lowest, since = mailbox.lowest_uid or 1, None
    if how is Flags.CHANGED_SINCE:
        since = mailbox.highest_modseq
    elif how is Flags.RECENT:
        recent = Entry.objects.filter(mailbox=mailbox.pk, expunged=False).order_by("-uid")
        lowest = next(iter(recent.values_list("uid", flat=True)[RECENT_FLAGS - 1 : RECENT_FLAGS]), lowest)
    fetched_at = timezone.now()
    command = connection.session.fetch(UidSet.range(lowest, None), FetchItems(flags=True), changed_since=since)
    found = connection.run(command, timeout=TIMEOUT)
    return apply.flags(mailbox, {one.uid: one.flags for one in found.messages if one.flags is not None}, fetched_at)


def _fetch_new(connection: BlockingConnection, mailbox: Mailbox, plan: Plan, said: Said, turn: Turn) -> int:
    """The rest of new mail, newest first. A few are fetched without asking which exist: a round trip less."""
    uids = plan.new & UidSet.range(1, (said.uid_next or 1) - 1)
    if not 0 < len(uids) <= windows.WINDOW:
        turn.renew()
        uids = search(connection, plan.new)
    mailbox.uid_next = max(mailbox.uid_next or 1, said.uid_next or 1, *(uids.last + 1,) if uids else ())
    rest = uids - plan.came
    if plan.flags in _OF_ALL:
        rest -= turn.placed
    if rest:
        turn.renew()
    return fetch_windows(connection, mailbox, rest, turn.renew)


def _placed(mailbox: Mailbox, mine: Held) -> UidSet:
    """Messages that are new on the server and here already: moved from here, and told of by COPYUID. Not fetched again
    where their flags are found as all others' are."""
    if not mine.uid_next:
        return UidSet()
    here = _known_to_server(mailbox).filter(uid__gte=mine.uid_next)
    return UidSet.of(here.values_list("uid", flat=True))


_OF_ALL = {Flags.TOLD, Flags.CHANGED_SINCE, Flags.ALL}
"""Ways to find flags that leave no message out."""


def _find_vanished(connection: BlockingConnection, mailbox: Mailbox, said: Said, turn: Turn) -> int:
    """Compare UIDs, unless the count proves that nothing is missing: all new mail is here, so fewer means expunged."""
    mailbox.total, mailbox.unread, afoot = standing.of(mailbox.pk)
    counted = mailbox.total + len(undelivered.waiting(mailbox)) == said.exists
    if mailbox.complete and counted and not afoot:
        return 0
    turn.renew()
    gone = compare(connection, mailbox, turn.renew)
    if afoot:
        places.settle(mailbox, turn.began)
    return gone


def _uids(mailbox: Mailbox) -> UidSet:
    return UidSet.of(_known_to_server(mailbox).values_list("uid", flat=True))


def compare(connection: BlockingConnection, mailbox: Mailbox, renew: Renew = no_lock) -> int:
    """Find by their UIDs what is gone and what was never seen, from the cursor up. Returns how many are gone."""
    lowest = mailbox.lowest_uid or 1
    # Ours first: what a replay places here while the server answers is not in its answer, and not gone.
    here = _uids(mailbox)
    there = search(connection, UidSet.range(lowest, None))
    gone = apply.vanished(mailbox, here - there)
    there -= places.leaving(mailbox.pk)
    wanted = there - here - undelivered.waiting(mailbox)
    fetch_windows(connection, mailbox, wanted, renew)
    undelivered.remember(mailbox, there - (_uids(mailbox) if wanted else here), asked=bool(wanted))
    if mailbox.complete:
        apply.recount(mailbox)
    return gone


def _remember(mailbox: Mailbox, said: Said, flags_at: datetime | None) -> None:
    """The snapshot of when the mailbox was opened, so that what came meanwhile is found the next time."""
    mailbox.uid_next = said.uid_next or mailbox.uid_next
    mailbox.highest_modseq = said.highest_modseq
    mailbox.flags_at = flags_at or mailbox.flags_at
    mailbox.synced_at = timezone.now()
    mailbox.error = ""
    update(mailbox, "uid_next", "highest_modseq", "flags_at", "synced_at", "error")
