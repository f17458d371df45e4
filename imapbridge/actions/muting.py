"""Muting: what comes of a conversation that nobody wants to hear of any more goes past the inbox, into the archive.

Its messages have the keyword `$muted`, which other programs and mail servers know too. Who moves one back into the
inbox wants to hear of it again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from imapbridge.actions import filing, labels
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync.fields import words
from imapbridge.terms.flags import MUTED
from imapbridge.terms.special_use import SpecialUse
from imapbridge.writing import writing

NEWEST = 100
"""So many of the inbox's messages are looked at when new ones have come."""


def mute(account_id: int, messages: Collection[int], source: int) -> list[int]:
    """Of messages of a mailbox; out of the inbox they go to the archive. Returns the keys of the changes. NoMailboxFor
    where there is no archive."""
    with writing(account_id):
        archive = Mailbox.objects.get(pk=filing.mailbox_for(account_id, SpecialUse.ARCHIVE))
        box = Mailbox.objects.get(pk=source, account=account_id)
        return put(box, archive, filing.entries_of(account_id, messages, source))


def put(source: Mailbox, archive: Mailbox, entries: Collection[Entry]) -> list[int]:
    """The same of these entries of `source`, in the caller's turn."""
    messages = [one.message_id for one in entries]
    changes = labels.set_label(source.account_id, messages, MUTED, True)
    if source.special_use == SpecialUse.INBOX:
        changes += filing.move(source.account_id, messages, source.pk, archive.pk)
    return changes


def unmute(account_id: int, messages: Collection[int]) -> list[int]:
    """They are heard again. Returns the keys of the changes."""
    return labels.set_label(account_id, messages, MUTED, False)


# Written out: every sync that brings new mail asks it, and hardly ever finds anything.
_INBOX = f"""
SELECT min(id) FROM {Mailbox._meta.db_table} WHERE account_id = %s AND special_use = '{SpecialUse.INBOX}'
"""  # noqa: S608 - the table's name is ours
_MUTED = f"""
SELECT ({_INBOX}), held.mailbox_id, held.thread, held.keywords
  FROM {Mailbox._meta.db_table} box JOIN {Entry._meta.db_table} held ON held.mailbox_id = box.id
 WHERE box.account_id = %s AND NOT held.expunged AND held.keywords <> '[]' AND held.thread IN (
       SELECT fresh.thread FROM {Entry._meta.db_table} fresh
        WHERE fresh.mailbox_id = ({_INBOX}) AND NOT fresh.expunged ORDER BY fresh.uid DESC LIMIT {NEWEST})
"""  # noqa: S608 - the tables' names are ours


def skip_inbox(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `events.mail_arrived`: what is new in muted conversations goes to the archive."""
    with connection.cursor() as cursor:
        cursor.execute(_MUTED, [account_id] * 3)
        found = cursor.fetchall()
    muted = {(inbox, box, thread) for inbox, box, thread, keywords in found if MUTED in words(keywords)}
    # One that lies in the inbox itself was put there by somebody.
    silent = {thread for *_, thread in muted} - {thread for inbox, box, thread in muted if box == inbox}
    if not silent:
        return
    archive = Mailbox.objects.filter(account=account_id, special_use=SpecialUse.ARCHIVE, selectable=True).first()
    if archive is None:
        return
    with writing(account_id):
        inbox = Mailbox.objects.get(pk=found[0][0])
        fresh = list(Entry.objects.filter(mailbox=inbox.pk, thread__in=silent, expunged=False).order_by("uid"))
        filing.file(inbox, archive, fresh, PendingChange.Kind.MOVE, add=[MUTED])
