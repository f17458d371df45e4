"""PURE: how much somebody sent lately, whether more fits within what they may, and whether it is unusual.

Time is cut into slots of five minutes; a slot counts until its last moment is out of the window, so never too few are
counted. A message to more people than the limit is refused before it is handed over (`never`); one that was handed over
before the limit was so low fits when nothing else was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.limits import Rates

SLOT = 300
HOUR, DAY = 3600, 24 * 3600
BURST = 30
"""Recipients within an hour that are never unusual."""
UNUSUAL = 3
"""Times what somebody sends to on a whole day, within an hour."""
_MEMORY = 0.8
"""What the days before weigh in the usual."""

Slots = Mapping[int, tuple[int, int]]
"""By number of the slot: messages and recipients."""


@dataclass(frozen=True, slots=True)
class Tally:
    """`usual`: recipients on a day on which they send; `day`: the one that `today` counts, as days since 1970."""

    slots: Slots = field(default_factory=dict)
    usual: float = 0.0
    day: int = 0
    today: int = 0

    def counted(self, recipients: int, now: float) -> Tally:
        """With one more message; without what is older than a day."""
        current, oldest = int(now) // SLOT, int(now - DAY) // SLOT
        slots = {slot: count for slot, count in self.slots.items() if slot >= oldest}
        messages, people = slots.get(current, (0, 0))
        slots[current] = (messages + 1, people + recipients)
        day = int(now) // DAY
        if day == self.day:
            return Tally(slots, self.usual, day, self.today + recipients)
        usual = self.usual * _MEMORY + self.today * (1 - _MEMORY) if self.usual else float(self.today)
        return Tally(slots, usual, day, recipients)

    def lately(self, window: int, now: float) -> tuple[int, int]:
        """Messages and recipients within the window."""
        counts = [count for slot, count in self.slots.items() if _leaves(slot, window) > now]
        return sum(one for one, _ in counts), sum(one for _, one in counts)

    def wait(self, rates: Rates, recipients: int, now: float) -> int:
        """Seconds until a message to so many is within the rates, when nothing else is sent; 0: it is now."""
        return max(
            self._wait(0, rates.messages_per_hour, 1, HOUR, now),
            self._wait(0, rates.messages_per_day, 1, DAY, now),
            self._wait(1, rates.recipients_per_hour, recipients, HOUR, now),
            self._wait(1, rates.recipients_per_day, recipients, DAY, now),
        )

    def is_unusual(self, now: float) -> bool:
        """Whether far more was sent within this hour than on other days as a whole."""
        return self.lately(HOUR, now)[1] > max(BURST, UNUSUAL * self.usual)

    def _wait(self, which: int, most: int, more: int, window: int, now: float) -> int:
        if not most:
            return 0
        left = sum(count[which] for slot, count in self.slots.items() if _leaves(slot, window) > now)
        room = max(0, most - more)
        until = now
        for slot in sorted(slot for slot in self.slots if _leaves(slot, window) > now):
            if left <= room:
                break
            left, until = left - self.slots[slot][which], _leaves(slot, window)
        return int(until - now + 0.999)


def never(rates: Rates, recipients: int) -> tuple[int, int] | None:
    """The limit that a message to so many is over whatever else is sent: recipients, and within how many hours."""
    limits = ((rates.recipients_per_hour, HOUR // 3600), (rates.recipients_per_day, DAY // 3600))
    return min((one for one in limits if 0 < one[0] < recipients), default=None)


def _leaves(slot: int, window: int) -> int:
    """When the last moment of the slot is out of the window."""
    return (slot + 1) * SLOT + window
