"""The mailbox list: what the server has, what each is for, and how many messages it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import MailAccount
from accounts.rows import columns, instances
from imapbridge import events
from imapbridge.models import Mailbox, Mirror, PendingChange
from imapbridge.sync import hierarchy, listing, refusals, renaming, replay, wholes
from imapbridge.sync.rows import update
from imapbridge.terms import special_use
from imapbridge.terms.special_use import SpecialUse
from imapbridge.wire import names
from imapbridge.wire.results import ListedMailbox
from imapbridge.writing import writing

IsOwn = Callable[[bytes], bool]
"""Whether the mailbox of a raw name is the person's own, see `namespaces`."""


def apply(
    account_id: int, listed: Iterable[ListedMailbox], is_own: IsOwn = lambda _: True, began: datetime | None = None
) -> list[Mailbox]:
    """Make the index's mailboxes those of the server. Returns the ones that can be opened, INBOX first.

    A mailbox that is found under another name keeps its row, its entries and what is owed to it. One that is gone takes
    its entries with it; their content stays until it is swept, and people are told of what cannot be done any more.
    What people did to mailboxes and the server has not done yet stays as it is. `began`: when the list was asked for;
    raises OldNews when it is older than something that the server has done for us since.
    """
    with writing(account_id):
        owed = hierarchy.owed(account_id) if replay.is_owed(account_id) else []
        return _apply(account_id, listed, is_own, owed, began)


def _apply(
    account_id: int, listed: Iterable[ListedMailbox], is_own: IsOwn, owed: list[PendingChange], began: datetime | None
) -> list[Mailbox]:
    if began:
        hierarchy.check(owed, began)
    said = {names.key(one.raw_name): one for one in listed}
    held = {names.key(bytes(one.raw_name)): one for one, _ in instances(Mailbox, _HELD, [account_id])}
    # Every server has an INBOX (RFC 9051 5.1): a list without it is a broken answer, and deletes nothing.
    if b"INBOX" in said and said[b"INBOX"].selectable:
        _match(account_id, held, said, owed)
    said = hierarchy.laid_over(owed, held, said)
    uses, away = _uses(said.values(), _chosen(account_id), is_own), hierarchy.leaving(owed)
    rows = [_row(account_id, held.get(key), one, uses.get(one.raw_name, ""), away) for key, one in said.items()]
    _heard(account_id)
    order = {use: at for at, use in enumerate(("inbox", "drafts", "sent", "archive"))}
    return sorted((row for row in rows if row.selectable), key=lambda row: (order.get(row.special_use, 9), row.name))


def _match(
    account_id: int, held: dict[bytes, Mailbox], said: dict[bytes, ListedMailbox], owed: list[PendingChange]
) -> None:
    """Bring the rows under the names that the server has for them now; what it has no more is removed."""
    gone = {key: held.pop(key) for key in held.keys() - said.keys()}
    for before, now in hierarchy.expected(owed, gone, said).items():
        row = gone.pop(before)
        if now:
            held[now] = row
    renamed = {}
    for before, now in renaming.found(gone, {key: one for key, one in said.items() if key not in held}).items():
        held[now] = gone.pop(before)
        renamed[held[now].name] = said[now].name[:1000]
        replay.at_once(held[now].pk)
    if renamed:
        renaming.follow(account_id, renamed)
    for row in gone.values():
        _remove(row)


def _heard(account_id: int) -> None:
    """The list was read: whatever was wrong with the account is over. Nothing is written when that is known."""
    now = timezone.now()
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (now, now - KNOWN)]
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [account_id, *moments])


_HELD = f"SELECT {columns(Mailbox, 'box')} FROM {Mailbox._meta.db_table} box WHERE account_id = %s"  # noqa: S608
_CHOSEN = f"SELECT special_uses FROM {MailAccount._meta.db_table} WHERE id = %s"  # noqa: S608
_HEARD = f"""
INSERT INTO {Mirror._meta.db_table} AS mirror (account_id, listed_at, error) VALUES (%s, %s, '')
ON CONFLICT (account_id) DO UPDATE SET listed_at = excluded.listed_at, error = '', error_at = NULL
WHERE mirror.error <> '' OR mirror.listed_at IS NULL OR mirror.listed_at < %s
"""  # noqa: S608


