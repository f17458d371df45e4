"""How much unread mail kept searches have: counted in the background, so that no page waits for it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from accounts import zones
from accounts.models import MailAccount
from imapbridge import events, queries
from imapbridge.search import index
from imapbridge.search.index import Scope
from imapbridge.search.query import parse
from imapbridge.search.tree import Term, all_of
from webmail.models import SavedSearch

MOST = 99
"""Conversations that are counted."""
_OF_ACCOUNT = f"""
SELECT DISTINCT kept.user_id FROM {SavedSearch._meta.db_table} kept
  JOIN {MailAccount._meta.db_table} account ON account.user_id = kept.user_id WHERE account.id = %s
"""  # noqa: S608 - the tables' names are ours


def of_account(account_id: int) -> list[int]:
    """Whose kept searches look into this account. Written out, for each sync that brings mail asks."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_ACCOUNT, [account_id])
        return [key for (key,) in cursor.fetchall()]


def count(user_id: int) -> None:
    """Count them anew, and have the person's open pages ask when one has changed."""
    accounts = list(MailAccount.objects.filter(user=user_id).values_list("pk", "address"))
    owned = {account: queries.mailboxes(account) for account, _address in accounts}
    boxes = [box for its in owned.values() for box in its]
    owner = {box.id: account for account, its in owned.items() for box in its}
    keys = tuple(account for account, _address in accounts)
    addresses = tuple(address for _account, address in accounts)
    zone = zones.of_person(user_id)
    scope = Scope(keys, tuple(boxes), addresses, zone=zone, today=datetime.now(zone).date(), owner=owner)
    changed = [_count(kept, scope) for kept in SavedSearch.objects.filter(user=user_id)]
    inbox = next((box for box in boxes if box.special_use == "inbox"), None)
    if any(changed) and inbox:
        events.publish(keys[0], inbox.id)


def _count(kept: SavedSearch, scope: Scope) -> bool:
    """Whether it has changed."""
    tree = all_of((parse(kept.query).tree, Term("is", "unread")))
    unread = len(index.page(scope, tree, limit=MOST).hits)
    return SavedSearch.objects.filter(pk=kept.pk).exclude(unread=unread).update(unread=unread) > 0
