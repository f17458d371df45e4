"""The labels that an account has: the keywords of its messages that people gave."""

from __future__ import annotations

from imapbridge.models import MailboxThread
from imapbridge.terms import labels as terms


def labels(account_id: int) -> list[str]:
    """Keywords, by the names of the labels. One query, over all rows of the lists: for when somebody chooses one."""
    rows = MailboxThread.objects.filter(account=account_id, count__gt=0).exclude(keywords=[])
    found = {word for words in rows.values_list("keywords", flat=True).distinct() for word in words}
    return sorted(filter(terms.is_label, found), key=lambda word: terms.name_of(word).casefold())
