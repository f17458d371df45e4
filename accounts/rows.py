"""Model instances from statements that are written out. What `Manager.raw` does in five times as long: it finds out for
every statement anew which column is which field, and how each is to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)
Converter = Callable[[Any], Any]


def columns(model: type[Model], alias: str) -> str:
    """The first columns of a statement for `instances`. Each by its name: of a statement that is kept prepared
    PostgreSQL lets no migration change what `*` means."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def instances(model: type[Row], statement: str, parameters: Sequence[Any]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each row's instance, of its first columns, and the rest by name. One query."""
    names, converters = _fields(model, connection.vendor)
    count = len(names)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        others = [column[0] for column in cursor.description[count:]]
        rows = cursor.fetchall()
    for row in rows:
        values = list(row[:count])
        for at, convert in converters:
            values[at] = convert(values[at])
        yield model.from_db(connection.alias, names, values), dict(zip(others, row[count:], strict=True))


@cache
def _fields(model: type[Model], vendor: str) -> tuple[list[str], list[tuple[int, Converter]]]:
    """The fields' names, and by place how to read what this database keeps differently."""
    fields = model._meta.concrete_fields
    found = [(at, converter) for at, field in enumerate(fields) for converter in _converters(field)]
    return [field.attname for field in fields], found


def _converters(field: Any) -> Iterator[Converter]:
    column = field.get_col(field.model._meta.db_table)
    for convert in [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]:
        yield partial(_converted, convert, column)


def _converted(convert: Callable[..., Any], column: Any, value: Any) -> Any:
    return convert(value, column, connection)
