"""A cache for what strangers send: only short keys are kept, so that nobody can fill it with megabytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

R = TypeVar("R")

LONGEST = 500
"""Octets of a key, if nothing else is said."""


def short_cache(size: int, longest: int = LONGEST) -> Callable[[Callable[[bytes], R]], Callable[[bytes], R]]:
    """`lru_cache(size)` for a pure function of octets."""

    def decorate(function: Callable[[bytes], R]) -> Callable[[bytes], R]:
        cached = lru_cache(size)(function)

        @wraps(function)
        def call(key: bytes) -> R:
            return cached(key) if len(key) <= longest else function(key)

        return call

    return decorate
