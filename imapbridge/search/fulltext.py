"""What SQLite and PostgreSQL each do with words: the one place that knows which of them it is.

Words come from `words` and hold letters, digits and our own marks only, so that nothing a person types is an operator
of FTS5 or of tsquery. Statements name the row of the index `t`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection

from imapbridge.models import MessageText
from imapbridge.search.document import HAS_ATTACHMENT, MARKS, Document, account_word
from imapbridge.search.query import TEXTS
from imapbridge.search.tree import And, Node, Not, Term
from imapbridge.search.words import goes_on, looked_for

TABLE = MessageText._meta.db_table
_FARTHEST = 16_383
"""The last place of a word that PostgreSQL knows."""


def is_words(node: Node) -> bool:
    """Whether words alone decide it: `matching` can look for it."""
    if isinstance(node, Term):
        return node.field in TEXTS or node.field == "has"
    return is_words(node.of) if isinstance(node, Not) else all(map(is_words, node.parts))


def matching(node: Node, accounts: Sequence[int]) -> str:
    """What `is_words`, in the database's own language, in these accounts."""
    using = engine()
    within = using.any_of([using.phrase([account_word(account)]) for account in accounts])
    return using.all_of([within, *_parts(using, node, within)])


def _parts(using: Engine, node: Node, universe: str) -> list[str]:
    """What must all hold. A term without words says nothing, and is passed over."""
    if isinstance(node, And):
        return [part for each in node.parts for part in _parts(using, each, universe)]
    if isinstance(node, Term):
        return _term(using, node)
    if isinstance(node, Not):
        without = _parts(using, node.of, universe)
        return [using.without(universe, using.all_of(without))] if without else []
    found = [_parts(using, each, universe) for each in node.parts]
    return [using.any_of([using.all_of(each) for each in found])] if all(found) else []


def _term(using: Engine, term: Term) -> list[str]:
    if term.field == "has":
        return [using.phrase([HAS_ATTACHMENT])]
    found = looked_for(term.value)
    if not found:
        return []
    mark = MARKS.get(term.field)
    marked = [f"{mark}/{word}" for word in found] if mark else found
    return [using.phrase(marked, goes_on=not term.exact and goes_on(found[-1]), in_text=term.field == "body")]


class Engine(Protocol):
    """A database's language for words, and its statements."""

    condition: str
    """Whether the row `t` matches one parameter."""
    inner: str
    """The same of rows that were found already, where it is dear to find all that match."""
    key: str
    """By what rows of `sources` come sorted, as FTS5 sees it."""

    def sources(self, expression: str, account: str, below: int | None) -> list[tuple[str, list[Any]]]:
        """What stands behind FROM for rows `t` that match, with its values: the first is enough when it gives enough,
        else the last. `account`: a condition that they meet as well; `below`: no higher keys are wanted."""

    def phrase(self, words: Sequence[str], *, goes_on: bool = False, in_text: bool = False) -> str: ...
    def all_of(self, parts: Sequence[str]) -> str: ...
    def any_of(self, parts: Sequence[str]) -> str: ...
    def without(self, part: str, other: str) -> str: ...
    def write(self, documents: Sequence[Document]) -> None: ...


class SQLite:
    """FTS5. A statement begins with the words where it can: they come sorted by key."""

    condition = "t.key IN (SELECT rowid FROM imapbridge_words WHERE imapbridge_words MATCH %s)"
    inner = "EXISTS (SELECT 1 FROM imapbridge_words WHERE imapbridge_words MATCH %s AND rowid = t.key)"
    key = "w.rowid"

    def sources(self, expression: str, account: str, below: int | None) -> list[tuple[str, list[Any]]]:
        found = f"imapbridge_words w CROSS JOIN {TABLE} t ON t.key = w.rowid AND imapbridge_words MATCH %s"
        return [(found, [expression])]

    def phrase(self, words: Sequence[str], *, goes_on: bool = False, in_text: bool = False) -> str:
        quoted = f'"{" ".join(words)}"' + (" *" if goes_on else "")
        return f"text : {quoted}" if in_text else quoted

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({' OR '.join(parts)})"

    def without(self, part: str, other: str) -> str:
        return f"({part} NOT {other})"

    def write(self, documents: Sequence[Document]) -> None:
        """By their keys from the lowest up: FTS5 writes its memory out whenever one is not higher than the last."""
        rows = [(one.key, one.account, one.message, one.heads, one.text) for one in documents]
        with connection.cursor() as cursor:
            cursor.executemany(_SQLITE_WRITE, rows)


