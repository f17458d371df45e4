"""PURE: at which line of a TOML text each key stands, which `tomllib` does not tell. Only to say where faults are."""

from __future__ import annotations

import re
import tomllib
from typing import Any

Where = tuple[str, ...]
"""Keys, from the outermost inwards."""

_TABLE = re.compile(r"\s*\[(?!\[)(.+)\]\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'))*)\s*=""")


def lines(text: str) -> dict[Where, int]:
    """`{("example.com", "imap", "port"): 7}`; keys within braces are not looked for."""
    found: dict[Where, int] = {}
    table: Where = ()
    for number, line in enumerate(text.splitlines(), 1):
        if head := _TABLE.fullmatch(line):
            table = _keys(f"[{head[1]}]")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_keys(f"{key[1]} = 0")), number)
    return found


def _keys(piece: str) -> Where:
    """Of a table's head, or of one key with a number. Empty for what is none after all, such as a line of a text."""
    try:
        value: Any = tomllib.loads(piece)
    except tomllib.TOMLDecodeError:
        return ()
    found = []
    while isinstance(value, dict) and value:
        key, value = next(iter(value.items()))
        found.append(key)
    return tuple(found)
