"""Which labels an account has: those that people gave, here or by other programs, kept with the account."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from django.db import connection

from accounts.models import MailAccount
from imapbridge.models import Job, MailboxThread
from imapbridge.sync.fields import words
from imapbridge.sync.rows import update
from imapbridge.terms import labels as terms
from imapbridge.writing import writing

# Written out: every sync that finds a change asks them, and hardly ever learns anything.
_LABELS = f"SELECT labels FROM {MailAccount._meta.db_table} WHERE id = %s"  # noqa: S608 - the table's name is ours
_SINCE = f"""
SELECT DISTINCT keywords FROM {MailboxThread._meta.db_table} WHERE mailbox_id = %s AND state > %s AND keywords <> '[]'
"""  # noqa: S608 - the table's name is ours


def learn(account_id: int, keywords: Iterable[str]) -> None:
    """Those among them that are labels are the account's from now on."""
    wanted = {word for word in keywords if terms.is_label(word)}
    with writing(account_id), connection.cursor() as cursor:
        cursor.execute(_LABELS, [account_id])
        row = cursor.fetchone()
        if row is None:
            raise MailAccount.DoesNotExist
        labels = json.loads(row[0])
        if fresh := wanted - labels.keys():
            update(MailAccount(pk=account_id, labels=labels | {word: {} for word in sorted(fresh)}), "labels")


def learn_since(account: MailAccount, states: Mapping[int, int]) -> None:
    """From what changed in these mailboxes since they were at these states. A query for each.

    Not what is being renamed or removed: messages that their job has not come to yet have it still.
    """
    found: set[str] = set()
    with connection.cursor() as cursor:
        for mailbox_and_state in states.items():
            cursor.execute(_SINCE, mailbox_and_state)
            found.update(word for (keywords,) in cursor.fetchall() for word in words(keywords))
    if fresh := found.difference(account.labels):
        learn(account.pk, fresh.difference(_leaving(account.pk)))


def _leaving(account_id: int) -> set[str]:
    """Keywords that jobs take from all messages: of a RELABEL the first word, the second is given in its place."""
    afoot = Job.objects.filter(account=account_id, kind__in=(Job.Kind.RELABEL, Job.Kind.UNLABEL), finished_at=None)
    return {keywords.split(" ")[0] for keywords in afoot.values_list("keyword", flat=True)}
