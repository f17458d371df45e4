"""What SQLite and PostgreSQL each do with words: the one place that knows which of them it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from django.db import connection

from imapbridge.search.document import Document
from imapbridge.search.in_postgresql import PostgreSQL
from imapbridge.search.in_sqlite import SQLite
from imapbridge.search.phrases import Source, Words
from imapbridge.search.tree import Node


class Engine(Words, Protocol):
    """A database's language for words, and its statements."""

    condition: str
    """Whether the row `t` matches one parameter."""
    inner: str
    """The same of rows that were found already, where it is dear to find all that match."""

    def sources(self, node: Node, accounts: Sequence[int], below: int | None, limit: int) -> Iterator[Source]:
        """Ways to rows `t` of these accounts that match, each to be tried when the one before did not give enough; the
        last gives all. `below`: no higher keys are wanted; `limit`: how many rows are enough."""

    def points(self, wanted: Sequence[tuple[list[str], bool]]) -> tuple[str, list[Any]]:
        """How well the row `t` fits `free_words`, a number that depends on that row alone, with its values: a subject
        tells more than a sender, that one more than the text."""

    def is_sound(self, account: int) -> bool:
        """Whether the words by which rows are found are those that stand in them; of all accounts where they are in
        one."""

    def write(self, documents: Sequence[Document]) -> None: ...


_ENGINES: dict[str, Engine] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}


def engine() -> Engine:
    """Of the database that is in use."""
    return _ENGINES[connection.vendor]
