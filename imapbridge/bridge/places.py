"""Where a message is, by the index: one query a request, which also says whether the account may connect at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import connection

from imapbridge.errors import MailboxGone, SignInRefused
from imapbridge.models import Mailbox
from imapbridge.pool import Pool
from imapbridge.pool.credentials import in_thread


@dataclass(frozen=True, slots=True)
class Place:
    """Mailbox and UID. The UID means nothing without its UIDVALIDITY."""

    account_id: int
    raw_name: bytes
    uid_validity: int | None
    uid: int


async def place_of(pool: Pool, account_id: int, mailbox_id: int, uid: int) -> Place:
    """The place of a UID in an account's mailbox. MailboxGone when it has none such; SignInRefused when signed out."""
    row = await in_thread(_read, account_id, mailbox_id)
    if row is None:
        raise MailboxGone
    raw_name, uid_validity, version, refused, secret = row
    if refused or not secret:
        pool.forget(account_id)
        raise SignInRefused
    pool.admit(account_id, version)
    return Place(account_id, bytes(raw_name), uid_validity, uid)


def _read(account_id: int, mailbox_id: int) -> tuple[bytes, int | None, int, bool, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_sql(connection.vendor), (account_id, mailbox_id))
        row: tuple[bytes, int | None, int, bool, str] | None = cursor.fetchone()
        return row


@cache
def _sql(_vendor: str) -> str:
    # The ORM needs longer to write this query than the database to answer it, and it is asked for every message.
    columns = ("raw_name", "uid_validity", "account__secret_version", "account__refused", "account__secret")
    query = Mailbox.objects.filter(account=1, pk=2).values_list(*columns).query
    sql, parameters = query.sql_with_params()
    assert parameters == (1, 2)
    return sql
