"""Whom somebody may write as: the identities of all their accounts. Reads only.

A draft belongs to the account that it is sent through. Who chooses an identity of another account has it go on there.
"""

from __future__ import annotations

from accounts.identities import identities_of, key_of
from accounts.models import Identity, MailAccount
from webmail.models import Draft


def senders(account: MailAccount) -> list[Identity]:
    """Of this account first, then of its person's others in their order. One query more than there are accounts."""
    others = MailAccount.objects.filter(user=account.user_id).exclude(pk=account.pk).order_by("position", "pk")
    return [one for each in (account, *others) for one in identities_of(each)]


def chosen(draft: Draft, key: str) -> tuple[int | None, int]:
    """The identity's row and the account of what a form says; those of the draft for what is none of its person's."""
    if key == str(draft.identity_id or ""):
        return draft.identity_id, draft.account_id
    for one in senders(draft.account):
        if key == key_of(one):
            return one.pk, one.account_id
    return None, draft.account_id
