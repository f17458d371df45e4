"""Text as it is searched: words without case and accents, each after a space, so that a search finds their beginnings.

Pure. ` noor eklund noor@example.com example com` is found by `ek`, by `exa` and by `noor@ex`, not by `klund`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST_WORDS = 5
_WORD = re.compile(r"\w+")
_QUERY = re.compile(r"[^\s,;<>()\"\x00-\x1f]+")
MOST = 2000


def folded(text: str) -> str:
    """Without case, accents and forms of width: what people type for it."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(each for each in apart if not unicodedata.combining(each)))


def found_by(texts: Iterable[str]) -> str:
    """For the column: what is in these texts, at most 2,000 characters of it."""
    words: dict[str, None] = {}
    for text in texts:
        plain = folded(text)
        words |= dict.fromkeys(_QUERY.findall(plain))
        words |= dict.fromkeys(_WORD.findall(plain))
    return "".join(f" {word}" for word in words)[:MOST]


def wanted(query: str) -> list[str]:
    """What `found_by` must contain, all of it; empty for a query that says nothing."""
    return [f" {word}" for word in _QUERY.findall(folded(query[:200]))[:MOST_WORDS]]
