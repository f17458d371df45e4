"""The mailbox list: what the server has, what each is for, and how many messages it holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone

from imapbridge import events
from imapbridge.models import Mailbox, Mirror
from imapbridge.terms import special_use
from imapbridge.terms.special_use import SpecialUse
from imapbridge.wire.results import ListedMailbox
from imapbridge.writing import writing


def apply(account_id: int, listed: Iterable[ListedMailbox]) -> list[Mailbox]:
    """Make the index's mailboxes those of the server. Returns the ones that can be opened, INBOX first.

    A mailbox that is gone takes its entries with it; their content stays until it is swept, for a renamed mailbox holds
    the same messages.
    """
    with writing(account_id):
        return _apply(account_id, listed)


def _apply(account_id: int, listed: Iterable[ListedMailbox]) -> list[Mailbox]:
    said = {one.raw_name: one for one in listed}
    held = {bytes(one.raw_name): one for one in Mailbox.objects.filter(account=account_id)}
    uses = _uses(said.values())
    # Every server has an INBOX (RFC 9051 5.1): a list without it is a broken answer, and deletes nothing.
    for raw_name in held.keys() - said.keys() if SpecialUse.INBOX in uses.values() else ():
        held[raw_name].delete()
    rows = [_row(account_id, held.get(raw_name), one, uses.get(raw_name, "")) for raw_name, one in said.items()]
    Mirror.objects.update_or_create(
        account_id=account_id, defaults={"listed_at": timezone.now(), "error": "", "error_at": None}
    )
    order = {use: at for at, use in enumerate(("inbox", "drafts", "sent", "archive"))}
    return sorted((row for row in rows if row.selectable), key=lambda row: (order.get(row.special_use, 9), row.name))


_LISTED = (
    "name",
    "delimiter",
    "special_use",
    "attributes",
    "selectable",
    "subscribed",
    "server_total",
    "server_unread",
)
_COUNTS = ("total", "unread")


def _row(account_id: int, row: Mailbox | None, said: ListedMailbox, use: str) -> Mailbox:
    row = row or Mailbox(account_id=account_id, raw_name=said.raw_name)
    before = (row.name, row.special_use, row.selectable, row.subscribed, row.server_total, row.server_unread)
    row.name, row.delimiter, row.special_use = said.name[:1000], said.delimiter, use
    row.attributes = sorted(said.attributes)
    row.selectable = said.selectable
    row.subscribed = said.subscribed
    if said.status:
        row.server_total, row.server_unread = said.status.messages, said.status.unseen
        if not row.complete:
            row.total, row.unread = row.server_total or 0, row.server_unread or 0
    if row.pk is None or before != (row.name, use, row.selectable, row.subscribed, row.server_total, row.server_unread):
        # Only what a list tells: the rest belongs to whoever else writes the row.
        row.save(update_fields=None if row.pk is None else [*_LISTED, *([] if row.complete else _COUNTS)])
        transaction.on_commit(partial(events.publish, account_id, row.pk), robust=True)
    return row


def _uses(listed: Iterable[ListedMailbox]) -> dict[bytes, str]:
    """What each mailbox is for: the server's word first (RFC 6154), else by its name; each use once."""
    mailboxes = list(listed)
    uses: dict[bytes, str] = {one.raw_name: SpecialUse.INBOX for one in mailboxes if one.name.upper() == "INBOX"}
    for guess in (lambda one: special_use.from_attributes(one.attributes), _by_name):
        for one in sorted(mailboxes, key=lambda one: one.name.count(one.delimiter or "\0")):
            use = guess(one)
            if use and one.raw_name not in uses and use not in uses.values():
                uses[one.raw_name] = use
    return uses


def _by_name(one: ListedMailbox) -> SpecialUse | None:
    return special_use.from_name(one.name, one.delimiter)
