"""Many rows at once, without model instances or query sets: those would be half the CPU of a first sync.

On PostgreSQL rows are copied in, and looked up in a way that needs no statistics: those of a table that is being filled
are always too old, and a planner that trusts them reads all of an account for each window. Knows the databases'
adaptations and nothing of mail.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models
from django.db.models import Field

CHUNK = 500
"""How many values one query may name."""
_NEXT = """
WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name)
SELECT nextval(sequence.name) FROM sequence, generate_series(1, %s)
"""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the fields `names`. In the caller's transaction.

    IntegrityError when one is there already.
    """
    adapters = [(at, adapt) for at, name in enumerate(names) if (adapt := _adapter(model._meta.get_field(name)))]
    values = [_adapted(row, adapters) for row in rows]
    if not values:
        return
    quote = connection.ops.quote_name
    columns = _columns(model, names)
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(f"INSERT INTO {into} VALUES ({places_of(columns)})", values)  # noqa: S608 - our names
            return
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


def adapted(model: type[models.Model], values: Mapping[str, Any]) -> list[Any]:
    """The values of these fields as the database takes them."""
    adapters = ((_adapter(model._meta.get_field(name)), value) for name, value in values.items())
    return [adapt(value) if adapt else value for adapt, value in adapters]


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
    model: type[models.Model], names: Sequence[str], name: str, values: Collection[Any], **equal: Any
) -> list[tuple[Any, ...]]:
    """The fields `names` of the rows where the field `name` is one of `values` and the fields `equal` are as given.

    Values and rows are as the database has them. An index must begin with the fields of `equal` and `name`.
    """
    found: list[tuple[Any, ...]] = []
    ordered, fixed = list(values), [value for value in equal.values() if not isinstance(value, bool)]
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(_lookup(model, names, name, equal), (some, *fixed))
            else:
                cursor.execute(_select(model, names, name, f"IN ({places_of(some)})", equal), (*fixed, *some))
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


def _select(
    model: type[models.Model], names: Sequence[str], name: str, condition: str, equal: Mapping[str, Any]
) -> str:
    """Names come from our models only; every value is a parameter, but yes and no, which name a partial index."""
    quote = connection.ops.quote_name
    wanted, (among, *fixed) = _columns(model, names), map(quote, _columns(model, (name, *equal)))
    conditions = [_equal(column, value) for column, value in zip(fixed, equal.values(), strict=True)]
    where = " AND ".join((*conditions, f"{among} {condition}"))
    return f"SELECT {', '.join(map(quote, wanted))} FROM {quote(model._meta.db_table)} WHERE {where}"  # noqa: S608


def _equal(column: str, value: Any) -> str:
    return (column if value else f"NOT {column}") if isinstance(value, bool) else f"{column} = %s"


def _lookup(model: type[models.Model], names: Sequence[str], name: str, equal: Mapping[str, Any]) -> str:
    """One look into the index for each value: OFFSET 0 keeps the planner from joining in any other way."""
    kind = model._meta.get_field(name).db_type(connection)
    select = _select(model, names, name, "= wanted.value", equal)
    return f"SELECT found.* FROM unnest(%s::{kind}[]) AS wanted(value) CROSS JOIN LATERAL ({select} OFFSET 0) AS found"  # noqa: S608


def places_of(values: Sequence[Any]) -> str:
    """What stands for so many values in a statement."""
    return ", ".join(["%s"] * len(values))


def _adapted(row: Sequence[Any], adapters: Sequence[tuple[int, Any]]) -> list[Any]:
    values = list(row)
    for at, adapt in adapters:
        values[at] = adapt(values[at])
    return values


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    fields = (model._meta.get_field(name) for name in names)
    return [field.column for field in fields if isinstance(field, Field) and field.column]


def _adapter(field: Any) -> Any:
    """What turns a Python value into the database's, or None where they are the same."""
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        return _text if connection.vendor == "sqlite" else _moment
    if isinstance(field, models.BooleanField) and connection.vendor == "sqlite":
        return int  # or SQLite's module looks for somebody to adapt it, each time
    return None


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return _encode(value) if value else "{}" if isinstance(value, dict) else "[]"


def _text(value: datetime | None) -> str | None:
    """What Django makes of a moment for SQLite, in a third of its time."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _moment(value: datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
