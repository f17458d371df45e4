"""What people did to mailboxes themselves, and the server's list of them, brought together.

A mailbox that a person made is a row at once. One that they renamed has its new name at once (`Mailbox.name`), and so
have those below it; `raw_name` stays the server's until the server has renamed it, so that whatever else is owed there
finds it before and after. One that they deleted is `leaving`: on no screen, but a row until the server's list is
without it, so that it can come back as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import transaction

from imapbridge import events
from imapbridge.models import Mailbox, PendingChange
from imapbridge.sync import renaming
from imapbridge.sync.owed import Answer, Owed
from imapbridge.wire import names
from imapbridge.wire.results import ListedMailbox

Kind = PendingChange.Kind
Said = dict[bytes, ListedMailbox]


class OldNews(Exception):
    """The list was read before the server carried out what is confirmed by now: it has to be read again."""


def owed(account_id: int) -> list[PendingChange]:
    """What people did to mailboxes, in order; also what was confirmed a little ago."""
    return list(PendingChange.objects.filter(account=account_id, kind__in=PendingChange.OF_MAILBOXES).order_by("pk"))


def check(changes: Sequence[PendingChange], began: datetime) -> None:
    """Raises OldNews when a list that was asked for at `began` may not know of something that is done."""
    if any(change.confirmed_at and change.confirmed_at >= began for change in changes):
        raise OldNews


def expected(changes: Sequence[PendingChange], gone: Mapping[bytes, Mailbox], said: Said) -> dict[bytes, bytes | None]:
    """Of rows that the list is without, those that we know about: {key before: key now}; None: it is not made yet."""
    known: dict[bytes, bytes | None] = {}
    by_key = {row.pk: key for key, row in gone.items()}
    for change in changes:
        key = by_key.get(change.mailbox_id)
        if key is None or change.confirmed_at:
            continue
        if change.kind == Kind.CREATE:
            known[key] = None
        elif change.kind == Kind.RENAME and change.attempts:
            known |= {old: new for old, new in _renamed_keys(gone, key, change.name).items() if new in said}
    return known


def _renamed_keys(gone: Mapping[bytes, Mailbox], key: bytes, name: str) -> dict[bytes, bytes]:
    """The server has renamed it, and we have not heard so: it is where we sent it, and so is what is below it."""
    below = key + gone[key].delimiter.encode()
    now = names.encode(name)
    return {old: now + old[len(key) :] for old in gone if old == key or (below != key and old.startswith(below))}


def laid_over(changes: Sequence[PendingChange], held: Mapping[bytes, Mailbox], said: Said) -> Said:
    """The list, with the names that people gave and the subscriptions that they changed, of which the server does not
    know yet."""
    keys = {row.pk: key for key, row in held.items()}
    for change in changes:
        key = keys.get(change.mailbox_id)
        if change.kind == Kind.RENAME and not change.confirmed_at and key in said:
            one = said[key]
            moved = moved_names([each.name for each in said.values()], one.name, change.name, one.delimiter)
            said = {key: replace(each, name=moved.get(each.name, each.name)) for key, each in said.items()}
        elif change.kind == Kind.SUBSCRIBE and not change.confirmed_at and key in said:
            said = {**said, key: replace(said[key], subscribed=bool(change.add))}
    return said


def leaving(changes: Sequence[PendingChange]) -> set[int]:
    """The mailboxes that are deleted here and not on the server."""
    return {change.mailbox_id for change in changes if change.kind == Kind.DELETE and not change.confirmed_at}


def moved_names(all_names: Collection[str], before: str, now: str, delimiter: str) -> dict[str, str]:
    """{name before: name now} of a mailbox that is renamed, and of those below it."""
    below = before + delimiter
    return {
        name: now + name[len(before) :]
        for name in all_names
        if name == before or (delimiter and name.startswith(below))
    }


def rename(account_id: int, before: str, now: str, delimiter: str) -> None:
    """Give a mailbox, and those below it, their new names on the screen. In the caller's turn."""
    rows = list(Mailbox.objects.filter(account=account_id).only("account", "name"))
    moved = moved_names([row.name for row in rows], before, now, delimiter)
    for row in rows:
        if row.name in moved:
            Mailbox.objects.filter(pk=row.pk).update(name=moved[row.name])
            tell(row)
    renaming.follow(account_id, moved)


def tell(row: Mailbox) -> None:
    """Open pages look at the mailboxes once more."""
    transaction.on_commit(partial(events.publish, row.account_id, row.pk), robust=True)


def done(change: Owed, answer: Answer) -> None:
    """The server has done it: what it calls them now. In the caller's turn.

    A list that was read meanwhile may have told before.
    """
    if change.kind not in (Kind.CREATE, Kind.RENAME) or answer.raw_name == change.raw_name:
        return
    rows = {bytes(row.raw_name): row for row in Mailbox.objects.filter(account=change.account_id)}
    held = rows.get(change.raw_name)
    if held is None or held.pk != change.mailbox_id or answer.raw_name in rows:
        return
    below = change.raw_name + held.delimiter.encode()
    for raw_name, row in rows.items():
        if raw_name == change.raw_name or (held.delimiter and raw_name.startswith(below)):
            now = answer.raw_name + raw_name[len(change.raw_name) :]
            Mailbox.objects.filter(pk=row.pk).update(raw_name=now)


def put_back(change: PendingChange) -> None:
    """The server will not do it: the screen shows it as it was. In the caller's turn."""
    row = change.mailbox
    if change.kind == Kind.RENAME and row.name == change.name:
        rename(row.account_id, change.name, change.name_before, row.delimiter)
    elif change.kind == Kind.DELETE:
        Mailbox.objects.filter(pk=row.pk).update(leaving=False)
    elif change.kind == Kind.SUBSCRIBE:
        Mailbox.objects.filter(pk=row.pk).update(subscribed=not change.add)
    tell(row)
