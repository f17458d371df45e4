"""The person's will, down to the server: PendingChange rows in order, one at a time for a mailbox.

What they did to mailboxes themselves is told in `hierarchy`. The rows are claimed by compare-and-swap, so that the
bridge (at once) and a worker (before a sync) can both replay and no change overtakes an earlier one of its mailbox, nor
one of mailboxes themselves any earlier one of such; a mailbox that will not open keeps no other waiting. A change of
messages whose UIDs are not known yet waits apart. Every change may be begun twice; see `errand`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from imapbridge.errors import CommandFailed, NotPermitted, OverQuota, TryAgain
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.models.change import filing_folder
from imapbridge.pool.translation import translate
from imapbridge.sync import claims, errand, hierarchy, hierarchy_errand, places, refusals, renaming
from imapbridge.sync.owed import Answer, Commands, Owed
from imapbridge.terms.uids import UidSet
from imapbridge.wire import names
from imapbridge.wire.octets import FileOctets
from imapbridge.wire.results import ListedMailbox
from imapbridge.wire.session import Session
from imapbridge.writing import writing

__all__ = ["Answer", "Owed", "answered", "command", "next_change", "postponed", "refused", "tidy"]

log = logging.getLogger(__name__)

KEPT = timedelta(minutes=5)
"""How long a confirmed change is laid over what was fetched before it, and can be undone."""
MAX_PAUSE = timedelta(minutes=10)
FINAL = {"NOPERM", "CANNOT", "NONEXISTENT", "OVERQUOTA", "CLIENTBUG", "READ-ONLY", "TOOBIG"}
"""Response codes after which trying again is no use (RFC 9051 7.1)."""
REFUSALS = 5
"""After so many a NO without such a code is final too."""
PATIENCE = timedelta(days=1)
"""For so long a server may say that it cannot at the moment (INUSE, LIMIT, UNAVAILABLE)."""


# One statement, for a click waits behind it: the oldest change that nobody else has and no earlier one holds back.
# Mailboxes are inside one another, and take each other's names: changes of them wait for each other.
_OF_MAILBOXES = ", ".join(f"'{kind}'" for kind in sorted(PendingChange.OF_MAILBOXES))
_TABLE, _BOX = PendingChange._meta.db_table, Mailbox._meta.db_table
_CLAIM = f"""
UPDATE {_TABLE} SET not_before = %s, attempts = attempts + 1
WHERE id = (
    SELECT min(first.id) FROM (
        SELECT min(id) AS id FROM {_TABLE}
        WHERE account_id = %s AND confirmed_at IS NULL AND NOT waits GROUP BY mailbox_id
    ) first JOIN {_TABLE} one ON one.id = first.id
    WHERE (one.not_before IS NULL OR one.not_before <= %s) AND (one.kind NOT IN ({_OF_MAILBOXES}) OR NOT EXISTS (
        SELECT 1 FROM {_TABLE} earlier WHERE earlier.account_id = one.account_id AND earlier.confirmed_at IS NULL
        AND earlier.id < one.id AND earlier.kind IN ({_OF_MAILBOXES})
    ))
) AND (not_before IS NULL OR not_before <= %s) AND NOT waits
RETURNING id, account_id, mailbox_id, (SELECT raw_name FROM {_BOX} WHERE id = {_TABLE}.mailbox_id),
    uid_validity, uids, "add", remove, attempts, refusals, kind, step,
    (SELECT raw_name FROM {_BOX} WHERE id = {_TABLE}.target_id), target_from, data, name, created_at, file
"""  # noqa: S608 - the tables' names are ours


def is_owed(account_id: int) -> bool:
    """Whether there is any change at all, be it confirmed: nearly always there is none, and to look writes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY, [account_id])
        return cursor.fetchone() is not None


