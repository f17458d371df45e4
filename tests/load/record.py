"""What was asked when, how long it took and what went wrong; and the tables of it."""

import http.client
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.servers.visitor import Answer

HEADING = re.compile(r"<h([12])[^>]*>(.*?)</h\1>\s*<p[^>]*>(.*?)</p>", re.DOTALL)
TRACES = ("Traceback", "OperationalError", "psycopg", "RedisError")
TARGET = 250.0
"""Milliseconds: 95 of 100 pages come sooner."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it began (time.monotonic), how long it took in milliseconds, and what was wrong, if anything."""

    kind: str
    at: float
    took: float
    wrong: str = ""


class Record:
    """Many threads write."""

    def __init__(self) -> None:
        self.all: list[Asked] = []

    def note(self, kind: str, began: float, wrong: str = "") -> None:
        self.all.append(Asked(kind, began, 1000 * (time.monotonic() - began), wrong))

    def between(self, begin: float, end: float) -> list[Asked]:
        return [one for one in self.all if begin <= one.at < end]


def wrong(answer: Answer, good: Iterable[int]) -> str:
    """Empty when the status is one of the good; else it, with what the page says."""
    if answer.status in good:
        return ""
    if answer.status == 302:
        return f"302 {answer.location.partition('?')[0]}"
    text = answer.text
    if any(trace in text for trace in TRACES):
        return f"{answer.status} A FAULT'S OWN WORDS"
    said = HEADING.search(text)
    return f"{answer.status} {said[2].strip()}: {said[3].strip()}" if said else f"{answer.status} without a sentence"


def fault(error: Exception) -> str:
    """A connection that ended before there was an answer: the process behind it died."""
    kind = "cut" if isinstance(error, ConnectionError | http.client.HTTPException) else "no connection"
    return f"{kind}: {type(error).__name__}"


def is_dishonest(said: str) -> bool:
    """No sentence that a person could do something with: our fault page, a bare status, a fault's own words."""
    return said.startswith(("500", "302")) or said.endswith(("A FAULT'S OWN WORDS", "without a sentence"))


def percentile(values: Sequence[float], of_hundred: int) -> float:
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[of_hundred - 1]


def table(asked: Sequence[Asked]) -> str:
    """A line for each kind, most frequent first, and one for all."""
    lines = [f"{'request':<28}{'count':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'errors':>8}"]
    kinds = [kind for kind, _ in Counter(one.kind for one in asked).most_common()]
    for kind in [*kinds, "all of them"]:
        ours = [one for one in asked if kind in {one.kind, "all of them"}]
        took = sorted(one.took for one in ours if not one.wrong)
        cut = "".join(f"{percentile(took, share):>9.0f}" for share in (50, 95, 99))
        lines.append(f"{kind:<28}{len(ours):>8}{cut}{sum(bool(one.wrong) for one in ours):>8}")
    return "\n".join(lines)


def errors(asked: Sequence[Asked]) -> str:
    """How often what went wrong, by the kind of request."""
    counted = Counter((one.wrong, one.kind) for one in asked if one.wrong)
    lines = [f"    {count:>5}  {kind}: {said}" for (said, kind), count in counted.most_common()]
    return "\n".join(lines) or "    none"
