"""What blocked senders send goes to Junk as it arrives. The person may move it back: then it stays."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from imapbridge import actions
from imapbridge.models import Entry
from imapbridge.terms.flags import NOT_JUNK
from webmail.models import Correspondent
from webmail.models.correspondents import known_as

LOOKED_BACK = timedelta(days=2)
"""Of what is in the inbox: what was there long before is the person's own affair."""
MOST = 500
# Written out: each sync that brings mail asks it.
_BLOCKED = f"SELECT address FROM {Correspondent._meta.db_table} WHERE account_id = %s AND is_blocked"  # noqa: S608


def arrived(sender: object, account_id: int, **_kwargs: Any) -> None:
    """Receives `imapbridge.events.mail_arrived`. Where the account has no Junk, nothing is moved."""
    with suppress(actions.NoMailboxFor):
        sweep(account_id)


def sweep(account_id: int) -> int:
    """Move what came of late from blocked senders. Returns how many; one query when nobody is blocked.

    Raises NoMailboxFor where the account has no Junk.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED, [account_id])
        blocked = {address for (address,) in cursor.fetchall()}
    if not blocked:
        return 0
    since = int((timezone.now() - LOOKED_BACK).timestamp())
    arrived = Entry.objects.filter(
        account=account_id, mailbox__special_use="inbox", seen=False, expunged=False, sort_at__gte=since
    ).order_by("-sort_at")
    rows = arrived.values_list("mailbox", "message", "message__sender_address", "keywords")[:MOST]
    found: dict[int, list[int]] = {}
    for mailbox, message, sender, keywords in rows:
        if known_as(sender) in blocked and NOT_JUNK not in keywords:
            found.setdefault(mailbox, []).append(int(message))
    for mailbox, messages in found.items():
        actions.junk(account_id, messages, mailbox)
    return sum(map(len, found.values()))
