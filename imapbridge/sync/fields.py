"""What our models' fields are to a database's driver: columns, and values as it takes them. Knows nothing of mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import Field

Names = tuple[str, ...]
SHORT = 500
"""Characters that are remembered at the longest."""


def _encoder() -> Callable[[Any], str]:
    """JSON without spaces. What `json` makes anew for each value is made once, where this Python has it: half of the
    time."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    pieces = make(None, None, json.encoder.encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(pieces(value, 0))


_encode = _encoder()


def words(text: str) -> tuple[str, ...]:
    """A JSON list of words, as the database has it. There are few different ones, and they are read for every row."""
    return _words(text) if len(text) <= SHORT else _words.__wrapped__(text)


@lru_cache(1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@cache
def columns(model: type[models.Model], names: Names) -> tuple[str, ...]:
    """The columns of these fields, quoted."""
    found = (model._meta.get_field(name) for name in names)
    return tuple(connection.ops.quote_name(one.column) for one in found if isinstance(one, Field) and one.column)


def adapted(model: type[models.Model], names: Names, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Rows whose values stand in the order of the fields `names`, as the database takes them."""
    values, adapters = [list(row) for row in rows], _adapters(model, names, connection.vendor)
    for row in values:
        for at, adapt in adapters:
            row[at] = adapt(row[at])
    return values


@cache
def _adapters(model: type[models.Model], names: Names, vendor: str) -> list[tuple[int, Callable[[Any], Any]]]:
    found = ((at, _adapter(model._meta.get_field(name), vendor)) for at, name in enumerate(names))
    return [(at, adapt) for at, adapt in found if adapt]


def _adapter(field: Any, vendor: str) -> Callable[[Any], Any] | None:
    """What turns a Python value into the database's, or None where they are the same."""
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        return _text if vendor == "sqlite" else _moment
    if isinstance(field, models.BooleanField) and vendor == "sqlite":
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
