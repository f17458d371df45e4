"""Whom an account's person wrote to and heard from, counted from the mirror a bounded piece at a time.

What was counted is remembered by UIDVALIDITY and UID: a mirror that is rebuilt is not counted twice. A message that is
filed elsewhere is a new place and counts again; order matters here, sums do not. Mail in Junk, Trash and Drafts says
nothing of whom somebody knows, and what machines and lists send is not counted as heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Identity, MailAccount
from imapbridge.mime.headers import clean
from imapbridge.models import Entry, Mailbox
from webmail.contacts import collecting
from webmail.contacts.folding import found_by
from webmail.contacts.ranking import RECEIVED, SENT, ranked
from webmail.models import Acquaintance, Acquainted
from webmail.models.correspondents import known_as

STEP = 400
"""Messages of one transaction."""
LOOKED_BACK = 20_000
"""Places in each mailbox that are looked at, from the newest."""
MOST_RECIPIENTS = 50
"""Of one message: what goes to more was no letter."""
MOST = 20_000
"""Acquaintances of an account; the least are forgotten."""
_ASIDE = ("junk", "trash", "drafts", "all", "flagged")
MACHINE = re.compile(r"(?:no-?reply|do-?not-?reply|mailer-daemon|bounces?|notifications?|newsletters?)(?:[.+_=-].*)?@")
_ABOUT: Any = ("uid", "sort_at", "message__sender_name", "message__sender_address", "message__recipients",
               "message__list_id")  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Pair = tuple[str, str]
"""(name, address)"""


@dataclass(slots=True)
class Heard:
    """What a piece of mail says of one address."""

    address: str
    name: str = ""
    sent: int = 0
    received: int = 0
    times: list[tuple[float, float]] = field(default_factory=list)
    """(weight, seconds since 1970)"""


def wrote_to(account: MailAccount, addresses: Iterable[Pair]) -> None:
    """The account's person has written to these (name, address) just now; who likes it so has them as contacts."""
    now = timezone.now().timestamp()
    heard: dict[str, Heard] = {}
    for name, address in list(addresses)[:MOST_RECIPIENTS]:
        _note(heard, name, address, SENT, now)
    for each in heard.values():
        each.sent = 0  # counted when the copy in Sent is
    with transaction.atomic():
        _keep(account.pk, heard)
        collecting.collect(account, [(each.name, each.address) for each in heard.values()])


def look_through(account: MailAccount) -> bool:
    """Count a piece of mail that was not counted. True when there may be more; a few queries when there is none."""
    with transaction.atomic():
        row, _made = Acquainted.objects.select_for_update().get_or_create(account=account)
        for mailbox in Mailbox.objects.filter(account=account, selectable=True).exclude(special_use__in=_ASIDE):
            mark = _mark(mailbox, row.marks.get(mailbox.name))
            if mark is not None and _is_behind(mailbox, mark):
                places = _uncounted(mailbox, mark)
                _keep(account.pk, _heard(account, mailbox.special_use == "sent", places))
                row.marks[mailbox.name] = [mark.validity, mark.lowest, mark.highest, mark.counted]
                row.save(update_fields=["marks"])
                return True
    _forget_least(account.pk)
    return False


@dataclass(slots=True)
class Mark:
    """The UIDs from `lowest` to `highest` were counted; `counted` places of them in going back."""

    validity: int
    lowest: int
    highest: int
    counted: int = 0


def _mark(mailbox: Mailbox, kept: list[int] | None) -> Mark | None:
    """None while the mirror has nothing of the mailbox."""
    if mailbox.uid_validity is None or mailbox.uid_next is None or mailbox.lowest_uid is None:
        return None
    if kept and kept[0] == mailbox.uid_validity:
        return Mark(*kept)
    return Mark(mailbox.uid_validity, mailbox.uid_next, mailbox.uid_next - 1)


