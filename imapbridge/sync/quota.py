"""How much room there is, where the server says so (RFC 9208)."""

from __future__ import annotations

from django.core.cache import cache

from imapbridge.errors import CommandFailed
from imapbridge.models import Mirror
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.responses import Quota

TIMEOUT = 30.0
UNIT = 1024
"""Octets that STORAGE counts in."""
EVERY = 300
"""Seconds between two questions; a change in between is asked about after them."""
REMEMBERED = 24 * 3600


def refresh(connection: BlockingConnection, account_id: int, *, changed: bool) -> None:
    """Remember the tightest storage quota of INBOX, or that there is none. A server that will not tell stops nothing.

    Costs a round trip, so it is asked when the account's mail has changed since the last time, and not too often.
    """
    if not _is_due(account_id, changed=changed):
        return
    try:
        used, limit = _tightest(connection.run(connection.session.quota(), timeout=TIMEOUT))
    except CommandFailed:
        return
    Mirror.objects.filter(account=account_id).update(quota_used=used, quota_limit=limit)


def _is_due(account_id: int, *, changed: bool) -> bool:
    stale, asked = f"quota-stale:{account_id}", f"quota-asked:{account_id}"
    known = cache.get_many([stale, asked])
    if asked not in known and (changed or stale in known) and cache.add(asked, 1, EVERY):
        cache.delete(stale)
        return True
    if changed and stale not in known:
        cache.set(stale, 1, REMEMBERED)
    return False


def _tightest(quotas: list[Quota]) -> tuple[int | None, int | None]:
    storage = [quota.resources["STORAGE"] for quota in quotas if "STORAGE" in quota.resources]
    if not storage:
        return None, None
    used, limit = min(storage, key=lambda pair: pair[1] - pair[0])
    return used * UNIT, limit * UNIT
