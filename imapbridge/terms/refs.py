"""PURE: a Message-ID as the number by which it is looked up."""

from __future__ import annotations

from hashlib import blake2b


def digest(message_id: str) -> int:
    """63 bits of a Message-ID: a positive BIGINT."""
    return int.from_bytes(blake2b(message_id.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1