_SQLITE_WRITE = f"""
INSERT INTO {TABLE} (key, account_id, message_id, heads, text) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (message_id) DO UPDATE SET heads = excluded.heads, text = excluded.text
"""  # noqa: S608 - the table's name is ours


class PostgreSQL:
    """tsvector and tsquery, both written here: PostgreSQL's own parser would make other words of them. What is of the
    headers has weight A, what is of the text B."""

    condition = inner = "t.words @@ %s::tsquery"
    key = "t.key"

    def sources(self, expression: str, account: str, below: int | None) -> list[tuple[str, list[Any]]]:
        """A common word is among the newest, which are read by their key; others are found by their index, the newest
        first. The planner cannot tell them apart, and is kept from trying."""
        bound, bounds = ("", []) if below is None else (" AND t.key < %s", [below])
        return [
            (_NEWEST.format(account=account, bound=bound), [*bounds, expression]),
            (_FIRST.format(account=account, bound=bound), [expression, *bounds]),
            (_EVERY.format(account=account), [expression]),
        ]

    def phrase(self, words: Sequence[str], *, goes_on: bool = False, in_text: bool = False) -> str:
        weight = "B" if in_text else ""
        marks = [f":{weight}" if weight else ""] * len(words)
        if goes_on:
            marks[-1] = f":*{weight}"
        return "(" + " <-> ".join(f"'{word}'{mark}" for word, mark in zip(words, marks, strict=True)) + ")"

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({' & '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({' | '.join(parts)})"

    def without(self, part: str, other: str) -> str:
        return f"({part} & !{other})"

    def write(self, documents: Sequence[Document]) -> None:
        rows = [(one.key, one.account, one.message, _vector(one)) for one in documents]
        with connection.cursor() as cursor:
            cursor.executemany(_POSTGRESQL_WRITE, rows)


_COLUMNS = "SELECT t.key, t.message_id, t.account_id"
_NEWEST = f"""(
{_COLUMNS} FROM (SELECT * FROM {TABLE} t WHERE {{account}}{{bound}} ORDER BY t.key DESC LIMIT 2000) t
 WHERE t.words @@ %s::tsquery OFFSET 0) t"""  # noqa: S608 - the table's name is ours
_FIRST = f"""(
{_COLUMNS} FROM {TABLE} t WHERE t.words @@ %s::tsquery AND {{account}}{{bound}} ORDER BY t.key DESC LIMIT 400) t
"""
_EVERY = f"({_COLUMNS} FROM {TABLE} t WHERE t.words @@ %s::tsquery AND {{account}} OFFSET 0) t"
_POSTGRESQL_WRITE = f"""
INSERT INTO {TABLE} (key, account_id, message_id, heads, text, words) VALUES (%s, %s, %s, '', '', %s::tsvector)
ON CONFLICT (message_id) DO UPDATE SET words = excluded.words
"""  # noqa: S608 - the table's name is ours


def _vector(one: Document) -> str:
    """`'van':3A,17B`: the words and their places."""
    places: dict[str, list[str]] = {}
    heads, text = one.heads.split(), one.text.split()
    for begin, words, weight in ((1, heads, "A"), (len(heads) + 2, text, "B")):
        for at, word in enumerate(words, begin):
            places.setdefault(word, []).append(f"{min(at, _FARTHEST)}{weight}")
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items())


_ENGINES: dict[str, Engine] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}


def engine() -> Engine:
    """Of the database that is in use."""
    return _ENGINES[connection.vendor]
