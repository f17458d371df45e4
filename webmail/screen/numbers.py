"""Whole numbers as people read them: `2,418`, `2.418`, `2 418`."""

from __future__ import annotations

from django.utils.formats import number_format


def number(n: int) -> str:
    """In the language that is spoken; small ones, as nearly all are, cost nothing."""
    return str(n) if -1000 < n < 1000 else str(number_format(n, use_l10n=True, force_grouping=True))
