"""What comes back of a message: reports of its delivery (RFC 3464) among the new mail, matched to what was sent.

A report is known by the name that we gave the envelope, else by the Message-ID of what it returns, else by a recipient
whom we wrote to lately. It is mail like any other, which anybody can write: it changes what is told of a message that
was sent, and nothing else. Never moves or hides the report.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from imapbridge import bodies
from imapbridge.errors import MailError, TryAgain
from imapbridge.mime import report
from imapbridge.mime.report import Report, Told
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail.compose.posting import envelope_id
from webmail.models import Outgoing
from webmail.models.outgoing import Recipient

logger = logging.getLogger(__name__)

Fate = Outgoing.Fate
EXPECTED = timedelta(days=14)
"""For so long after it was sent something may come back of a message."""
LATELY = timedelta(days=5)
"""For so long a recipient alone tells which message is meant."""
MOST = 500
"""New messages that are looked through at once."""
LARGEST = 512 * 1024
"""Octets of a returned message that is fetched for its Message-ID."""
_SURER: dict[str, int] = {
    Fate.WAITING: 0, Fate.ACCEPTED: 1, Fate.UNKNOWN: 1, Fate.DELAYED: 2, Fate.RELAYED: 3, Fate.EXPANDED: 3,
    Fate.DELIVERED: 3, Fate.FAILED: 4,
}  # fmt: skip
"""What is told later changes nothing that was surer."""
_IS_EXPECTED = f"SELECT 1 FROM {Outgoing._meta.db_table} WHERE account_id = %s AND sent_at > %s LIMIT 1"  # noqa: S608


def is_expected(account_id: int) -> bool:
    """Whether anything could come back at all: one query, of an index, written out, for each new mail asks."""
    with connection.cursor() as cursor:
        since = connection.ops.adapt_datetimefield_value(timezone.now() - EXPECTED)
        cursor.execute(_IS_EXPECTED, [account_id, since])
        return cursor.fetchone() is not None


def look(account_id: int) -> int:
    """Look through what has come since the last time. Returns how many messages are told of anew.

    TryAgain: the mail server could not be asked; nothing is passed over.
    """
    found, key = 0, f"bounces-looked:{account_id}"
    for message in _reports(account_id, int(cache.get(key) or 0)):
        try:
            found += _take(message)
        except TryAgain:
            raise
        except MailError as error:
            logger.info("message=%d report not read: %s", message.pk, error.code)
        cache.set(key, message.pk, None)
    return found


def _reports(account_id: int, looked: int) -> Iterator[Message]:
    new = Message.objects.filter(account=account_id, pk__gt=looked).order_by("-pk").values_list("pk", "structure")
    keys = [pk for pk, structure in new[:MOST] if structure and structure[1] == "multipart/report"]
    yield from Message.objects.filter(pk__in=keys).order_by("pk")


def _take(message: Message) -> int:
    root = bodies.structure_of(message)
    status = _first(root, "message/delivery-status", "message/global-delivery-status")
    if status is None:
        return 0
    told = report.read(bodies.read_part(message, status, report.MAX_REPORT))
    return sum(apply(told, pk) for pk in _about(told, message, root))


def _about(told: Report, message: Message, root: Part) -> list[int]:
    """The message that it is about; at most one."""
    sent = _sent(message.account_id)
    for key in filter(None, (told.envelope_id.lower(), envelope_id(_returned(message, root)).lower())):
        named = [pk for pk, own in sent.values_list("pk", "message_id") if envelope_id(own).lower() == key]
        if named:
            return named[:1]
    wanted = {address for one in told.recipients for address in one.addresses}
    rows = sent.filter(sent_at__gt=timezone.now() - LATELY).order_by("-sent_at").values_list("pk", "recipients")
    return [pk for pk, people in rows if any(one["address"].lower() in wanted for one in people)][:1]


def _returned(message: Message, root: Part) -> str:
    part = _first(root, "text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/rfc822")
    if part is None or part.size > LARGEST:
        return ""
    return report.returned_id(bodies.read_part(message, part, report.MAX_REPORT))


def apply(told: Report, outgoing_id: int) -> bool:
    """Write down what is told of each recipient; whether anything was new."""
    with transaction.atomic():
        row = Outgoing.objects.select_for_update().filter(pk=outgoing_id).first()
        if row is None or not sum(_note(row.recipients, one) for one in told.recipients):
            return False
        row.troubled = row.is_troubled
        row.save(update_fields=["recipients", "troubled"])
    return True


def _note(people: list[Recipient], told: Told) -> bool:
    meant = [one for one in people if one["address"].lower() in told.addresses]
    if not meant and len(people) == 1:
        meant = people  # forwarded, and told of under another name
    newer = [one for one in meant if _SURER.get(told.action, 0) > _SURER.get(one["state"], 9)]
    for one in newer:
        one.update(Recipient(address=one["address"], state=told.action, code=told.status, said=told.said))
    return bool(newer)


def _first(root: Part, *media_types: str) -> Part | None:
    return next((part for part in root.walk() if part.media_type in media_types), None)


def _sent(account_id: int) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(account=account_id, sent_at__gt=timezone.now() - EXPECTED)
