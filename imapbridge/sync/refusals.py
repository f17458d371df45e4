"""What people did and the server will not do: the index goes back to the truth, and they are told (`Notice`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.db.models import Q

from imapbridge import events
from imapbridge.errors import MailArrived
from imapbridge.models import Entry, Mailbox, Message, Notice, PendingChange
from imapbridge.models.change import filing_folder
from imapbridge.sync import hierarchy, listing, places
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.sync.rows import update_each
from imapbridge.terms.uids import UidSet

Kind, Step = PendingChange.Kind, PendingChange.Step
GONE = "mailbox-gone"


def lost(mailbox: Mailbox) -> None:
    """The mailbox is gone, or its UIDs mean other messages now: what is owed there cannot be done any more.

    But for what is to be filed there: it has no UID, and nobody else has its octets.
    """
    filed = Q(kind=Kind.APPEND, confirmed_at=None)
    for change in PendingChange.objects.filter(~filed, mailbox=mailbox.pk, confirmed_at=None).order_by("-pk"):
        if PendingChange.objects.filter(pk=change.pk).exists():  # not taken back with another one
            take_back(change, GONE)
    PendingChange.objects.filter(~filed, mailbox=mailbox.pk).delete()


def no_target(mailbox: Mailbox) -> None:
    """The mailbox is gone: what was to go there stays where it is, and what was to be filed there is told of."""
    there = Q(target=mailbox.pk) | Q(mailbox=mailbox.pk, kind=Kind.APPEND)
    for change in PendingChange.objects.filter(there, confirmed_at=None).order_by("-pk"):
        if change.step != Step.COPIED:
            take_back(change, GONE)


def take_back(change: PendingChange, code: str) -> None:
    """Undo a change in the index and tell of it. In the caller's turn.

    Its messages are those that it really changed, so the inverse is the truth.
    """
    if change.kind in PendingChange.OF_MAILBOXES:
        _take_back_mailbox(change, code)
        return
    if not _is_kept(change, code):
        _tell(change, code)
    entries = messages_of(change)
    if change.kind == Kind.FLAGS:
        put_flags(change.mailbox, entries, add=change.remove, remove=change.add)
    withdraw(change, entries)


def _is_kept(change: PendingChange, code: str) -> bool:
    """Whether somebody else has what was to be filed, and sees to it."""
    if change.kind != Kind.APPEND:
        return False
    answers = events.not_filed.send(PendingChange, change=change, code=code)
    return any(answer for _receiver, answer in answers)


def _take_back_mailbox(change: PendingChange, code: str) -> None:
    if code != GONE or change.kind in (Kind.CREATE, Kind.RENAME):  # else there is nothing left to do
        _note(change, code)
    if change.kind == Kind.CREATE:
        no_target(change.mailbox)
        change.mailbox.delete()
        return
    hierarchy.put_back(change)
    PendingChange.objects.filter(pk=change.pk).delete()


def withdraw(change: PendingChange, entries: Collection[Entry]) -> None:
    """Take a change out of the queue, and its places with it."""
    if change.kind in (Kind.MOVE, Kind.EXPUNGE):
        hidden = [one for one in entries if one.expunged]
        places.hide(change.mailbox, hidden, events.raise_state(change.mailbox_id), away=False)
    if change.step != Step.COPIED:
        places.drop(change.places.values())
    PendingChange.objects.filter(pk=change.pk).delete()
    if change.file:
        transaction.on_commit(partial((filing_folder() / change.file).unlink, missing_ok=True))
    if change.kind in (Kind.MOVE, Kind.COPY, Kind.EXPUNGE):
        _keep(change.mailbox_id)


def _keep(mailbox_id: int) -> None:
    """What was to be elsewhere by now has stayed in it: so it is not deleted, even if that was asked for since."""
    for deletion in PendingChange.objects.filter(mailbox=mailbox_id, kind=Kind.DELETE, confirmed_at=None):
        take_back(deletion, MailArrived.code)


def messages_of(change: PendingChange) -> list[Entry]:
    """The entries a change is about, those that it took away among them."""
    here = Entry.objects.filter(mailbox=change.mailbox_id)
    return [*here.filter(uid__in=list(UidSet.parse(change.uids))), *here.filter(pk__in=change.unplaced)]


def put_flags(mailbox: Mailbox, entries: Collection[Entry], add: Collection[str], remove: Collection[str]) -> None:
    """Change flags in the index."""
    unread: Counter[bool] = Counter()
    for entry in entries:
        before = FlagValues.of_columns(*(getattr(entry, name) for name in FLAG_COLUMNS))
        after = FlagValues.of((before.flags() | set(add)) - set(remove))
        for name, value in zip(FLAG_COLUMNS, after.columns(), strict=True):
            setattr(entry, name, value)
        if not entry.expunged:
            unread[before.seen] += 1
            unread[after.seen] -= 1
    state = events.raise_state(mailbox.pk, unread=-unread[False])
    for entry in entries:
        entry.state = state
    update_each([*entries], "state", *FLAG_COLUMNS)
    listing.refresh(mailbox, {entry.thread for entry in entries}, state)


def _tell(change: PendingChange, code: str) -> None:
    entries = messages_of(change)
    first = Message.objects.filter(pk__in=[one.message_id for one in entries[:1]]).values_list("subject", flat=True)
    _note(change, code, subject=first[0] if first else "", count=max(1, len(entries)))


def _note(change: PendingChange, code: str, subject: str = "", count: int = 1) -> None:
    source = change.name_before or change.mailbox.name
    Notice.objects.create(
        account_id=change.account_id, kind=change.kind, code=code, subject=subject, count=count, source=source,
        target=change.target.name if change.target else change.name,
    )  # fmt: skip