def _chosen(account_id: int) -> dict[str, str]:
    """What the person said that mailboxes are for: {use: name}."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, [account_id])
        row = cursor.fetchone()
    if row is None:
        raise MailAccount.DoesNotExist
    uses: dict[str, str] = json.loads(row[0])
    return uses


def _remove(row: Mailbox) -> None:
    refusals.lost(row)
    refusals.no_target(row)
    threads = listing.threads_of(row.pk)
    row.delete()
    listing.elsewhere(row.account_id, threads)


_LISTED = (
    "raw_name",
    "name",
    "delimiter",
    "special_use",
    "object_id",
    "attributes",
    "selectable",
    "subscribed",
    "leaving",
    "server_total",
    "server_unread",
)
_COUNTS = ("total", "unread")
KNOWN = timedelta(minutes=1)
"""How exactly `Mirror.listed_at` is kept."""
PASSING = {"\\marked", "\\unmarked"}
"""Attributes that say what STATUS says better (RFC 3501 7.2.2), and would have the row written again and again."""


def _row(account_id: int, row: Mailbox | None, said: ListedMailbox, use: str, away: Collection[int]) -> Mailbox:
    row = row or Mailbox(account_id=account_id, raw_name=said.raw_name)
    before = _values(row)
    use_before = row.special_use
    row.raw_name = said.raw_name
    row.name, row.delimiter, row.special_use = said.name[:1000], said.delimiter, use
    row.attributes = sorted(said.attributes - PASSING)
    row.selectable = said.selectable
    row.subscribed = said.subscribed
    row.leaving = row.pk in away
    if said.status:
        row.object_id = (said.status.mailbox_id or row.object_id)[:255]
        row.server_total, row.server_unread = said.status.messages, said.status.unseen
        if not row.complete:
            row.total, row.unread = row.server_total or 0, row.server_unread or 0
    if row.pk is None or before != _values(row):
        if row.pk is None:
            row.save()
        else:  # Only what a list tells: the rest belongs to whoever else writes the row.
            update(row, *_LISTED, *([] if row.complete else _COUNTS))
        _list_anew(row, use_before)
        if not row.complete or before[:-2] != _values(row)[:-2]:  # else nothing that is shown is another
            transaction.on_commit(partial(events.publish, account_id, row.pk), robust=True)
    return row


def _values(row: Mailbox) -> list[object]:
    return [bytes(row.raw_name), *(getattr(row, name) for name in _LISTED[1:])]


def _list_anew(row: Mailbox, use_before: str) -> None:
    """Who is shown, here and elsewhere, and how many messages count depend on what the mailbox is for."""
    if {use_before, row.special_use}.isdisjoint(wholes.APART | wholes.WRITTEN_HERE) or use_before == row.special_use:
        return
    if threads := listing.threads_of(row.pk):
        listing.refresh(row, threads, events.raise_state(row.pk))


def _uses(listed: Iterable[ListedMailbox], chosen: Mapping[str, str], is_own: IsOwn) -> dict[bytes, str]:
    """What each mailbox is for: the person's word first, the server's next (RFC 6154), else by name; each use once.

    Only the person can say that somebody else's mailbox is meant.
    """
    mailboxes = [one for one in listed if one.selectable]
    uses: dict[bytes, str] = {one.raw_name: SpecialUse.INBOX for one in mailboxes if one.name.upper() == "INBOX"}
    by_name = {one.name: one.raw_name for one in mailboxes if one.raw_name not in uses}
    uses |= {by_name[name]: use for use, name in chosen.items() if name in by_name}
    nobodys = {use for use, name in chosen.items() if not name}
    own = [one for one in mailboxes if is_own(one.raw_name)]
    for guess in (lambda one: special_use.from_attributes(one.attributes), _by_name):
        for one in sorted(own, key=lambda one: one.name.count(one.delimiter or "\0")):
            use = guess(one)
            if use and one.raw_name not in uses and use not in nobodys and use not in uses.values():
                uses[one.raw_name] = use
    return uses


def assign_uses(account_id: int) -> None:
    """The person has said anew what a mailbox is for: by what the last list told. In the caller's turn."""
    rows = {bytes(row.raw_name): row for row in Mailbox.objects.filter(account=account_id)}
    listed = [
        ListedMailbox(raw, row.name, row.delimiter, frozenset(row.attributes), row.subscribed)
        for raw, row in rows.items()
    ]
    uses = _uses(listed, _chosen(account_id), lambda _: True)
    for raw, row in rows.items():
        before, row.special_use = row.special_use, uses.get(raw, "")
        if before != row.special_use:
            row.save(update_fields=["special_use"])
            _list_anew(row, before)
            transaction.on_commit(partial(events.publish, account_id, row.pk), robust=True)


def _by_name(one: ListedMailbox) -> SpecialUse | None:
    return special_use.from_name(one.name, one.delimiter)
