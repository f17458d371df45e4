"""CPU per operation, by process. Never looks at the wall clock but to let things come to rest."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: A process at rest uses less than this share of a core.
REST = 0.02


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU of one operation, by process."""

    by_process: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.by_process.values())


class Meter:
    """Reads the CPU of everything that works for a person: name -> seconds so far."""

    def __init__(self, read: Callable[[], Mapping[str, float]]) -> None:
        self._read = read

    def measure(self, operation: Callable[[], object], count: int, rounds: int) -> Cost:
        """The median round of several, each of `count` operations and of the work that they leave behind.

        The first round has what is only done once (templates, connections), so three rounds are the least.
        """
        costs = [self._round(operation, count) for _ in range(rounds)]
        return sorted(costs, key=lambda cost: cost.total)[len(costs) // 2]

    def spent(self, work: Callable[[], object]) -> Mapping[str, float]:
        """Seconds of CPU, by process, of some work and of what it leaves behind."""
        self.rest()
        before = self._read()
        work()
        self.rest()
        after = self._read()
        return {name: after[name] - before[name] for name in after}

    def rest(self, window: float = 0.5, deadline: float = 120.0) -> None:
        """Wait until nobody works any more: what was put off belongs to the operation too."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            before = sum(self._read().values())
            time.sleep(window)
            if sum(self._read().values()) - before < REST * window + 0.01:
                return

    def _round(self, operation: Callable[[], object], count: int) -> Cost:
        def all_of_them() -> None:
            for _ in range(count):
                operation()

        spent = self.spent(all_of_them)
        return Cost({name: 1000 * seconds / count for name, seconds in spent.items()})


def yardstick() -> float:
    """Milliseconds of CPU that one fixed piece of Python work takes here and now.

    The same work costs more CPU on a slower or a busier machine (shared caches, shared cores): two runs of the
    benchmark can be compared when their yardsticks are alike.
    """
    costs = []
    for _ in range(9):
        before = time.process_time()
        words = [f"{number:08x}" for number in range(20_000)]
        "".join(sorted(words, key=lambda word: word[::-1])).encode().split(b"f")
        costs.append(1000 * (time.process_time() - before))
    return sorted(costs)[len(costs) // 2]
