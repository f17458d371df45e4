"""From what a server said of each recipient to how the message stands, and when it is tried again. Asks nobody."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from imapbridge.submit import Reply
from webmail.models import Draft, Outgoing
from webmail.models.outgoing import Recipient

State, Fate = Outgoing.State, Outgoing.Fate
PATIENCE = timedelta(days=3)
"""After that it is tried no more."""
PAUSES = (1, 2, 5, 10, 20, 30, 60)
"""Minutes to the next time; the last one again and again."""


def mark_unknown(pk: int) -> None:
    """Whoever had not got it may have it now. In the caller's transaction."""
    row = Outgoing.objects.select_for_update().get(pk=pk)
    for one in row.recipients:
        one["state"] = Fate.UNKNOWN if one["state"] == Fate.WAITING else one["state"]
    row.troubled = True
    row.save(update_fields=["recipients", "troubled"])


def fate(address: str, reply: Reply) -> Recipient:
    """A reply that is not final leaves it waiting, with what was said."""
    if reply.is_ok:
        return Recipient(address=address, state=Fate.ACCEPTED, code="", said="")
    state = Fate.REFUSED if reply.is_final else Fate.WAITING
    return Recipient(address=address, state=state, code=reply.status, said=reply.words)


def give_up(row: Outgoing) -> None:
    for one in row.recipients:
        one["state"] = Fate.REFUSED if one["state"] == Fate.WAITING else one["state"]


def conclude(row: Outgoing, pause: timedelta | None = None) -> None:
    """From the recipients' fates to the state of the message; saves it. `pause`: at least so long to the next time."""
    if timezone.now() > row.planned_at + PATIENCE:
        give_up(row)
    fates = {one["state"] for one in row.recipients}
    if Fate.ACCEPTED in fates:
        row.begun, row.sent_at = True, row.sent_at or timezone.now()
    if Fate.WAITING in fates:
        row.state, row.due_at = State.WAITING, timezone.now() + _pause(row, pause)
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
