"""Snoozing: conversations leave the list until a moment, and come back unread, on top of the inbox.

They lie in a mailbox for such meanwhile, with a keyword that says until when, so that other programs, and an index that
is made anew, know it too. Who takes one out of there has ended it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.utils import timezone

from imapbridge.actions import filing, folders, labels, marks
from imapbridge.models import Entry, Mailbox, Message, PendingChange, Snooze
from imapbridge.terms import snoozed
from imapbridge.terms.special_use import SpecialUse
from imapbridge.writing import writing

NAME = "Snoozed"
KEPT = timedelta(days=30)
"""For so long a time is remembered that nobody came back for: the mail server may have been away."""


def snooze(account_id: int, messages: Collection[int], source: int, until: datetime) -> list[int]:
    """Put messages of a mailbox away until then; of those that are snoozed already, change the time. Returns the keys
    of the changes, for `undo`. What is not in the mailbox is left out. Raises NameRefused where none can be made."""
    with writing(account_id):
        target = Mailbox.objects.get(pk=mailbox(account_id))
        entries = filing.entries_of(account_id, messages, source)
        if source == target.pk:
            return _change(account_id, entries, until)
        return put(Mailbox.objects.get(account=account_id, pk=source), target, entries, until)


def put(source: Mailbox, target: Mailbox, entries: list[Entry], until: datetime) -> list[int]:
    """As `snooze`, in the caller's turn."""
    _remember(source.account_id, entries, until)
    return filing.file(source, target, entries, PendingChange.Kind.MOVE, add=[snoozed.keyword_of(until)])


def mailbox(account_id: int) -> int:
    """The key of the mailbox for what is snoozed, which is made with the first."""
    try:
        return filing.mailbox_for(account_id, SpecialUse.SNOOZED)
    except filing.NoMailboxFor:
        made = folders.create(account_id, NAME)
        Mailbox.objects.filter(pk=made).update(special_use=SpecialUse.SNOOZED)
        return made


def _change(account_id: int, entries: list[Entry], until: datetime) -> list[int]:
    """Another time for what is there."""
    _remember(account_id, entries, until)
    messages, wanted = [one.message_id for one in entries], snoozed.keyword_of(until)
    known = {word for one in entries for word in one.keywords if snoozed.is_time(word)} - {wanted}
    changes = [change for word in sorted(known) for change in labels.set_label(account_id, messages, word, False)]
    # Where the mail server keeps no keywords there is none, and it need not be asked again.
    return changes + (labels.set_label(account_id, messages, wanted, True) if known else [])


def _remember(account_id: int, entries: Iterable[Entry], until: datetime) -> None:
    keys = Message.objects.filter(pk__in=[one.message_id for one in entries]).values_list("content_key", flat=True)
    Snooze.objects.bulk_create(
        [Snooze(account_id=account_id, content_key=bytes(key), until=until) for key in keys],
        update_conflicts=True, unique_fields=["account", "content_key"], update_fields=["until"],
    )  # fmt: skip


# --- coming back ------------------------------------------------------------------------------------------------------


class _Sleeper(NamedTuple):
    account: int
    mailbox: int
    message: int


def wake(now: datetime | None = None) -> None:
    """Bring back all that is due, of everybody. To be called again and again."""
    now = now or timezone.now()
    due = sorted(_due(now))
    for (account, box), group in groupby(due, key=itemgetter(0, 1)):
        with writing(account):
            _bring_back(account, box, [one.message for one in group], now)
    Snooze.objects.filter(until__lt=now - KEPT).delete()


def _due(now: datetime) -> Iterable[_Sleeper]:
    here = Entry.objects.filter(mailbox__special_use=SpecialUse.SNOOZED, mailbox__leaving=False, expunged=False)
    names = ("account", "mailbox", "message", "keywords", "message__content_key")
    known = {(row.account_id, bytes(row.content_key)): row.until for row in Snooze.objects.filter(until__lte=now)}
    for account, box, message, keywords, key in here.values_list(*names):
        until = snoozed.until(keywords) or known.get((account, bytes(key)))
        if until is not None and until <= now:
            yield _Sleeper(account, box, message)


def _bring_back(account_id: int, box: int, messages: list[int], now: datetime) -> None:
    inbox = Mailbox.objects.filter(account=account_id, special_use=SpecialUse.INBOX, selectable=True).first()
    entries = filing.entries_of(account_id, messages, box)
    if inbox is None or not entries:
        return
    newest = {one.thread: one.message_id for one in sorted(entries, key=lambda one: one.sort_at)}
    marks.set_seen(account_id, list(newest.values()), seen=False)
    entries = filing.entries_of(account_id, messages, box)  # as they are now
    source = Mailbox.objects.get(pk=box)
    filing.file(source, inbox, entries, PendingChange.Kind.MOVE, sort_at=int(now.timestamp()))
    keys = Message.objects.filter(pk__in=messages).values_list("content_key", flat=True)
    Snooze.objects.filter(account=account_id, content_key__in=[bytes(key) for key in keys]).delete()
