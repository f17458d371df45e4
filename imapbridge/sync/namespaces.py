"""Whose mailboxes are whose (RFC 2342). Other people's and shared ones are shown and followed as the server lists them,
but none is taken for the person's own Sent, Trash or the like by its name or attributes.

Asked once a day; what Redis loses is asked again. Never moves or hides a mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.core.cache import cache
from redis.exceptions import RedisError

from imapbridge.errors import CommandFailed
from imapbridge.wire import names
from imapbridge.wire.drivers import BlockingConnection

TIMEOUT = 30.0
KEPT = 24 * 3600

Namespace = tuple[bytes, bool]
"""What the names of its mailboxes begin with, and whether it is the person's own."""


def read(connection: BlockingConnection, account_id: int) -> list[Namespace]:
    """The account's namespaces; none where the server does not tell. A round trip, seldom."""
    key = f"namespaces:{account_id}"
    kept: list[tuple[str, bool]] | None = cache.get(key)
    if kept is not None:
        return [(prefix.encode("latin-1"), is_own) for prefix, is_own in kept]
    found = _ask(connection)
    cache.set(key, [(prefix.decode("latin-1"), is_own) for prefix, is_own in found], KEPT)  # octets are no JSON
    return found


def own_prefix(account_id: int) -> str | None:
    """What the names of the person's own mailboxes begin with; None where the server was not asked lately."""
    try:
        kept: list[tuple[str, bool]] | None = cache.get(f"namespaces:{account_id}")
    except RedisError:
        return None
    own = [prefix for prefix, is_own in kept or () if is_own]
    return names.decode(own[0].encode("latin-1")) if own else None


def _ask(connection: BlockingConnection) -> list[Namespace]:
    try:
        said = connection.run(connection.session.namespace(), timeout=TIMEOUT)
    except CommandFailed:
        return []
    own = [(prefix, True) for prefix, _ in said.personal]
    return own + [(prefix, False) for prefix, _ in (*said.others, *said.shared)]


def owned(namespaces: Iterable[Namespace]) -> Callable[[bytes], bool]:
    """Whether a mailbox of this name is the person's own: the longest prefix decides, and INBOX always is."""
    ordered = sorted(namespaces, key=lambda one: (-len(one[0]), not one[1]))

    def is_own(raw_name: bytes) -> bool:
        inside = (own for prefix, own in ordered if raw_name.startswith(prefix))
        return names.key(raw_name) == b"INBOX" or next(inside, True)

    return is_own
