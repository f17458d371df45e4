"""How the databases find a page of a list: along the index of its order, whatever they know of the number of rows."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from imapbridge import queries
from imapbridge.models import Mailbox, MailboxThread
from imapbridge.queries import Only
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(params=["from before the first sync", "of today"])
def inbox(request: pytest.FixtureRequest) -> Mailbox:
    """3,000 conversations, with the statistics of that time."""
    factories.fill_mailbox(factories.person("small@example.com")[1], 20)
    _execute("ANALYZE")
    box = factories.fill_mailbox(factories.person()[1], 3_000)
    if request.param == "of today":
        _execute("ANALYZE")
    return box


def _execute(sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _plan(ask: Callable[[], object]) -> str:
    """How the last statement of a question is carried out."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    prefix = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    return "\n".join(str(row[-1]) for row in _execute(prefix + asked[-1][0], asked[-1][1]))


def _cursor(box: Mailbox, **wanted: Any) -> str:
    """Of the middle of the rows that are wanted."""
    rows = MailboxThread.objects.filter(mailbox=box, **wanted).order_by("-sort_at").values_list("sort_at", "thread")
    return ".".join(map(str, rows[rows.count() // 2]))


def _pages(box: Mailbox) -> list[Callable[[], object]]:
    """First ones, and ones from the middle."""
    lists: list[tuple[Only, dict[str, int]]] = [
        ("", {}),
        ("unread", {"unread__gt": 0}),
        ("starred", {"flagged__gt": 0}),
    ]
    unread, read = _cursor(box, unread__gt=0) + queries.UNREAD, _cursor(box, unread=0)
    return [
        *(partial(queries.conversations, box.pk, "", only, state=1) for only, _ in lists),
        *(partial(queries.conversations, box.pk, _cursor(box, **rows), only, state=1) for only, rows in lists),
        *(partial(queries.unread_first, box.pk, before, state=1) for before in ("", unread, read)),
    ]


def _flat_pages(box: Mailbox) -> list[Callable[[], object]]:
    flat = queries.messages_of("inbox")
    return [
        *(partial(queries.conversations, box.pk, before, state=1, shape=flat) for before in ("", _cursor(box))),
        partial(queries.unread_first, box.pk, state=1, shape=flat),
    ]


def test_every_page_is_read_along_an_index_in_its_order(inbox: Mailbox) -> None:
    for ask in _pages(inbox):
        plan = _plan(ask)
        assert any(f"{index} " in plan for index in ("mt_list", "mt_unread", "mt_read", "mt_flagged")), plan
        for slow in ("Bitmap", "Seq Scan", "Join", "SCAN m", "SCAN imapbridge"):
            assert slow not in plan, plan


def test_pages_of_messages_are_read_along_one_as_well(inbox: Mailbox) -> None:
    """Once the statistics know of them. PostgreSQL takes any mailbox for a two-hundredth of all entries: where that is
    less than a page, as here, it may read them by the index of the order and sort them."""
    _execute("ANALYZE")
    for ask in _flat_pages(inbox):
        plan = _plan(ask)
        assert "entry_list " in plan, plan
        for slow in ("Seq Scan", "Join", "SCAN m", "SCAN imapbridge"):
            assert slow not in plan, plan
