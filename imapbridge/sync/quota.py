"""How much room there is, where the server says so (RFC 9208)."""

from __future__ import annotations

from imapbridge.errors import CommandFailed
from imapbridge.models import Mirror
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.responses import Quota

TIMEOUT = 30.0
UNIT = 1024
"""Octets that STORAGE counts in."""


def refresh(connection: BlockingConnection, account_id: int) -> None:
    """Remember the tightest storage quota of INBOX, or that there is none. A server that will not tell stops nothing.

    Costs a round trip, so it is asked when the account's mail has changed, and the first time.
    """
    try:
        used, limit = _tightest(connection.run(connection.session.quota(), timeout=TIMEOUT))
    except CommandFailed:
        return
    Mirror.objects.filter(account=account_id).update(quota_used=used, quota_limit=limit)


def _tightest(quotas: list[Quota]) -> tuple[int | None, int | None]:
    storage = [quota.resources["STORAGE"] for quota in quotas if "STORAGE" in quota.resources]
    if not storage:
        return None, None
    used, limit = min(storage, key=lambda pair: pair[1] - pair[0])
    return used * UNIT, limit * UNIT
