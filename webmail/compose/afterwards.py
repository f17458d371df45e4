"""What follows when a message has gone: the copy in Sent, the mark on the original, and the end of its draft.

The copy and the mark are made in one transaction with the row that says so, so that each is made once, whoever is
killed; the clock finds what was left. The mail server is not asked here: all of it is owed to it, by way of
`imapbridge.actions`.
"""

from __future__ import annotations

import logging

from django.db.models import Q

from accounts import autoconfig
from imapbridge import actions
from imapbridge.actions import folders
from imapbridge.errors import MailError
from imapbridge.models import Mailbox, Message
from imapbridge.terms import flags
from imapbridge.terms.special_use import SpecialUse
from imapbridge.wire import quirks
from imapbridge.writing import writing
from webmail.compose import drafts, mirror
from webmail.models import Draft, Outgoing

logger = logging.getLogger(__name__)

State, Copy = Outgoing.State, Outgoing.Copy
DONE = (State.SENT, State.PARTLY)
SENT = "Sent"
"""What a mailbox for what was sent is called, where there is none."""


def see_to(outgoing_id: int) -> None:
    """Do what is left to do for a message that somebody has got; nothing for another one."""
    row = Outgoing.objects.select_related("account", "draft").filter(pk=outgoing_id).first()
    if row is None or row.sent_at is None:
        return
    if row.copy == Copy.NONE:
        _mark_elsewhere(row)
        _file(row)
    if row.state in DONE:
        _end_draft(row)
        _drop_octets(row)


def catch_up() -> None:
    """What somebody was killed over, and what had to wait for the account's first sync."""
    left = Q(copy=Copy.NONE) | Q(draft__isnull=False) | ~Q(octets="")
    for pk in Outgoing.objects.filter(left, state__in=DONE).order_by("pk").values_list("pk", flat=True)[:100]:
        see_to(pk)


def _mark_elsewhere(row: Outgoing) -> None:
    """What is answered from another account than it came to. Doing it once more changes nothing."""
    of = Message.objects.filter(pk=row.answers.get("message") or 0, message_id=row.answers.get("message_id") or "")
    others = of.filter(account__user=row.account.user_id).exclude(account=row.account_id)
    for account_id in others.values_list("account", flat=True):
        actions.mark_original(account_id, row.answers["message_id"], row.answers.get("kind") or "")


def _file(row: Outgoing) -> None:
    with writing(row.account_id):
        now = Outgoing.objects.select_for_update().get(pk=row.pk)
        if now.copy != Copy.NONE or not Mailbox.objects.filter(account=row.account_id).exists():
            return
        now.copy = Copy.SERVER if _is_filed_by_server(row.account.address) else _copy(now)
        now.save(update_fields=["copy"])
        actions.mark_original(row.account_id, now.answers.get("message_id") or "", now.answers.get("kind") or "")


def _copy(row: Outgoing) -> str:
    sent = _sent(row.account_id)
    if sent is None or not row.octets or not row.path.exists():
        return Copy.NOWHERE
    actions.append_file(row.account_id, sent, row.path, [flags.SEEN])
    return Copy.OWED


def _sent(account_id: int) -> int | None:
    """The mailbox for what was sent, made when there is none. None: it cannot be made."""
    try:
        return actions.mailbox_for(account_id, SpecialUse.SENT)
    except actions.NoMailboxFor:
        named = Mailbox.objects.filter(account=account_id, name__iexact=SENT, selectable=True, leaving=False).first()
        return named.pk if named else _made(account_id)


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


def _end_draft(row: Outgoing) -> None:
    draft = row.draft
    if draft is not None and Draft.objects.filter(pk=draft.pk, outgoing=row.pk).exists():
        mirror.withdraw(draft)
        drafts.remove(draft)


def _drop_octets(row: Outgoing) -> None:
    if row.octets and Outgoing.objects.filter(pk=row.pk).exclude(copy=Copy.NONE).update(octets=""):
        row.path.unlink(missing_ok=True)