_ANY = f"SELECT 1 FROM {_TABLE} WHERE account_id = %s LIMIT 1"  # noqa: S608 - the table's name is ours
_FIRST = f"""
SELECT min(not_before) FROM {_TABLE} WHERE account_id = %s AND confirmed_at IS NULL AND NOT waits
"""  # noqa: S608 - the table's name is ours
_CONFIRM = f"UPDATE {_TABLE} SET confirmed_at = %s, data = NULL, file = '' WHERE id = %s"  # noqa: S608
_FORGET = f"DELETE FROM {_TABLE} WHERE account_id = %s AND confirmed_at < %s AND job_id IS NULL"  # noqa: S608
_AGAIN = f"UPDATE {_TABLE} SET waits = FALSE WHERE account_id = %s AND waits AND confirmed_at IS NULL AND step = %s"  # noqa: S608


def next_change(account_id: int) -> Owed | None:
    """The oldest change that can be made now, claimed for as long as `claims` are good; None when there is none."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_moment(claims.until()), account_id, _moment(now), _moment(now)])
        row = cursor.fetchone()
    if row is None:
        return None
    change_id, account_id, mailbox_id, raw_name, uid_validity, uids, add, remove, attempts, no, *filing = row
    kind, step, target_name, target_from, data, name, created_at, file = filing
    return Owed(
        change_id, account_id, mailbox_id, bytes(raw_name), uid_validity, UidSet.parse(uids), json.loads(add),
        json.loads(remove), attempts, no, kind, step, bytes(target_name or b""), target_from or 1,
        _in_file(file) if file else bytes(data or b""),
        places.doomed(mailbox_id) if kind in places.TAKES_AWAY else UidSet(), name=name,
        created_at=_read_moment(created_at),
    )  # fmt: skip


def _in_file(name: str) -> FileOctets:
    path = filing_folder() / name
    return FileOctets(path, path.stat().st_size if path.exists() else 0)


def command(session: Session, change: Owed) -> Commands:
    """The commands of one change. Raises CommandFailed when the server refuses."""
    begin = hierarchy_errand.command if change.kind in PendingChange.OF_MAILBOXES else errand.command
    return (yield from begin(session, change))


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _read_moment(told: datetime) -> datetime:
    """SQLite knows no zones, and keeps UTC."""
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def answered(change: Owed, answer: Answer) -> Owed | None:
    """Write down what the server did. Returns what to do next: the same change's next step, or another change."""
    with writing(change.account_id):
        if answer.missing:
            return _look_for_target(change, answer.missing)
        if answer.placed:
            _place(change, answer)
        if answer.refused:
            _give_up(change, answer.refused)
        if answer.raw_name:
            hierarchy.done(change, answer)
        rows = PendingChange.objects.filter(pk=change.id)
        if answer.step:
            rows.update(step=answer.step, target_from=answer.target_from, not_before=claims.until())
        elif answer.stands:
            # Nothing waits for it, and it holds nobody up: it is tried again at each sync.
            rows.update(step=PendingChange.Step.COPIED, waits=True, not_before=None)
        else:
            _confirm(change.id)
            if isinstance(change.data, FileOctets):
                transaction.on_commit(partial(change.data.path.unlink, missing_ok=True))
    if answer.step:
        return replace(change, step=answer.step, target_from=answer.target_from, first_time=True)
    return next_change(change.account_id)


def _confirm(change_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, [_moment(timezone.now()), change_id])


def _look_for_target(change: Owed, listed: Sequence[ListedMailbox]) -> Owed:
    """The same change, to where its target is now: another client may have renamed it. Else it is made anew."""
    held = {names.key(bytes(row.raw_name)): row for row in Mailbox.objects.filter(account=change.account_id)}
    key = names.key(change.goes_to)
    new = {names.key(one.raw_name): one for one in listed if names.key(one.raw_name) not in held}
    found = renaming.found({key: held[key]}, new) if key in held else {}
    change = replace(change, may_create=True)
    if key not in found:
        return change
    now = new[found[key]]
    # At once: when the messages have come there, it is not like what we hold of it any more.
    renaming.rename(held[key], now)
    return change.going_to(now.raw_name)


