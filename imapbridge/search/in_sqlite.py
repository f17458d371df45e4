"""Words in SQLite: its FTS5."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import DatabaseError, connection, transaction

from imapbridge.search.document import MARKS, Document
from imapbridge.search.phrases import TABLE, Source, matching, of_accounts, within
from imapbridge.search.tree import Node

NEWEST, MOST = 300, 1000
"""Messages of an account whose words are read before FTS5 is asked: for few rows, and for many."""


class SQLite:
    """FTS5. A statement begins with the words where it can: they come sorted by key.

    For the beginning of a word FTS5 puts together all that it leads to before it gives the first of it, which takes
    long for a common one. That stands in most of the newest messages, whose words are read first.
    """

    condition = "t.key IN (SELECT rowid FROM imapbridge_words WHERE imapbridge_words MATCH %s)"
    inner = "EXISTS (SELECT 1 FROM imapbridge_words WHERE imapbridge_words MATCH %s AND rowid = t.key)"

    def sources(self, node: Node, accounts: Sequence[int], below: int | None, limit: int) -> Iterator[Source]:
        expression = matching(self, node, accounts)
        if " *" in expression:
            count = min(max(NEWEST, 2 * limit), MOST)
            last = ", ".join(_last(account, below, count) for account in accounts)
            newest = f"{of_accounts(accounts)} AND t.key >= max(0, {last})"
            yield Source(f"{TABLE} t", [], condition=within(_AsWritten(), node, newest))
        words = f"imapbridge_words w CROSS JOIN {TABLE} t ON t.key = w.rowid AND imapbridge_words MATCH %s"
        yield Source(words, [expression], "w.rowid", of_accounts(accounts))

    def phrase(self, words: Sequence[str], *, goes_on: bool = False, in_text: bool = False) -> str:
        quoted = f'"{" ".join(words)}"' + (" *" if goes_on else "")
        return f"text : {quoted}" if in_text else quoted

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({' OR '.join(parts)})"

    def without(self, part: str, other: str) -> str:
        return f"({part} NOT {other})"

    def points(self, wanted: Sequence[tuple[list[str], bool]]) -> tuple[str, list[Any]]:
        """FTS5's own bm25() looks at every message that has a word, whoever's it is."""
        return " + ".join(_points(words) for words, _ in wanted), []

    def is_sound(self, account: int) -> bool:
        """FTS5 compares its index with the table; this statement writes nothing."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO imapbridge_words (imapbridge_words, rank) VALUES ('integrity-check', 1)")
        except DatabaseError:
            return False
        return True

    def write(self, documents: Sequence[Document]) -> None:
        """By their keys from the lowest up: FTS5 writes its memory out whenever one is not higher than the last."""
        rows = [(one.key, one.account, one.message, one.heads, one.text) for one in documents]
        with connection.cursor() as cursor:
            cursor.executemany(_SQLITE_WRITE, rows)


class _AsWritten:
    """FTS5's phrases as SQL, asked of the words of a row themselves."""

    def phrase(self, words: Sequence[str], *, goes_on: bool = False, in_text: bool = False) -> str:
        wanted = f"' {' '.join(words)}{'' if goes_on else ' '}'"
        columns = ["t.text"] if in_text else ["t.heads", "t.text"]
        return self.any_of([f"instr(' ' || {column} || ' ', {wanted}) > 0" for column in columns])

    def all_of(self, parts: Sequence[str]) -> str:
        return f"({' AND '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        return f"({' OR '.join(parts)})"

    def without(self, part: str, other: str) -> str:
        return f"NOT {other}"


def _points(words: Sequence[str]) -> str:
    """In the subject 8, in the sender 4, in any header 1, whole 2; and up to 4 for how often it is in the text."""
    plain = " ".join(words)
    subject, sender = (" ".join(f"{MARKS[field]}/{word}" for word in words) for field in ("subject", "from"))
    heads, text = "' ' || t.heads || ' '", "' ' || t.text"
    often = f"(length({text}) - length(replace({text}, ' {plain}', ''))) / {len(plain) + 1}.0"
    found = ((800, subject), (400, sender), (100, plain), (200, f"{plain} "))
    headers = " + ".join(f"{weight} * (instr({heads}, ' {words}') > 0)" for weight, words in found)
    return f"{headers} + 400.0 * ({often}) / ({often} + 1)"


def _last(account: int, below: int | None, count: int) -> str:
    """The key of the last of so many newest messages of an account; 0 when it has fewer."""
    bound = "" if below is None else f" AND key < {below}"
    newest = f"SELECT key FROM {TABLE} WHERE account_id = {account}{bound} ORDER BY key DESC"  # noqa: S608 - numbers
    return f"COALESCE(({newest} LIMIT 1 OFFSET {count - 1}), 0)"


_SQLITE_WRITE = f"""
INSERT INTO {TABLE} (key, account_id, message_id, heads, text) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (message_id) DO UPDATE SET heads = excluded.heads, text = excluded.text
"""  # noqa: S608 - the table's name is ours
