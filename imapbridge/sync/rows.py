"""Rows without model instances or query sets: those would be half the CPU of a first sync.

On PostgreSQL rows are copied in, and looked up in a way that needs no statistics: those of a table that is being filled
are always too old, and a planner that trusts them reads all of an account for each window. Knows nothing of mail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from imapbridge.sync.fields import Names, adapted, columns

CHUNK = 500
"""How many values one query may name."""
_NEXT = """
WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)
SELECT nextval(sequence.name) FROM sequence, generate_series(1, %s)
"""


def insert(model: type[models.Model], names: Names, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the fields `names`. In the caller's transaction.

    IntegrityError when one is there already.
    """
    values = adapted(model, names, rows)
    if not values:
        return
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(_insert(model, names), values)
            return
        with cursor.copy(f"COPY {_into(model, names)} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


def replace(model: type[models.Model], names: Names, rows: Sequence[Sequence[Any]], name: str, **equal: Any) -> None:
    """Insert rows, which have all the values `equal`, in the place of those with the same value of the field `name`;
    `equal` and `name` are unique together.

    Where the database can write over a row, indexes that it does not change are left alone: half of the work.
    """
    if connection.vendor == "postgresql":
        at = names.index(name)
        delete_in(model, name, [row[at] for row in rows], **equal)
        insert(model, names, rows)
    elif rows:
        with connection.cursor() as cursor:
            cursor.executemany(_upsert(model, names, (*equal, name)), adapted(model, names, rows))


def update(row: models.Model, *names: str) -> None:
    """Write these fields of a row, as `save(update_fields=...)` does in ten times the time. Without signals."""
    [values] = adapted(type(row), names, [[getattr(row, name) for name in names]])
    with connection.cursor() as cursor:
        cursor.execute(_update(type(row), names), [*values, row.pk])


def update_each(rows: Sequence[models.Model], *names: str) -> None:
    """The same of several rows of one model, each with its own values. `bulk_update` takes a hundred times as long."""
    if not rows:
        return
    values = adapted(type(rows[0]), names, [[getattr(row, name) for name in names] for row in rows])
    with connection.cursor() as cursor:
        cursor.executemany(
            _update(type(rows[0]), names), [[*some, row.pk] for some, row in zip(values, rows, strict=True)]
        )


def new_keys(model: type[models.Model], count: int) -> Iterable[int]:
    """So many new primary keys, for rows that are `insert`ed in this transaction with a key of ours."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_NEXT, (table, key, count))
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", (table,))
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + 1 + count)


def select_in(
    model: type[models.Model], names: Names, name: str, values: Collection[Any], **equal: Any
) -> list[tuple[Any, ...]]:
    """The fields `names` of the rows where the field `name` is one of `values` and the fields `equal` are as given.

    Values and rows are as the database has them. An index must begin with the fields of `equal` and `name`.
    """
    found: list[tuple[Any, ...]] = []
    ordered, fixed = list(values), [value for value in equal.values() if not isinstance(value, bool)]
    yes_or_no = tuple((key, value if isinstance(value, bool) else None) for key, value in equal.items())
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(_lookup(model, names, name, yes_or_no), (some, *fixed))
            else:
                cursor.execute(f"{_select(model, names, name, yes_or_no)} IN ({places_of(some)})", (*fixed, *some))
            found += cursor.fetchall()
    return found


def delete_in(model: type[models.Model], name: str, values: Collection[Any], **equal: Any) -> None:
    """Delete what `select_in` would find."""
    keys = [key for (key,) in select_in(model, (model._meta.pk.name,), name, values, **equal)]
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        statement = f"DELETE FROM {model._meta.db_table} WHERE {model._meta.pk.column} IN ({places_of(some)})"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, some)


def places_of(values: Sequence[Any]) -> str:
    """What stands for so many values in a statement."""
    return ", ".join(["%s"] * len(values))


# --- The statements. Names come from our models only. -----------------------------------------------------------------

YesOrNo = tuple[tuple[str, bool | None], ...]
"""Fields, and what they must be if that is yes or no: written into the statement, for it names a partial index."""


def _into(model: type[models.Model], names: Names) -> str:
    return f"{model._meta.db_table} ({', '.join(columns(model, names))})"


@cache
def _insert(model: type[models.Model], names: Names) -> str:
    return f"INSERT INTO {_into(model, names)} VALUES ({places_of(names)})"  # noqa: S608


@cache
def _upsert(model: type[models.Model], names: Names, key: Names) -> str:
    over = columns(model, key)
    assign = ", ".join(f"{column} = excluded.{column}" for column in columns(model, names) if column not in over)
    return f"{_insert(model, names)} ON CONFLICT ({', '.join(over)}) DO UPDATE SET {assign}"


@cache
def _update(model: type[models.Model], names: Names) -> str:
    assign = ", ".join(f"{column} = %s" for column in columns(model, names))
    return f"UPDATE {model._meta.db_table} SET {assign} WHERE {model._meta.pk.column} = %s"  # noqa: S608


@cache
def _select(model: type[models.Model], names: Names, name: str, equal: YesOrNo) -> str:
    among, *fixed = columns(model, (name, *(key for key, _ in equal)))
    conditions = [_equal(column, value) for column, (_, value) in zip(fixed, equal, strict=True)]
    where = " AND ".join((*conditions, among))
    return f"SELECT {', '.join(columns(model, names))} FROM {model._meta.db_table} WHERE {where}"  # noqa: S608


def _equal(column: str, value: bool | None) -> str:
    return f"{column} = %s" if value is None else column if value else f"NOT {column}"


@cache
def _lookup(model: type[models.Model], names: Names, name: str, equal: YesOrNo) -> str:
    """One look into the index for each value: OFFSET 0 keeps the planner from joining in any other way."""
    kind = model._meta.get_field(name).db_type(connection)
    select = f"{_select(model, names, name, equal)} = wanted.value"
    return f"SELECT found.* FROM unnest(%s::{kind}[]) AS wanted(value) CROSS JOIN LATERAL ({select} OFFSET 0) AS found"  # noqa: S608
