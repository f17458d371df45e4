"""Filing a message that was made here: its octets are kept until the server has them."""

from __future__ import annotations

from collections.abc import Collection

from imapbridge.actions.owing import owe
from imapbridge.models import Mailbox, PendingChange
from imapbridge.sync import apply, drafted
from imapbridge.sync.content import content
from imapbridge.sync.places import OWN
from imapbridge.writing import writing


def append(account_id: int, mailbox: int, data: bytes, flags: Collection[str] = ()) -> int:
    """Put a message, whole and with CRLF line ends, into a mailbox. Returns the key of the change.

    It is in the list at once. A message without a Message-ID that was sent and not answered is looked for by its size
    alone: give it one.
    """
    with writing(account_id):
        box = Mailbox.objects.get(account=account_id, pk=mailbox)
        change = owe(
            account_id, box.pk, PendingChange.Kind.APPEND, (), uid_validity=box.uid_validity or 0, data=data,
            add=sorted(flags),
        )  # fmt: skip
        told = drafted.fetched(-change.pk, data, flags, change.created_at)
        place = apply.made_here(box, content(told, box.pk, box.uid_validity or 0, ""))
        change.places = {OWN: place}
        change.save(update_fields=["places"])
    return int(change.pk)