def _place(change: Owed, answer: Answer) -> None:
    placed = answer.placed
    row = PendingChange.objects.select_related("mailbox", "target").filter(pk=change.id).first()
    if row is not None and row.kind == PendingChange.Kind.APPEND:
        places.known(row.mailbox, dict.fromkeys(row.places.values(), placed[0]))
    elif row is not None and row.target is not None and _is_of(row.target, answer.uid_validity):
        # Else the UIDs mean nothing yet, or something else than what we hold: the next sync finds what came.
        here = Entry.objects.filter(mailbox=change.mailbox_id, uid__in=placed).values_list("pk", "uid")
        found = {row.places[str(key)]: placed[uid] for key, uid in here if str(key) in row.places}
        places.known(row.target, found)


def _is_of(mailbox: Mailbox, uid_validity: int | None) -> bool:
    return uid_validity is not None and mailbox.uid_validity == uid_validity


def tidy(account_id: int) -> None:
    """Before a sync: drop what was confirmed so long ago that no fetch under way can be older, but for what a job can
    be undone with; and try again to expunge what others' deleted messages stood in the way of."""
    if not is_owed(account_id):
        return
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [account_id, _moment(timezone.now() - KEPT)])
        cursor.execute(_AGAIN, [account_id, PendingChange.Step.COPIED])


def postponed(change: Owed) -> None:
    """No answer: later, with a pause that grows by half, so that a server that is back soon has everything soon. Not
    where another has claimed it meanwhile."""
    pause = min(MAX_PAUSE, timedelta(seconds=1.5 ** min(change.attempts, 20)))
    PendingChange.objects.filter(pk=change.id, attempts=change.attempts).update(not_before=timezone.now() + pause)


def owing() -> list[int]:
    """The accounts whose servers have not got everything yet."""
    owed = PendingChange.objects.filter(confirmed_at=None, waits=False)
    return [*owed.order_by().values_list("account", flat=True).distinct()]


def pause(account_id: int) -> float | None:
    """Seconds until something that waits its time may be tried; None: nothing does."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [account_id])
        (first,) = cursor.fetchone()
    if first is None:
        return None
    # Of what is computed SQLite does not know that it is a moment.
    at = datetime.fromisoformat(first) if isinstance(first, str) else first
    return max(0.0, (_read_moment(at) - timezone.now()).total_seconds())


def at_once(mailbox_id: int) -> None:
    """Whatever kept the changes of this mailbox waiting is over: it was renamed, and has been found again."""
    owed = PendingChange.objects.filter(Q(mailbox=mailbox_id) | Q(target=mailbox_id), confirmed_at=None)
    owed.update(not_before=None, refusals=0)


def refused(change: Owed, error: CommandFailed) -> bool:
    """The server said NO. Puts the index back to what it was when it will not change its mind.

    Returns whether it was given up; otherwise it is tried again later.
    """
    row = PendingChange.objects.filter(pk=change.id)
    if isinstance(translate(error), TryAgain):
        may_wait = row.filter(created_at__gt=timezone.now() - PATIENCE).exists()
    else:
        may_wait = not _is_final(error, change.kind) and error.status == "NO" and change.refusals + 1 < REFUSALS
        row.update(refusals=F("refusals") + 1)
    if may_wait:
        postponed(change)
        return False
    log.warning("mailbox=%s change=%s given up: %s %s", change.mailbox_id, change.id, error.status, error.code)
    with writing(change.account_id):
        _give_up(change, translate(error).code)
    return True


def _give_up(change: Owed, code: str) -> None:
    row = PendingChange.objects.select_related("mailbox", "target").filter(pk=change.id).first()
    if row is not None:
        refusals.take_back(row, code)


def _is_final(error: CommandFailed, kind: str) -> bool:
    """A mailbox that cannot be opened, or is not listed, may have been renamed: the next sync finds out."""
    if kind in PendingChange.OF_MAILBOXES:
        return error.code != "NONEXISTENT"
    if not error.code:
        return isinstance(translate(error), NotPermitted | OverQuota)
    return error.code in FINAL and not (error.code == "NONEXISTENT" and error.command in ("SELECT", "EXAMINE"))
