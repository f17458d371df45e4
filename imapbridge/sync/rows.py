"""Many rows at once, without model instances or query sets: those would be half the CPU of a first sync.

Knows the database's adaptations and nothing of mail.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Field

CHUNK = 500
"""How many values one query may name."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, replace_on: Sequence[str] = ()
) -> None:
    """Insert rows whose values stand in the order of the fields `names`. In the caller's transaction.

    `replace_on`: fields of a unique constraint; a row that is there already is overwritten. IntegrityError otherwise.
    """
    adapters = [(at, adapt) for at, name in enumerate(names) if (adapt := _adapter(model._meta.get_field(name)))]
    values = [_adapted(row, adapters) for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(_statement(model, _columns(model, names), _columns(model, replace_on)), values)


def select_in(
    model: type[models.Model], names: Sequence[str], name: str, values: Collection[Any], **equal: Any
) -> list[tuple[Any, ...]]:
    """The fields `names` of the rows where the field `name` is one of `values` and the fields `equal` are as given.

    Values and rows are as the database has them.
    """
    quote = connection.ops.quote_name
    wanted, (among, *fixed) = _columns(model, names), _columns(model, (name, *equal))
    found: list[tuple[Any, ...]] = []
    ordered = list(values)
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        where = " AND ".join((*(f"{quote(each)} = %s" for each in fixed), f"{quote(among)} IN ({_places(some)})"))
        statement = f"SELECT {', '.join(map(quote, wanted))} FROM {quote(model._meta.db_table)} WHERE {where}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, (*equal.values(), *some))
            found += cursor.fetchall()
    return found


def _places(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _adapted(row: Sequence[Any], adapters: Sequence[tuple[int, Any]]) -> list[Any]:
    values = list(row)
    for at, adapt in adapters:
        values[at] = adapt(values[at])
    return values


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    fields = (model._meta.get_field(name) for name in names)
    return [field.column for field in fields if isinstance(field, Field) and field.column]


def _statement(model: type[models.Model], columns: Sequence[str], conflict: Sequence[str]) -> str:
    """Names come from our models only; every value is a parameter."""
    quote = connection.ops.quote_name
    into = ", ".join(map(quote, columns))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({into}) VALUES ({_places(columns)})"  # noqa: S608
    if conflict:
        changed = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in columns if name not in conflict)
        statement += f" ON CONFLICT ({', '.join(map(quote, conflict))}) DO UPDATE SET {changed}"
    return statement


def _adapter(field: Any) -> Any:
    """What turns a Python value into the database's, or None where they are the same."""
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        return _moment
    return None


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return _encode(value) if value else "{}" if isinstance(value, dict) else "[]"


def _moment(value: datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
