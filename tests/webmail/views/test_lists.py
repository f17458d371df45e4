"""Rows as markup: under their headings, and printed again only when something about them is different."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from imapbridge.queries import Conversation
from webmail import partials
from webmail.screen.clock import Clock
from webmail.screen.rows import Place, RowWriter
from webmail.views.lists import Rows

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def conversation(thread: int, age: int = 60, **fields: Any) -> Conversation:
    values: dict[str, Any] = {
        "thread": thread, "message": 21, "subject": "Van", "senders": json.dumps([["Wren", "wren@example.org"]]),
        "total": 1, "unread": 0, "flagged": 0, "has_attachment": False, "preview": "At 07:30",
        "sort_at": int(NOW.timestamp()) - age, "state": 1,
    }  # fmt: skip
    return Conversation(**values | fields)


def rows(now: datetime = NOW) -> Rows:
    return Rows(RowWriter(Clock(UTC, now), Place(4), "noor@example.com"))


def test_rows_stand_under_headings_in_order() -> None:
    ages = [60, 3600, 86400, 86400 * 3, 86400 * 41, 86400 * 42, 86400 * 400]
    parts = rows().parts([conversation(n, age) for n, age in enumerate(ages)], after="today")
    found = [(part.title, [n for n in range(7) if f'id="c{n}"' in part.rows], part.shown) for part in parts]
    assert found == [
        ("Today", [0, 1], False), ("Yesterday", [2], True), ("Earlier this week", [3], True),
        ("January", [4, 5], True), ("February 2025", [6], True),
    ]  # fmt: skip


def test_what_is_kept_is_what_would_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, printed = rows(), []
    print_ = partials.printed
    monkeypatch.setattr(partials, "printed", lambda items: printed.append(items) or print_(items))
    shown = [conversation(n) for n in range(3)]
    first = kept.parts(shown)
    assert kept.parts(shown) == first
    assert len(printed) == 3
    shown[1] = conversation(1, unread=1, state=2)
    assert kept.parts(shown) == rows().parts(shown) != first
    assert kept.parts(shown, opened=2) == rows().parts(shown, opened=2) != kept.parts(shown)


def test_another_day_another_page() -> None:
    assert Clock(UTC, NOW) == Clock(UTC, NOW + timedelta(hours=1))
    assert Clock(UTC, NOW) != Clock(UTC, NOW + timedelta(days=1))
    assert rows().parts([conversation(1)]) != rows(NOW + timedelta(days=2)).parts([conversation(1)])
