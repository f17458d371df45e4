"""The best first: what was found last, in the order of how well it fits. Folders and flags are decided in `index`."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from imapbridge.search import index
from imapbridge.search.fulltext import engine
from imapbridge.search.index import PAGE, Found, Hit, Scope
from imapbridge.search.phrases import TABLE, free_words
from imapbridge.search.tree import Node

MOST = 500
"""Messages that are put in order: the newest that were found."""


def page(scope: Scope, tree: Node, before: str = "", limit: int = PAGE, *, by_message: bool = False) -> Found:
    """What was found of the page after the cursor `before`, which says what was the newest on the first page, and how
    well the last one fitted. A conversation stands where its best message does; or with `by_message` each message."""
    top, after = _read(before)
    found = index.hits(scope, tree, below=top, limit=MOST)
    top = top or max((hit.key for hit in found), default=0) + 1
    points = _points(tree, [hit.key for hit in found])
    kept: dict[tuple[int, int], tuple[tuple[int, int], Hit]] = {}
    for hit in found:
        name = scope.owner.get(hit.mailbox, 0), hit.message if by_message else hit.thread
        place, held = (points.get(hit.key, 0), hit.key), kept.get(name)
        if held is None or place > held[0]:
            kept[name] = place, hit
    rest = sorted((one for one in kept.values() if after is None or one[0] < after), reverse=True)
    shown = rest[:limit]
    following = f"{top}.{shown[-1][0][0]}.{shown[-1][0][1]}" if len(rest) > limit else ""
    return Found([hit for _, hit in shown], following)


def _read(cursor: str) -> tuple[int | None, tuple[int, int] | None]:
    """One that is none of ours counts as none."""
    parts = cursor.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 19 for part in parts):
        return None, None
    top, points, key = map(int, parts)
    return top, (points, key)


def _points(tree: Node, keys: Sequence[int]) -> dict[int, int]:
    """How well each fits: every message that was found has what operators ask for, so that free words decide."""
    wanted = free_words(tree)
    if not wanted or not keys:
        return {}
    points, values = engine().points(wanted)
    statement = f"SELECT t.key, {points} FROM {TABLE} t WHERE t.key IN ({', '.join(['%s'] * len(keys))})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *keys])
        return {key: int(found) for key, found in cursor.fetchall()}
