"""What follows when a message has gone: the mark on the original, the copy in Sent (`filing`), the end of its draft.

The mark and the copy are made in one transaction with the row that says so, so that each is made once, whoever is
killed; the clock finds what was left. The mail server is not asked here: all of it is owed to it, by way of
`imapbridge.actions`.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from imapbridge import actions
from imapbridge.models import Mailbox, Message
from webmail.compose import clearing, drafts, filing, mirror
from webmail.models import Draft, Outgoing

State, Copy = Outgoing.State, Outgoing.Copy
DONE = (State.SENT, State.PARTLY)


def see_to(outgoing_id: int) -> None:
    """Do what is left to do for a message that somebody has got; nothing for another one."""
    row = Outgoing.objects.select_related("account", "draft").filter(pk=outgoing_id).first()
    if row is None or row.sent_at is None:
        return
    if row.copy == Copy.NONE:
        _mark_elsewhere(row)
        filing.file(row)
    if row.state in DONE:
        _end_draft(row)
        clearing.drop_octets(row, filing.UNFILED)


def catch_up() -> None:
    """What somebody was killed over, and what had to wait for the account's first sync."""
    is_kept = Q(octets="") | filing.UNFILED
    can_be_filed = Exists(Mailbox.objects.filter(account=OuterRef("account")))
    left = (Q(copy=Copy.NONE) & can_be_filed) | Q(draft__isnull=False) | ~is_kept
    for pk in Outgoing.objects.filter(left, state__in=DONE).order_by("pk").values_list("pk", flat=True)[:100]:
        with filing.one_of_many(pk):
            see_to(pk)
    filing.catch_up()


def _mark_elsewhere(row: Outgoing) -> None:
    """What is answered from another account than it came to. Doing it once more changes nothing."""
    of = Message.objects.filter(pk=row.answers.get("message") or 0, message_id=row.answers.get("message_id") or "")
    others = of.filter(account__user=row.account.user_id).exclude(account=row.account_id)
    for account_id in others.values_list("account", flat=True):
        actions.mark_original(account_id, row.answers["message_id"], row.answers.get("kind") or "")


def _end_draft(row: Outgoing) -> None:
    draft = row.draft
    if draft is not None and Draft.objects.filter(pk=draft.pk, outgoing=row.pk).exists():
        mirror.withdraw(draft)
        drafts.remove(draft)
