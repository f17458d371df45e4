"""PURE: what stands behind an operator: sizes, days, spans of time, Message-IDs. Each has one spelling, or is none."""

from __future__ import annotations

import re
from datetime import date, timedelta

_SIZE = re.compile(r"(\d{1,12})\s*([kmg])?(?:i?b)?", re.IGNORECASE)
_FACTORS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?")
_YEAR_LAST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
"""As Gmail has it."""
_SPAN = re.compile(r"(\d{1,4})\s*(d|w|m|y)[a-z]*", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def size(text: str) -> str | None:
    """`5mb` is `5M`, as is `5M`."""
    found = _SIZE.fullmatch(text.strip())
    return f"{int(found[1])}{(found[2] or '').upper()}" if found else None


def octets(text: str) -> int:
    """Of what `size` gave. No more than a database or a mail server has a number for."""
    unit = text[-1:] if text[-1:] in _FACTORS else ""
    return min(int(text.removesuffix(unit)) * _FACTORS[unit], 2**63 - 1)


def message_id(text: str) -> str | None:
    """Without the brackets that stand around it in headers."""
    return text.strip().removeprefix("<").removesuffix(">") or None


def day(text: str) -> str | None:
    """`2026/3/1`, `1.3.2026`, `3/1/2026`, `2026-03` and `2026` as `2026-03-01` and so on; `today`, `yesterday` as they
    are."""
    text = text.strip().lower()
    if text in {"today", "yesterday"}:
        return text
    if found := _YEAR_LAST.fullmatch(text):
        year, month, of_month = found[3], found[2], found[1]
    elif found := _MONTH_FIRST.fullmatch(text):
        year, month, of_month = found[3], found[1], found[2]
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, of_month = found[1], found[2] or "1", found[3] or "1"
    else:
        return None
    try:
        return date(int(year), int(month), int(of_month)).isoformat()
    except ValueError:
        return None


def date_of(text: str, today: date) -> date:
    """Of what `day` gave."""
    if text in {"today", "yesterday"}:
        return today - timedelta(days=text == "yesterday")
    return date.fromisoformat(text)


def span(text: str) -> str | None:
    """`2 weeks` is `2w`: days, weeks, months or years."""
    found = _SPAN.fullmatch(text.strip())
    return f"{int(found[1])}{found[2].lower()}" if found else None


def ago(text: str, today: date) -> date:
    """The day so long ago; of what `span` gave. No earlier than there is a calendar for."""
    days = int(text[:-1]) * _DAYS[text[-1]]
    return today - timedelta(days=min(days, (today - date(1, 1, 2)).days))
