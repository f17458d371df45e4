"""A connection that was kept is used again without asking the server; one that the server has closed is not."""

from collections.abc import Iterator
from typing import Any

import dj_database_url
import pytest
from django.db import ConnectionHandler

from tests.servers.postgres import PostgreSQL
from webmail.postgresql import base
from webmail.postgresql.base import DatabaseWrapper


@pytest.fixture
def kept(postgres: PostgreSQL, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """It was checked once, and then used."""
    found = dj_database_url.parse(postgres.url, engine="webmail.postgresql", conn_health_checks=True)
    wrapper = ConnectionHandler({"default": found})["default"]
    assert isinstance(wrapper, DatabaseWrapper)
    with django_db_blocker.unblock():
        wrapper.ensure_connection()
        assert wrapper.is_usable()
        assert asked(wrapper, "SELECT 7") == 7
        yield wrapper
        wrapper.close()


def asked(wrapper: DatabaseWrapper, statement: str, *values: object) -> object:
    with wrapper.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def last_heard(kept: DatabaseWrapper) -> object:
    """The last statement that the server heard over the connection."""
    other = kept.copy()
    try:
        return asked(other, "SELECT query FROM pg_stat_activity WHERE pid = %s", kept.connection.info.backend_pid)
    finally:
        other.close()


def test_the_server_is_not_asked(kept: DatabaseWrapper) -> None:
    assert kept.is_usable()
    assert last_heard(kept) == "SELECT 7"


def test_after_a_rest_it_is(kept: DatabaseWrapper) -> None:
    kept._used_at -= base.RESTED
    assert kept.is_usable()
    assert last_heard(kept) == "SELECT 1"


def test_what_the_server_has_closed_is_seen(kept: DatabaseWrapper) -> None:
    other = kept.copy()
    assert asked(other, "SELECT pg_terminate_backend(%s, 5000)", kept.connection.info.backend_pid)
    other.close()
    assert not kept.is_usable()
