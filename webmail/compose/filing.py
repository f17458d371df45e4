"""The copy in Sent of what has gone: offered to the mail server until it has it, or its person does without.

Its octets stay until then. Usually the copy is owed to the server (`imapbridge.actions`), for as long as nobody
answers. What the server refuses, as for a full mailbox, is held here, shown in the outbox, and offered again: by the
clock now and then, and at once when its person says so. The clock makes no mailbox for it: its person, or the next
message, does.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import autoconfig
from imapbridge import actions
from imapbridge.actions import folders
from imapbridge.errors import MailError
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.terms import flags
from imapbridge.terms.special_use import SpecialUse
from imapbridge.wire import quirks
from imapbridge.writing import writing
from webmail.compose import clearing
from webmail.models import Outgoing

logger = logging.getLogger(__name__)

Copy = Outgoing.Copy
SENT = "Sent"
"""What a mailbox for what was sent is called, where there is none."""
AGAIN = timedelta(hours=2)
"""Between two times that a held copy is offered by itself."""
MOST = 100
"""Rows that one look of the clock is for."""
UNFILED = Q(copy__in=(Copy.NONE, Copy.HELD)) | Q(copy=Copy.OWED, filing__isnull=False)
"""The copy needs the octets yet. Without `filing` it was owed by a version that gave the change octets of its own."""


def file(row: Outgoing, *, may_make: bool = True) -> None:
    """Have the copy filed, when it is not seen to yet or was held; `may_make`: the mailbox for it as well."""
    with writing(row.account_id):
        now = Outgoing.objects.select_for_update().get(pk=row.pk)
        if now.copy not in (Copy.NONE, Copy.HELD) or not Mailbox.objects.filter(account=row.account_id).exists():
            return
        was = now.copy
        now.copy = Copy.SERVER if _is_filed_by_server(row.account.address) else _offered(now, may_make=may_make)
        now.copy_due_at = timezone.now() + AGAIN if now.copy == Copy.HELD else None
        now.save(update_fields=["copy", "filing", "copy_problem", "copy_due_at"])
        if was == Copy.NONE:
            actions.mark_original(row.account_id, now.answers.get("message_id") or "", now.answers.get("kind") or "")


def catch_up() -> None:
    """The server has confirmed what was owed: its octets go. And what it refused is offered again when it is time."""
    owed = PendingChange.objects.filter(pk=OuterRef("filing"), confirmed_at=None)
    over = Outgoing.objects.filter(~Exists(owed), filing__isnull=False, copy=Copy.OWED)
    for row in over.order_by("pk")[:MOST]:
        Outgoing.objects.filter(pk=row.pk, copy=Copy.OWED, filing=row.filing).update(copy=Copy.FILED, filing=None)
        _drop_at_the_end(row)
    for row in _held().filter(copy_due_at__lte=timezone.now()).select_related("account").order_by("pk")[:MOST]:
        with one_of_many(row.pk):
            _again(row, may_make=False)


@contextmanager
def one_of_many(outgoing_id: int) -> Iterator[None]:
    """What cannot be done for one, as on a full disk, is left for the next time, and holds up no other."""
    try:
        yield
    except (OSError, MailError):
        logger.exception("outgoing=%d is left for the next time", outgoing_id)


def refused(sender: object, change: PendingChange, code: str, **_kwargs: Any) -> bool:
    """Receives `imapbridge.events.not_filed`. Whether it was a copy of ours; its person is told of it once."""
    row = Outgoing.objects.filter(filing=change.pk, copy=Copy.OWED).exclude(octets="").first()
    if row is None:
        return False
    logger.warning("outgoing=%d copy for Sent refused: %s", row.pk, code)
    if not row.copy_problem:
        actions.tell(row.account_id, Outgoing.COPY_NOTICE, code, subject=row.subject, source=change.mailbox.name)
    at = timezone.now() + AGAIN
    Outgoing.objects.filter(pk=row.pk).update(copy=Copy.HELD, filing=None, copy_problem=code, copy_due_at=at)
    return True


def offer(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Its person says: now."""
    row = _held().filter(account__in=account_ids, pk=outgoing_id).select_related("account").first()
    if row is not None:
        _again(row, may_make=True)
    return row is not None


def forgo(account_ids: Collection[int], outgoing_id: int) -> bool:
    """Its person does without the copy."""
    row = _held().filter(account__in=account_ids, pk=outgoing_id).first()
    if row is None or not _held().filter(pk=row.pk).update(copy=Copy.NOWHERE, copy_due_at=None):
        return False
    _drop_at_the_end(row)
    return True


def _again(row: Outgoing, *, may_make: bool) -> None:
    file(row, may_make=may_make)
    _drop_at_the_end(row)


def _drop_at_the_end(row: Outgoing) -> None:
    """While others are to get the message yet, its octets are needed anyway."""
    if row.state in (Outgoing.State.SENT, Outgoing.State.PARTLY):
        clearing.drop_octets(row, UNFILED)


def _held() -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(copy=Copy.HELD)


def _offered(row: Outgoing, *, may_make: bool) -> str:
    """What becomes of the copy: it is there already, owed, or kept for later. In the caller's turn; saves nothing."""
    if not row.octets or not row.path.exists():
        logger.error("outgoing=%d no copy for Sent: its octets are gone", row.pk)
        return Copy.NOWHERE
    sent = _sent(row.account_id, may_make=may_make)
    if sent is None:
        if not row.copy_problem:
            actions.tell(
                row.account_id, Outgoing.COPY_NOTICE, actions.NoMailboxFor.code, subject=row.subject, source=SENT
            )
        row.copy_problem = actions.NoMailboxFor.code
        return Copy.HELD
    if row.copy == Copy.HELD and _is_there(sent, row.message_id):
        return Copy.FILED
    row.filing = actions.append_file(row.account_id, sent, row.path, [flags.SEEN])
    return Copy.OWED


def _is_there(sent: int, message_id: str) -> bool:
    """The server may have it though its answer was no."""
    there = Entry.objects.filter(mailbox=sent, message__message_id=message_id, expunged=False, uid__gt=0)
    return there.exists()


def _sent(account_id: int, *, may_make: bool) -> int | None:
    """The mailbox for what was sent. None: there is none, and it is not to be made or cannot be."""
    try:
        return actions.mailbox_for(account_id, SpecialUse.SENT)
    except actions.NoMailboxFor:
        named = Mailbox.objects.filter(account=account_id, name__iexact=SENT, selectable=True, leaving=False).first()
        if named is not None or not may_make:
            return named.pk if named else None
        return _made(account_id)


def _made(account_id: int) -> int | None:
    try:
        return folders.create(account_id, SENT)
    except MailError as error:
        logger.warning("account=%d has no mailbox for what was sent: %s", account_id, error.code)
        return None


def _is_filed_by_server(address: str) -> bool:
    """Then a copy of ours would be a second one."""
    try:
        servers = autoconfig.servers_for(address)
    except autoconfig.NoServers:
        return False
    return any(quirks.choose(one.host).saves_sent for one in (servers.imap, servers.smtp))