def _is_behind(mailbox: Mailbox, mark: Mark) -> bool:
    is_newer = mark.highest < (mailbox.uid_next or 1) - 1
    return is_newer or ((mailbox.lowest_uid or 1) < mark.lowest and mark.counted < LOOKED_BACK)


def _uncounted(mailbox: Mailbox, mark: Mark) -> list[tuple[Any, ...]]:
    """The next places to count, and the mark moved over them: what is newer first, then what is older."""
    top, bottom = (mailbox.uid_next or 1) - 1, mailbox.lowest_uid or 1
    places = Entry.objects.filter(mailbox=mailbox, expunged=False)
    if mark.highest < top:
        newer = places.filter(uid__gt=mark.highest, uid__lte=top).order_by("uid")
        found = list(newer.values_list(*_ABOUT)[:STEP])
        mark.highest = found[-1][0] if len(found) == STEP else top
    else:
        older = places.filter(uid__gte=bottom, uid__lt=mark.lowest).order_by("-uid")
        found = list(older.values_list(*_ABOUT)[:STEP])
        mark.lowest = found[-1][0] if len(found) == STEP else bottom
        mark.counted += len(found)
    return found


def _heard(account: MailAccount, is_sent: bool, places: list[tuple[Any, ...]]) -> dict[str, Heard]:
    """What these places say, by address; nothing of the person's own ones."""
    own = {known_as(address) for address in Identity.objects.filter(account=account).values_list("address", flat=True)}
    own.add(known_as(account.address))
    heard: dict[str, Heard] = {}
    for _uid, at, name, address, recipients, list_id in places:
        if is_sent or known_as(address) in own:
            named = [pair for kind in ("to", "cc", "bcc") for pair in recipients.get(kind, ())]
            for to_name, to_address in named if len(named) <= MOST_RECIPIENTS else ():
                _note(heard, to_name, to_address, SENT, at)
        elif not list_id and not MACHINE.match(address.lower()):
            _note(heard, name, address, RECEIVED, at)
    return {key: each for key, each in heard.items() if key not in own}


def _note(heard: dict[str, Heard], name: str, address: str, weight: float, at: float) -> None:
    if "@" not in address or len(address) > 320 or not address.isprintable():
        return
    each = heard.setdefault(known_as(address), Heard(address))
    each.name = each.name or _trusted(name)
    each.sent += weight == SENT
    each.received += weight == RECEIVED
    each.times.append((weight, min(at, timezone.now().timestamp())))


def _trusted(name: str) -> str:
    """A name that holds an @ could pose as another address."""
    return "" if "@" in name or "＠" in name else clean(name).strip("'\" ")[:200]


def _keep(account_id: int, heard: dict[str, Heard]) -> None:
    """Two statements for all."""
    known = {row.known_as: row for row in Acquaintance.objects.filter(account=account_id, known_as__in=list(heard))}
    rows = [_added(known.get(key) or _new(account_id, key, each), each) for key, each in heard.items()]
    Acquaintance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "known_as"],
        update_fields=["name", "sent", "received", "last_at", "rank", "found_by"],
    )


def _new(account_id: int, key: str, each: Heard) -> Acquaintance:
    return Acquaintance(account_id=account_id, known_as=key, address=each.address, last_at=_EPOCH, rank=0.0)


def _added(row: Acquaintance, each: Heard) -> Acquaintance:
    # A key that a row already has would be inserted again with it, and meet another constraint than ours.
    row.pk = None
    row.name = row.name or each.name
    row.sent += each.sent
    row.received += each.received
    rank = row.rank or None
    for weight, at in each.times:
        rank = ranked(rank, weight, at)
        row.last_at = max(row.last_at, datetime.fromtimestamp(at, UTC))
    row.rank = rank or 0.0
    row.found_by = found_by([row.name, row.address])
    return row


def _forget_least(account_id: int) -> None:
    rows = Acquaintance.objects.filter(account=account_id).order_by("-rank")
    least = rows.values_list("rank", flat=True)[MOST : MOST + 1].first()
    if least is not None:
        rows.filter(rank__lte=least).delete()
