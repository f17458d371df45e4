"""A person has read what the server would not do."""

from __future__ import annotations

from collections.abc import Collection

from imapbridge.models import Notice


def dismiss(account_ids: Collection[int], notices: Collection[int]) -> None:
    """They need not be shown again."""
    Notice.objects.filter(account__in=account_ids, pk__in=notices).delete()
