"""How often and how lately, as one number that never has to be renewed.

Each time counts half as much a month later. The sum of what all times count, taken as if it were the first second of
1970, is a number that grows with each and else stays; its logarithm fits a float. So rows are ordered by a plain index
and none is touched but the one that something happened to.
"""

from __future__ import annotations

import math

HALF_LIFE = 30 * 86_400.0
SENT, RECEIVED = 8.0, 1.0
"""Whom one writes to, one writes to again; many who write are never answered."""
KNOWN = 2.0
"""So much more is a contact that was written down: half-lives."""
UNHEARD = 6.0
"""So many half-lives ago a contact counts as written to, when there was no mail at all."""


def ranked(rank: float | None, weight: float, at: float) -> float:
    """The rank after something of this weight happened at a time in seconds since 1970."""
    new = at / HALF_LIFE + math.log2(weight)
    if rank is None:
        return new
    low, high = sorted((rank, new))
    return high + math.log2(1 + 2.0 ** max(low - high, -1000.0))


def unheard(now: float) -> float:
    """The rank of a contact without mail."""
    return now / HALF_LIFE - UNHEARD
