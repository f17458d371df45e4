"""Takes out of the index what is no longer needed: old tombstones, content without a place, bodies over the bound."""

from __future__ import annotations

import time

from django.db.models import Exists, OuterRef, Sum
from django.db.models.functions import Length

from accounts.models import MailAccount
from imapbridge.models import Body, Entry, Mailbox, MailboxThread, Message, PendingChange
from imapbridge.models.change import filing_folder
from imapbridge.writing import writing

BODIES = 200 * 2**20
"""Octets of cached bodies an account may keep."""
BATCH = 1000
ORPHANED = 24 * 3600
"""Seconds after which a file that no row knows is removed."""


def sweep() -> None:
    """Once a day. Each step may be cut short: the next run does the rest."""
    for account_id, mailbox_id in Mailbox.objects.values_list("account_id", "pk"):
        _tombstones(account_id, mailbox_id)
    for account_id in MailAccount.objects.values_list("pk", flat=True):
        _without_place(account_id)
        _bodies(account_id)
    _filing()


def _tombstones(account_id: int, mailbox_id: int) -> None:
    """Those that were tombstones at the last sweep already: a page that was open then knows of them.

    Not where work is owed to the server: it may be refused, and then they are places again.
    """
    with writing(account_id):
        mailbox = Mailbox.objects.filter(pk=mailbox_id).only("state", "sweep_mark").first()
        if mailbox is not None and not PendingChange.objects.filter(mailbox=mailbox_id, confirmed_at=None).exists():
            _drop_tombstones(mailbox_id, mailbox)


def _drop_tombstones(mailbox_id: int, mailbox: Mailbox) -> None:
    Entry.objects.filter(mailbox=mailbox_id, expunged=True, state__lte=mailbox.sweep_mark).delete()
    MailboxThread.objects.filter(mailbox=mailbox_id, count=0, state__lte=mailbox.sweep_mark).delete()
    Mailbox.objects.filter(pk=mailbox_id).update(changes_from=mailbox.sweep_mark, sweep_mark=mailbox.state)


def _without_place(account_id: int) -> None:
    """A message moved by another client is gone in one mailbox before it is seen in the other: hence not at once."""
    lost = Message.objects.filter(~Exists(Entry.objects.filter(message=OuterRef("pk"))), account=account_id)
    found = True
    while found:
        with writing(account_id):  # or a sync could give one of them a place in between
            found = bool(some := list(lost.values_list("pk", flat=True)[:BATCH]))
            Message.objects.filter(pk__in=some).delete()


def _bodies(account_id: int) -> None:
    bodies = Body.objects.filter(message__account=account_id)
    over = (bodies.aggregate(size=Sum(Length("data")))["size"] or 0) - BODIES
    for pk, size in bodies.order_by("fetched_at").values_list("pk", Length("data")).iterator():
        if over <= 0:
            return
        Body.objects.filter(pk=pk).delete()
        over -= size


def _filing() -> None:
    """Messages that were to be filed and are not owed any more, or were begun with and never written down."""
    owed = set(PendingChange.objects.exclude(file="").values_list("file", flat=True))
    before = time.time() - ORPHANED
    for path in filing_folder().iterdir():
        if path.name not in owed and path.stat().st_ctime < before:
            path.unlink(missing_ok=True)
