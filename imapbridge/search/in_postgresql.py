"""Words in PostgreSQL: tsvector and tsquery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from imapbridge.search.document import MARKS, Document, account_word
from imapbridge.search.phrases import TABLE, Source, matching, of_accounts
from imapbridge.search.tree import Node

_FARTHEST = 16_383
"""The last place of a word that PostgreSQL knows."""


class PostgreSQL:
    """tsvector and tsquery, both written here: PostgreSQL's own parser would make other words of them. What is of the
    headers has weight A, what is of the text B."""

    condition = inner = "t.words @@ %s::tsquery"

    def sources(self, node: Node, accounts: Sequence[int], below: int | None, limit: int) -> Iterator[Source]:
        """A common word is among the newest, which are read by their key; others are found by their index, the newest
        first. The planner cannot tell them apart, and is kept from trying."""
        expression, account = matching(self, node, accounts), of_accounts(accounts)
        bound, bounds = ("", []) if below is None else (" AND t.key < %s", [below])
        yield Source(_NEWEST.format(account=account, bound=bound), [*bounds, expression], condition=account)
        many = limit + limit // 2  # some of them may be in no mailbox that is looked into
        with connection.cursor() as cursor:
            cursor.execute(_FIRST.format(account=account, bound=bound), [expression, *bounds, many])
            keys = [key for (key,) in cursor.fetchall()]
        yield Source(_KEYS, [keys], condition=account)
        if len(keys) == many:
            yield Source(_EVERY.format(account=account), [expression], condition=account)

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

    def points(self, wanted: Sequence[tuple[list[str], bool]]) -> tuple[str, list[Any]]:
        """Words of a subject and of a sender stand in the index a second time, with their marks."""
        marks = ("", f"{MARKS['subject']}/", f"{MARKS['from']}/")
        sought = [
            self.phrase([mark + word for word in words], goes_on=more) for words, more in wanted for mark in marks
        ]
        return "10000 * ts_rank('{0, 0, 0.3, 1}', t.words, %s::tsquery)", [self.any_of(sought)]

    def is_sound(self, account: int) -> bool:
        """Every row has at least the word of its account."""
        rows = f"SELECT 1 FROM {TABLE} t WHERE t.account_id = %s AND NOT t.words @@ %s::tsquery LIMIT 1"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(rows, [account, self.phrase([account_word(account)])])
            return cursor.fetchone() is None

    def write(self, documents: Sequence[Document]) -> None:
        rows = [(one.key, one.account, one.message, _vector(one)) for one in documents]
        with connection.cursor() as cursor:
            cursor.executemany(_POSTGRESQL_WRITE, rows)


_COLUMNS = "SELECT t.key, t.message_id, t.account_id, t.words"
_NEWEST = f"""(
{_COLUMNS} FROM (SELECT * FROM {TABLE} t WHERE {{account}}{{bound}} ORDER BY t.key DESC LIMIT 2000) t
 WHERE t.words @@ %s::tsquery OFFSET 0) t"""  # noqa: S608 - the table's name is ours
_FIRST = f"""
SELECT t.key FROM {TABLE} t WHERE t.words @@ %s::tsquery AND {{account}}{{bound}} ORDER BY t.key DESC LIMIT %s
"""  # noqa: S608 - the table's name is ours
_KEYS = f"({_COLUMNS} FROM {TABLE} t WHERE t.key = ANY(%s) OFFSET 0) t"
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
