"""The turn to write an account's index: one writer at a time, whatever it is about to read first.

On PostgreSQL a transaction sees what others commit in between, so what a writer reads before it writes (which UIDs,
which UIDVALIDITY, which flags) could be old by then. Everything that writes the mirror takes this lock as its first
statement. On SQLite every transaction has the whole database to itself (`BEGIN IMMEDIATE`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.db import connection, transaction

from accounts.models import MailAccount
from imapbridge.models import Mailbox

P = ParamSpec("P")
T = TypeVar("T")

# Not FOR UPDATE: rows that refer to the account may be inserted meanwhile.
_LOCK = f"SELECT id FROM {MailAccount._meta.db_table} WHERE id = %s FOR NO KEY UPDATE"  # noqa: S608 - our own name


@contextmanager
def writing(account_id: int) -> Iterator[None]:
    """A transaction with the account's index to itself."""
    with transaction.atomic():
        if connection.features.has_select_for_update:
            with connection.cursor() as cursor:
                cursor.execute(_LOCK, [account_id])
        yield


def in_turn(function: Callable[Concatenate[Mailbox, P], T]) -> Callable[Concatenate[Mailbox, P], T]:
    """For functions whose first argument is the mailbox they write."""

    @wraps(function)
    def wrapped(mailbox: Mailbox, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with writing(mailbox.account_id):
            return function(mailbox, *args, **kwargs)

    return wrapped
