"""Sets of UIDs (RFC 9051 `sequence-set`), kept as ranges.

A set that came from a server may hold four thousand million UIDs in fourteen bytes (`1:4294967295`): `len`, `in` and
the set operations work on ranges and stay cheap; iterate only over sets known to be small.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_UID = 2**32 - 1

Range = tuple[int, int | None]
"""First and last UID, both in the set; None as last means `*`, whatever the highest UID is."""

_ITEM = re.compile(r"([0-9]{1,10}|\*)(?::([0-9]{1,10}|\*))?")
_INFINITE = MAX_UID + 1


@dataclass(frozen=True, slots=True)
class UidSet:
    """An immutable, ordered set of UIDs. Build it with `of`, `range` or `parse`."""

    ranges: tuple[Range, ...] = ()
    """Ascending, disjoint, not touching; only the last may end in None."""

    @classmethod
    def of(cls, uids: Iterable[int]) -> UidSet:
        """The set of these numbers. ValueError when one is not a UID."""
        ordered = sorted(set(uids))
        if ordered and not 1 <= ordered[0] <= ordered[-1] <= MAX_UID:
            raise ValueError("a UID is a number from 1 to 4294967295")
        ranges: list[Range] = []
        first = last = -1
        for uid in ordered:
            if uid != last + 1:
                ranges.append((first, last))
                first = uid
            last = uid
        ranges.append((first, last))
        return cls(tuple(ranges[1:])) if ordered else cls()

    @classmethod
    def range(cls, first: int, last: int | None) -> UidSet:
        """`first:last`; None is `*`. Empty when last < first. ValueError when an end is not a UID."""
        if not 1 <= first <= MAX_UID or (last is not None and last > MAX_UID):
            raise ValueError("a UID is a number from 1 to 4294967295")
        return cls() if last is not None and last < first else cls(((first, last),))

    @classmethod
    def parse(cls, text: str) -> UidSet:
        """`1:3,7` or `5:*`, in any order and with overlaps. ValueError when it is not a set; empty text is empty."""
        return cls(_normal(map(_parse_item, text.split(",")))) if text else cls()

    @property
    def is_finite(self) -> bool:
        return not self.ranges or self.ranges[-1][1] is not None

    @property
    def first(self) -> int:
        """The lowest UID. ValueError when empty."""
        if not self.ranges:
            raise ValueError("an empty set has no first UID")
        return self.ranges[0][0]

    @property
    def last(self) -> int:
        """The highest UID. ValueError when empty or open."""
        if not self.ranges or self.ranges[-1][1] is None:
            raise ValueError("an empty or open set has no last UID")
        return self.ranges[-1][1]

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self._finite())

    def __iter__(self) -> Iterator[int]:
        for first, last in self._finite():
            yield from range(first, last + 1)

    def __contains__(self, uid: object) -> bool:
        if not isinstance(uid, int):
            return False
        at = bisect_right(self.ranges, uid, key=lambda item: item[0]) - 1
        if at < 0:
            return False
        last = self.ranges[at][1]
        return last is None or uid <= last

    def __str__(self) -> str:
        return ",".join(map(_text, self.ranges))

    def __or__(self, other: UidSet) -> UidSet:
        return UidSet(_normal((*self.ranges, *other.ranges)))

    def __and__(self, other: UidSet) -> UidSet:
        return UidSet(tuple(_intersect(self.ranges, other.ranges)))

    def __sub__(self, other: UidSet) -> UidSet:
        return self & UidSet(tuple(_complement(other.ranges)))

    def chunks(self, max_bytes: int) -> Iterator[UidSet]:
        """The set in pieces whose text is at most `max_bytes` long, in ascending order."""
        if max_bytes < 21:
            raise ValueError("a range alone may take 21 bytes")
        piece: list[Range] = []
        size = 0
        for item in self.ranges:
            length = len(_text(item)) + 1
            if size + length > max_bytes + 1:
                yield UidSet(tuple(piece))
                piece, size = [], 0
            piece.append(item)
            size += length
        if piece:
            yield UidSet(tuple(piece))

    def newest_first(self, count: int) -> Iterator[UidSet]:
        """The set in pieces of at most `count` UIDs, the highest first. Finite sets only."""
        rest = [*self._finite()]
        while rest:
            piece: list[Range] = []
            room = count
            while rest and room:
                first, last = rest.pop()
                start = max(first, last - room + 1)
                piece.append((start, last))
                room -= last - start + 1
                if start > first:
                    rest.append((first, start - 1))
            yield UidSet(tuple(reversed(piece)))

    def _finite(self) -> Iterator[tuple[int, int]]:
        for first, last in self.ranges:
            if last is None:
                raise ValueError("an open set (n:*) has no members to count")
            yield first, last


def _text(item: Range) -> str:
    first, last = item
    if first == last:
        return str(first)
    return f"{first}:{'*' if last is None else last}"


def _parse_item(text: str) -> Range:
    found = _ITEM.fullmatch(text)
    if not found:
        raise ValueError("not a UID set")
    # `*` alone is the last message: nothing can be said about it but that it is open from there.
    ends = [None if end == "*" else int(end) for end in found.groups() if end]
    numbers = [end for end in ends if end is not None]
    if not all(1 <= end <= MAX_UID for end in numbers):
        raise ValueError("a UID is a number from 1 to 4294967295")
    if None in ends:
        return min(numbers, default=MAX_UID), None
    return min(numbers), max(numbers)


def _normal(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Sorted, with overlapping and touching ranges joined."""
    joined: list[Range] = []
    for first, last in sorted(ranges, key=lambda item: item[0]):
        if joined and (joined[-1][1] is None or first <= joined[-1][1] + 1):
            joined[-1] = (joined[-1][0], _further(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def _further(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else max(a, b)


def _intersect(left: tuple[Range, ...], right: tuple[Range, ...]) -> Iterator[Range]:
    i = j = 0
    while i < len(left) and j < len(right):
        a, b = _closed(left[i]), _closed(right[j])
        first, last = max(a[0], b[0]), min(a[1], b[1])
        if first <= last:
            yield first, None if last == _INFINITE else last
        if a[1] < b[1]:
            i += 1
        else:
            j += 1


def _complement(ranges: tuple[Range, ...]) -> Iterator[Range]:
    start = 1
    for first, last in ranges:
        if start < first:
            yield start, first - 1
        if last is None:
            return
        start = last + 1
    yield start, None


def _closed(item: Range) -> tuple[int, int]:
    return item[0], _INFINITE if item[1] is None else item[1]
