"""PostgreSQL is told when many rows came; any other database is asked nothing."""

import pytest
from django.db import connection

from imapbridge.sync import statistics
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class Asked:
    """What a database was asked."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.statements.append(sql)
        return execute(sql, params, many, context)


def gatherings(*messages: int) -> int:
    """How often statistics were gathered after turns that wrote so many messages."""
    asked = Asked()
    with connection.execute_wrapper(asked):
        for number in messages:
            with statistics.kept_true() as written:
                written.messages += number
    return len(asked.statements)


def test_statistics_are_gathered_after_many_rows_and_not_often() -> None:
    factories.fill_mailbox(factories.person()[1], 50)
    once = int(connection.vendor == "postgresql")
    assert gatherings(1, statistics.MANY - 1) == 0
    assert gatherings(statistics.MANY, statistics.MANY) == once
    if once:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'imapbridge_message'")
            assert cursor.fetchone() == (50,)


def test_they_are_gathered_also_when_the_turn_ends_in_failure() -> None:
    asked = Asked()
    with pytest.raises(ZeroDivisionError), connection.execute_wrapper(asked), statistics.kept_true() as written:
        written.messages = statistics.MANY
        _ = 1 // (written.messages - statistics.MANY)
    assert len(asked.statements) == int(connection.vendor == "postgresql")
