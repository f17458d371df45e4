"""What was handed over to be sent, until the mail server has it: one row a message, and every step a compare-and-swap.

    waiting -> sending -> sent | partly refused | refused | unknown
       |  ^       |
       |  +-------+   4xx, or no connection: later
       +-> taken back

Before the last octet of a message is sent, its row says so (`ending`). Whoever dies before that has sent nothing, and
it is tried again; whoever dies after it leaves it *unknown*, and only its person may have it sent once more. Its octets
lie in a file of their own from the moment it is handed over, so that nothing that changes later changes it.

Here is what its person does. What the worker does is in `posting`, what answers make of it in `fates`, what follows in
`afterwards`, and what comes back in `bounces`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import MailAccount
from imapbridge.mime import build, written
from imapbridge.mime.build import Composed
from imapbridge.terms.envelope import Address
from webmail.compose import clearing, drafts, filing, posting, rates, redirecting
from webmail.compose.rates import Refusal
from webmail.compose.redirecting import Resent
from webmail.models import Draft, Outgoing
from webmail.models.outgoing import Recipient, folder

State, Fate = Outgoing.State, Outgoing.Fate
_AGAIN = (State.TAKEN_BACK, State.REFUSED)
"""How a message may have ended that is sent anew under the same Message-ID: nobody has it."""
AT_ONCE = timedelta(minutes=1)
"""What waits no longer than this was sent, to its person; and can be had back meanwhile."""
limit = posting.limit
offer_copy, forgo_copy = filing.offer, filing.forgo


class TooMany(Exception):
    """The person, or all of the domain, has sent as much as the operator allows; see `refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"wait {refusal.seconds} s")
        self.refusal = refusal


def send(
    account: MailAccount, composed: Composed, *, due_at: datetime, draft: Draft | None = None,
    answers: Mapping[str, Any] | None = None, dsn: bool = False,
) -> Outgoing:  # fmt: skip
    """Hand a message over, to go at `due_at`. A second time under its Message-ID it is the one that waits already.

    `answers`: as `Draft.answers`; the original is marked when it has gone. `dsn`: its person wants to be told of its
    delivery. TooMany; ValueError: an address is none, or there is no recipient; OSError: a file is gone, or the disk
    full.
    """

    def write(out: Any) -> dict[str, int]:
        return {"size": build.write(composed, out, with_bcc=True), "private": len(build.bcc_field(composed))}

    people = _recipients((*composed.to, *composed.cc, *composed.bcc))
    return _hand_over(
        account, composed.message_id, people, write, draft, due_at=due_at, subject=composed.subject,
        sender="" if composed.disposition else written.addr_spec(composed.from_.address),  # RFC 8098 3
        utf8=build.needs_utf8(composed), answers=dict(answers or {}), dsn=dsn,
    )  # fmt: skip


def pass_on(account: MailAccount, resent: Resent, message: Iterable[bytes], *, subject: str) -> Outgoing:
    """Hand a message over that came from somebody else, as it came, to go at once. `message`: its octets, of which
    nothing is held. TooMany, ValueError and OSError as of `send`; MailError when the octets can not be had."""
    head, people = redirecting.fields(resent), _recipients(resent.to)

    def write(out: Any) -> dict[str, int]:
        return {"size": sum(out.write(piece) for piece in chain([head], redirecting.passed_on(message)))}

    return _hand_over(
        account, resent.message_id, people, write, None, due_at=resent.date, subject=subject,
        sender=written.addr_spec(resent.from_.address), utf8=not head.isascii(),
    )  # fmt: skip


def _hand_over(
    account: MailAccount, message_id: str, people: list[Recipient], write: Callable[[Any], dict[str, int]],
    draft: Draft | None, *, due_at: datetime, **values: Any,
) -> Outgoing:  # fmt: skip
    already = _of(account.pk, message_id)
    if already is not None and already.state not in _AGAIN:
        return already
    if refused := refusal(account, len(people), at=due_at):
        raise TooMany(refused)
    key, kept = _keep(write)
    try:
        made = _handed_over(
            account, message_id, draft, octets=key, due_at=due_at, planned_at=due_at, recipients=people,
            scheduled=due_at > timezone.now() + AT_ONCE, **values, **kept,
        )  # fmt: skip
    except BaseException:
        (folder() / key).unlink()
        raise
    if made.octets != key:  # another one was quicker
        (folder() / key).unlink()
    return made


def refusal(account: MailAccount, count: int, *, at: datetime | None = None) -> Refusal | None:
    """Why its person may not write to so many more people; None: they may. What goes later (`at`) is counted when it
    goes, so that only the limit of one message is looked at."""
    found = rates.refusal(account, count)
    later = at is not None and at > timezone.now() + AT_ONCE
    return None if found and later and found.seconds >= 0 else found


def undo(account_ids: Collection[int], outgoing_id: int) -> Outgoing | None:
    """Take it back, while nobody has it. None: too late, or not theirs. Its draft is open again."""
    with transaction.atomic():
        taken = _mine(account_ids, outgoing_id, State.WAITING, begun=False)
        if not taken.update(state=State.TAKEN_BACK, turn=F("turn") + 1):
            return None
        return _released(outgoing_id)


def edit(account_ids: Collection[int], outgoing_id: int) -> Outgoing | None:
    """Have one that nobody got back to be changed: it waits, or was refused for everybody."""
    with transaction.atomic():
        refused = _mine(account_ids, outgoing_id, State.REFUSED)
        if refused.update(state=State.TAKEN_BACK, turn=F("turn") + 1):
            return _released(outgoing_id)
    return undo(account_ids, outgoing_id)


def send_now(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Have it tried at once, with a password that was refused if need be."""
    done = _mine(account_ids, outgoing_id, State.WAITING).update(due_at=timezone.now())
    if done:
        Outgoing.objects.filter(account__in=account_ids, refused_secret__isnull=False).update(refused_secret=None)
    return _soon(outgoing_id, bool(done))


def cancel(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Try no longer. Of one that some have already, the others do not get it; else it is as `undo`."""
    if undo(account_ids, outgoing_id):
        return True
    return posting.stop(_mine(account_ids, outgoing_id, State.WAITING, begun=True))


def arrived(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Its person knows that it came: an unknown one was sent."""
    return posting.settle(_mine(account_ids, outgoing_id, State.UNKNOWN), Fate.ACCEPTED)


def send_again(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Its person says that it did not come, or does not mind: an unknown one is sent once more."""
    return _soon(outgoing_id, posting.settle(_mine(account_ids, outgoing_id, State.UNKNOWN), Fate.WAITING))


def discard(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Take back what nobody got, and throw its draft away; that can be had back for a while, as any other."""
    taken = edit(account_ids, outgoing_id)
    if taken is not None and taken.draft is not None:
        drafts.discard(taken.draft)
    return taken is not None


def dismiss(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Its person has read that it was refused, in part or in all."""
    ended = Outgoing.objects.filter(Q(state=State.PARTLY) | Q(state=State.REFUSED), account__in=account_ids)
    return bool(ended.filter(pk=outgoing_id).update(dismissed=True))


def waiting(account_ids: Collection[int]) -> list[Outgoing]:
    """All that has not ended well or has no copy in Sent, the next one that goes first."""
    is_open = Q(state__in=Outgoing.OPEN, dismissed=False) | Q(copy=Outgoing.Copy.HELD)
    shown = Outgoing.objects.filter(is_open, account__in=account_ids)
    return list(shown.order_by("planned_at", "pk"))


def of_draft(user_id: int, draft_id: int, tab: str) -> Outgoing | None:
    """What a draft is on its way as, from that page. What another page has of it may be another text."""
    return _going(user_id).filter(draft=draft_id, draft__tab=tab).first()


def begun_as(account: MailAccount, name: str) -> Outgoing | None:
    """What was begun under a name (`drafts.named`), when it is on its way or has gone."""
    return _going(account.user_id).filter(message_id__startswith=f"<{name}@").first()


def _going(user_id: int) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(account__user=user_id).exclude(state__in=_AGAIN)


def _recipients(addresses: Iterable[Address]) -> list[Recipient]:
    """Each address once: a server's answer tells addresses apart by their spelling, people do not."""
    specs = (written.addr_spec(one.address) for one in addresses)
    people = {spec.lower(): Recipient(address=spec, state=Fate.WAITING, code="", said="") for spec in specs}
    if not people:
        raise ValueError("nobody to send it to")
    return list(people.values())


def _keep(write: Callable[[Any], dict[str, int]]) -> tuple[str, dict[str, Any]]:
    """Have the message written to a file of its own, and see that the disk has it."""
    key = secrets.token_hex(16)
    path = folder() / key
    path.touch(mode=0o600, exist_ok=False)
    try:
        with path.open("wb") as file:
            out = _Watched(file)
            told = write(out)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    return key, {**told, "eight_bit": not out.is_ascii}


class _Watched:
    """Sees whether all that is written is ASCII."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.is_ascii = True

    def write(self, piece: bytes) -> int:
        self.is_ascii = self.is_ascii and piece.isascii()
        return int(self._file.write(piece))


def _handed_over(account: MailAccount, message_id: str, draft: Draft | None, **values: Any) -> Outgoing:
    with transaction.atomic():
        before = Outgoing.objects.select_for_update().filter(account=account, message_id=message_id).first()
        if before is not None and before.state not in _AGAIN:
            return before
        if before is not None:
            clearing.forget([before])
        made = Outgoing.objects.create(account=account, message_id=message_id, draft=draft, **values)
        if draft is not None:
            Draft.objects.filter(pk=draft.pk).update(outgoing=made.pk)
        posting.soon(made)
    return made


def _released(outgoing_id: int) -> Outgoing:
    """Its draft can be written in again, and the file is needed no more."""
    taken = Outgoing.objects.select_related("draft").get(pk=outgoing_id)
    Draft.objects.filter(outgoing=outgoing_id).update(outgoing=None)
    clearing.drop_octets(taken)
    taken.octets = ""
    return taken


def _soon(outgoing_id: int, done: bool) -> bool:
    if done:
        posting.soon(Outgoing.objects.get(pk=outgoing_id))
    return done


def _of(account_id: int, message_id: str) -> Outgoing | None:
    return Outgoing.objects.filter(account=account_id, message_id=message_id).first()


def _mine(account_ids: Collection[int], outgoing_id: int, state: str, **more: Any) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(account__in=account_ids, pk=outgoing_id, state=state, **more)
