"""Muting: what comes of a conversation that nobody wants to hear of any more goes past the inbox, into the archive.

Its messages have the keyword `$muted`, which other programs and mail servers know too. Who moves one back into the
inbox wants to hear of it again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from imapbridge.actions import filing, labels
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.terms.flags import MUTED
from imapbridge.terms.special_use import SpecialUse
from imapbridge.writing import writing

NEWEST = 100
"""So many of the inbox's messages are looked at when new ones have come."""


def mute(account_id: int, messages: Collection[int], source: int) -> list[int]:
    """Of messages of a mailbox; out of the inbox they go to the archive. Returns the keys of the changes. NoMailboxFor
    where there is no archive."""
    with writing(account_id):
        archive = filing.mailbox_for(account_id, SpecialUse.ARCHIVE)
        changes = labels.set_label(account_id, messages, MUTED, True)
        if Mailbox.objects.filter(pk=source, account=account_id, special_use=SpecialUse.INBOX).exists():
            changes += filing.move(account_id, messages, source, archive)
    return changes


def unmute(account_id: int, messages: Collection[int]) -> list[int]:
    """They are heard again. Returns the keys of the changes."""
    return labels.set_label(account_id, messages, MUTED, False)


def skip_inbox(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `events.mail_arrived`: what is new in muted conversations goes to the archive."""
    inbox = Mailbox.objects.filter(account=account_id, special_use=SpecialUse.INBOX).first()
    archive = Mailbox.objects.filter(account=account_id, special_use=SpecialUse.ARCHIVE, selectable=True).first()
    if inbox is None or archive is None:
        return
    newest = Entry.objects.filter(mailbox=inbox.pk, expunged=False).order_by("-uid")
    threads = set(newest.values_list("thread", flat=True)[:NEWEST])
    held = Entry.objects.filter(mailbox__account=account_id, thread__in=threads, expunged=False).exclude(keywords=[])
    muted = {
        (box, thread) for box, thread, words in held.values_list("mailbox", "thread", "keywords") if MUTED in words
    }
    # One that lies in the inbox itself was put there by somebody.
    silent = {thread for _, thread in muted} - {thread for box, thread in muted if box == inbox.pk}
    if not silent:
        return
    with writing(account_id):
        fresh = list(Entry.objects.filter(mailbox=inbox.pk, thread__in=silent, expunged=False).order_by("uid"))
        filing.file(inbox, archive, fresh, PendingChange.Kind.MOVE, add=[MUTED])
