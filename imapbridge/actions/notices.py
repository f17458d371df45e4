"""A person is told of what the server would not do, or has read it."""

from __future__ import annotations

from collections.abc import Collection

from imapbridge.models import Notice


def tell(account_id: int, kind: str, code: str, *, subject: str, source: str) -> None:
    """In the caller's transaction. `kind`: as of a Notice, or of what is asked for elsewhere than here."""
    Notice.objects.create(account_id=account_id, kind=kind, code=code, subject=subject, source=source)


def dismiss(account_ids: Collection[int], notices: Collection[int]) -> None:
    """They need not be shown again."""
    Notice.objects.filter(account__in=account_ids, pk__in=notices).delete()
