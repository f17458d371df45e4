"""How values lie in Redis: as JSON, or as they are. A pickle would let whoever can write there run code here."""

from __future__ import annotations

import json
from typing import Any

OCTETS = b"\0"
"""Begins a value that is bytes; no JSON does."""


class JsonSerializer:
    """Django's cache serializer interface. Whole numbers go as they are, so that Redis can count with them."""

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:
            return value
        return OCTETS + value if type(value) is bytes else json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return data[1:] if data.startswith(OCTETS) else json.loads(data)
