"""The copy of a draft in the Drafts mailbox, so that other programs have it too.

Made when a draft is left or has rested for a while, never while somebody types: the new copy is put there first, and
then the older ones of the same Message-ID are removed, both as changes that are owed to the server (`actions`). What
another program made of a copy meanwhile is kept among the versions of the draft, and whole in the Trash.
"""

from __future__ import annotations

import logging
from io import BytesIO

from django.utils import timezone

from imapbridge import actions, client
from imapbridge.errors import MailError
from imapbridge.mime import build
from imapbridge.mime.headers import clean
from imapbridge.models import Entry, Mailbox, Message
from imapbridge.terms import flags
from imapbridge.terms.special_use import SpecialUse
from webmail.compose import quote, reply, versions
from webmail.compose.composed import composed
from webmail.models import Draft, Upload

logger = logging.getLogger(__name__)

LARGEST = 8 * 2**20
"""Octets of files that go along into the Drafts mailbox: a change keeps its message in a row. With more none does."""


def mirror(draft: Draft) -> bool:
    """Bring the Drafts mailbox up to this draft. False when it is so already, or there is no such mailbox."""
    box = _drafts(draft.account_id)
    if box is None or draft.mirrored == draft.revision or draft.outgoing or draft.discarded_at:
        return False
    along = files_along(draft)
    octets = BytesIO()
    build.write(composed(draft, timezone.now(), files=along), octets, with_bcc=True)
    # The claim comes first: of two that mirror one revision, one does.
    claimed = Draft.objects.filter(pk=draft.pk, revision=draft.revision, mirrored=draft.mirrored, outgoing=None)
    if not claimed.update(mirrored=draft.revision, mirrored_size=len(octets.getvalue())):
        return False
    before = _copies(draft, box)
    foreign = _foreign(draft, before)
    actions.append(draft.account_id, box.pk, octets.getvalue(), [flags.DRAFT, flags.SEEN])
    _remove(draft, box, [one for one in before if one not in foreign])
    if foreign:
        _give_way(draft, box, foreign)
    return True


def files_along(draft: Draft) -> list[Upload]:
    """All of its files, or none."""
    files = list(draft.files.all())
    return files if sum(one.size for one in files) <= LARGEST else []


def withdraw(draft: Draft) -> None:
    """Remove the copies: it is sent, or thrown away."""
    box = _drafts(draft.account_id)
    if box is not None:
        _remove(draft, box, _copies(draft, box))
    Draft.objects.filter(pk=draft.pk).update(mirrored=0)


def of_message(message: Message) -> Draft | None:
    """The draft whose copy a message of the Drafts mailbox is."""
    held = Draft.objects.filter(account=message.account_id, message_id=message.message_id, outgoing=None)
    return held.first() if message.message_id else None


def is_from_elsewhere(draft: Draft, message: Message) -> bool:
    """Whether another program went on with what we had put there."""
    return draft.mirrored_size not in (0, message.size)


def is_removed(draft: Draft) -> bool:
    """Whether another program took the copy away, and nothing was typed here since."""
    if not draft.mirrored or draft.mirrored != draft.revision:
        return False
    box = _drafts(draft.account_id)
    return box is not None and box.complete and not _copies(draft, box)


def keep(draft: Draft, message: Message) -> None:
    """Among the versions of the draft, what another program made of its copy. Raises MailError."""
    found = quote.original(message)
    other = reply.whom(message) | {"subject": clean(message.subject), "text": found.text, "is_rich": found.is_rich}
    other |= {"html": found.html if found.is_rich else "", "quote": "", "quote_text": ""}
    if versions.keep(draft, other, is_foreign=True):
        versions.tell(draft, is_foreign=True)


def _drafts(account_id: int) -> Mailbox | None:
    return Mailbox.objects.filter(
        account=account_id, special_use=SpecialUse.DRAFTS, selectable=True, leaving=False
    ).first()


def _foreign(draft: Draft, messages: list[int]) -> list[int]:
    found = Message.objects.filter(pk__in=messages)
    return [one.pk for one in found if draft.mirrored and is_from_elsewhere(draft, one)]


def _give_way(draft: Draft, box: Mailbox, messages: list[int]) -> None:
    for message in Message.objects.filter(pk__in=messages):
        try:
            keep(draft, message)
        except MailError as fault:  # its words can not be had now; whole it is in the Trash
            logger.info("draft=%d another's version not read: %s", draft.pk, fault.code)
    try:
        actions.trash(draft.account_id, messages, box.pk)
    except actions.NoMailboxFor:
        actions.delete_forever(draft.account_id, messages, box.pk)
    client.replay(draft.account_id)


def _copies(draft: Draft, box: Mailbox) -> list[int]:
    """The messages in the mailbox that are this draft."""
    found = Entry.objects.filter(mailbox=box, expunged=False, message__message_id=draft.message_id)
    return list(found.values_list("message_id", flat=True))


def _remove(draft: Draft, box: Mailbox, messages: list[int]) -> None:
    if messages:
        actions.delete_forever(draft.account_id, messages, box.pk)
    client.replay(draft.account_id)
