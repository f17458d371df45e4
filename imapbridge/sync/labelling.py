"""Which labels an account has: those that people gave, here or by other programs, kept with the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.models import MailAccount
from imapbridge.models import MailboxThread
from imapbridge.terms import labels as terms
from imapbridge.writing import writing


def learn(account_id: int, keywords: Iterable[str]) -> None:
    """Those among them that are labels are the account's from now on."""
    wanted = {word for word in keywords if terms.is_label(word)}
    with writing(account_id):
        account = MailAccount.objects.only("labels").get(pk=account_id)
        fresh = wanted - account.labels.keys()
        if fresh:
            account.labels |= {word: {} for word in sorted(fresh)}
            account.save(update_fields=["labels"])


def learn_since(account: MailAccount, states: Mapping[int, int]) -> None:
    """From what changed in these mailboxes since they were at these states. A query for each."""
    found: set[str] = set()
    for mailbox, state in states.items():
        rows = MailboxThread.objects.filter(mailbox=mailbox, state__gt=state).exclude(keywords=[])
        found |= {word for words in rows.values_list("keywords", flat=True).distinct() for word in words}
    if found.difference(account.labels):
        learn(account.pk, found)
