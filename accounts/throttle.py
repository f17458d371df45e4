"""How often somebody may try to sign in, or tell us something. Counts in Redis, by Django's cache; asks no server, no
database.

An attempt is counted before it is made and given back when it succeeds or decides nothing, so that a hundred at once
get no further than a hundred one after another.

    address and network    5 in 15 minutes, then one attempt a wait; waits double from 15 seconds to 15 minutes
    network                30 in an hour, then none; an address that signed in from there lately is not concerned
    address, anywhere      50 a day, then every network gets one attempt, not five, before its waits begin

The rightful owner of an address is thus slowed down at most, however many others try it. From a browser that signed in
with it before (`known`) not even that: its attempts are counted as its own, 5 in 15 minutes and then as above.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from django.core.cache import cache
from django.utils.crypto import salted_hmac

FIRST_WAIT, LONGEST_WAIT = 15, 900
QUIET = 3600
"""Seconds without an attempt after which the waits begin anew."""
KNOWN_FOR = 30 * 24 * 3600


class TooMany(Exception):
    """Not now. `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many attempts, wait {wait} s")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Window:
    """So many attempts in so many seconds, counted in two buckets of which the older one weighs what is left of it."""

    key: str
    limit: int
    seconds: int

    def bucket(self, now: float, back: int = 0) -> str:
        return f"{self.key}:{int(now // self.seconds) - back}"

    def weigh(self, counts: dict[str, float], now: float) -> float:
        """The attempts within the last `seconds`, taking the older bucket's as evenly spread."""
        left = 1 - now % self.seconds / self.seconds
        return counts.get(self.bucket(now), 0) + counts.get(self.bucket(now, 1), 0) * left

    def wait(self, counts: dict[str, float], now: float) -> int:
        """Seconds until the weight is below the limit, when nobody tries meanwhile; 0 when it is."""
        if self.weigh(counts, now) < self.limit:
            return 0
        current, older = counts.get(self.bucket(now), 0), counts.get(self.bucket(now, 1), 0)
        if current < self.limit:
            until = 1 - (self.limit - current) / older
        else:  # only in the next bucket, where the current count is the older one
            until = 2 - self.limit / current
        return int(self.seconds * until - now % self.seconds) + 1


def is_little(what: str, network: str, each: int, everybody: int) -> bool:
    """Whether one more of this within a minute is little enough: of the network, and of all. Counts it if so.

    Who is beyond the first takes nothing of the second away from others.
    """
    now = time()
    windows = Window(_key(what, network), each, 60), Window(_key(what), everybody, 60)
    return all(_has_room(window, now) for window in windows)


def _has_room(window: Window, now: float) -> bool:
    counts: dict[str, float] = {window.bucket(now): _count(window.bucket(now), 2 * window.seconds) - 1}
    counts[window.bucket(now, 1)] = cache.get(window.bucket(now, 1), 0)
    if window.weigh(counts, now) < window.limit:
        return True
    _count(window.bucket(now), 2 * window.seconds, -1)
    return False


class Attempt:
    """One attempt of an address from a network. Making it counts it; raises TooMany when it may not be made.

    `device`: the browser, when it is known to be the owner's; neither the network nor what others do matters then.
    """

    def __init__(self, address: str, network: str, device: str = "") -> None:
        self._now = time()
        pair = _key("device", address, device) if device else _key("pair", address, network)
        self._pair = Window(pair, 5, 900)
        self._network = Window(_key("network", network), 30, 3600)
        self._address = Window(_key("address", address), 50, 24 * 3600)
        self._windows = (self._pair,) if device else (self._pair, self._network, self._address)
        self._gate, self._strikes, self._known = f"{pair}:gate", f"{pair}:strikes", f"{pair}:known"
        self._shut_gate = False
        self._admit()

    def succeeded(self) -> None:
        """The password was right: forget the pair's failures, and know the address here for a month."""
        self._give_back()
        cache.delete_many([self._gate, self._strikes, *(self._pair.bucket(self._now, back) for back in (0, 1))])
        cache.set(self._known, 1, KNOWN_FOR)

    def undecided(self) -> None:
        """Nobody learnt whether the password was right: as if it had not been tried."""
        self._give_back()
        if self._shut_gate:
            cache.delete(self._gate)
            _count(self._strikes, QUIET, -1)

    def _admit(self) -> None:
        older = [window.bucket(self._now, 1) for window in self._windows]
        counts = cache.get_many([self._known, self._strikes, *older])
        for window in self._windows:
            # What came before this attempt.
            counts[window.bucket(self._now)] = _count(window.bucket(self._now), 2 * window.seconds) - 1
        try:
            self._check(counts)
        except TooMany:
            self._give_back()
            raise

    def _check(self, counts: dict[str, float]) -> None:
        if self._known not in counts and (wait := self._network.wait(counts, self._now)):
            raise TooMany(wait)
        # Of a known device the counts of network and address are not among them: nothing is near its limit.
        free = 1 if self._address.weigh(counts, self._now) >= self._address.limit else self._pair.limit
        strikes = int(counts.get(self._strikes, 0))
        if strikes or self._pair.weigh(counts, self._now) >= free - 1:
            self._pass_gate(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(strikes, 10)))

    def _pass_gate(self, wait: int) -> None:
        """Whoever finds the gate open shuts it behind, for this long."""
        if not cache.add(self._gate, self._now + wait, wait):
            raise TooMany(max(1, int(cache.get(self._gate, self._now) - self._now)))
        self._shut_gate = True
        _count(self._strikes, QUIET)
        cache.touch(self._strikes, QUIET)

    def _give_back(self) -> None:
        for window in self._windows:
            _count(window.bucket(self._now), 2 * window.seconds, -1)


def _count(key: str, lifetime: int, step: int = 1) -> int:
    """Add to a counter that may not exist yet, and say what it is now."""
    cache.add(key, 0, lifetime)
    try:
        return cache.incr(key, step)
    except ValueError:  # it ended in between
        return step


def _key(*words: str) -> str:
    """No address stands readable in Redis."""
    return "throttle:" + salted_hmac("accounts.throttle", "|".join(words)).hexdigest()
