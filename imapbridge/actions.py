"""What people do to mail: in the index now, on the server soon. With `sync` the only writer of the mirror.

The index and the PendingChange are written in one transaction: what the screen shows is never lost on the way.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from django.db import transaction

from imapbridge import client, events
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync import listing
from imapbridge.terms import flags
from imapbridge.terms.uids import UidSet
from imapbridge.writing import writing


def set_seen(account_id: int, messages: Collection[int], seen: bool) -> None:
    """Mark messages as read or unread, in every mailbox that holds them."""
    _set(account_id, messages, "seen", flags.SEEN, seen)


def set_flagged(account_id: int, messages: Collection[int], flagged: bool) -> None:
    """Put a star on messages, or take it away."""
    _set(account_id, messages, "flagged", flags.FLAGGED, flagged)


def _set(account_id: int, messages: Collection[int], column: str, flag: str, wanted: bool) -> None:
    with writing(account_id):
        _set_in_turn(account_id, messages, column, flag, wanted)


def _set_in_turn(account_id: int, messages: Collection[int], column: str, flag: str, wanted: bool) -> None:
    different = Entry.objects.filter(account=account_id, message__in=messages, expunged=False, **{column: not wanted})
    places: dict[int, dict[int, int]] = {}
    for mailbox_id, uid, thread in different.values_list("mailbox_id", "uid", "thread"):
        places.setdefault(mailbox_id, {})[uid] = thread
    for mailbox in Mailbox.objects.filter(pk__in=places):
        _set_in(mailbox, places[mailbox.pk], column, flag, wanted)
    if places:
        transaction.on_commit(partial(client.replay, account_id), robust=True)


def _set_in(mailbox: Mailbox, places: dict[int, int], column: str, flag: str, wanted: bool) -> None:
    fewer_unread = len(places) if column == "seen" and wanted else -len(places) if column == "seen" else 0
    state = events.raise_state(mailbox.pk, unread=-fewer_unread)
    Entry.objects.filter(mailbox=mailbox.pk, uid__in=places).update(state=state, **{column: wanted})
    PendingChange.objects.create(
        account_id=mailbox.account_id, mailbox=mailbox, kind=PendingChange.Kind.FLAGS,
        uid_validity=mailbox.uid_validity or 0, uids=str(UidSet.of(places)), **{"add" if wanted else "remove": [flag]},
    )  # fmt: skip
    listing.refresh(mailbox, set(places.values()), state)
