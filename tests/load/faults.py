"""One fault after another, and how long until all was well again: no errors, pages as quick as before, /health/ready,
all sockets back, and nothing owed to the mail servers for long."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.house import House
from tests.load.record import TARGET, Asked, is_dishonest, percentile
from tests.load.watch import Health

WINDOW = 5.0
"""Seconds whose 95th percentile is looked at."""
LATE = 10.0


@dataclass(frozen=True)
class Fault:
    """What is done, when it began, when what was restarted was there again, and until when it was watched."""

    name: str
    began: float
    back: float
    ended: float


def all_of_them(house: House) -> dict[str, Callable[[], None]]:
    """By their names, in their order."""
    restarted = {f"{name} restarted": server.restart for name, server in house.servers.items()}
    killed = {f"{name.split()[0]} killed": _killing(house, name) for name in ("worker", "bridge", "web 1")}
    return {**restarted, **killed}


def _killing(house: House, name: str) -> Callable[[], None]:
    def kill() -> None:
        house.ours()[name].send_signal(signal.SIGKILL)

    return kill


def commit(name: str, deed: Callable[[], None], rest: float) -> Fault:
    """Do it, and wait."""
    began = time.monotonic()
    deed()
    back = time.monotonic()
    time.sleep(max(0.0, began + rest - time.monotonic()))
    return Fault(name, began, back, time.monotonic())


def usual(asked: Sequence[Asked]) -> float:
    """Milliseconds that are quick enough: the goal, or what 95 of 100 took before there were faults, and half of it
    besides; for on a busy machine a few seconds are never all alike."""
    return max(TARGET, 1.5 * percentile([one.took for one in asked], 95))


@dataclass(frozen=True)
class Story:
    """Seconds after the fault until each was as before; 0: nothing was noticed."""

    errors: float
    slow: float
    health: float
    sockets: float
    owed: float
    """Until nothing was owed to the mail servers for longer than `LATE`."""

    @property
    def well(self) -> float:
        return max(self.errors, self.slow, self.health, self.sockets, self.owed)


def story(fault: Fault, asked: Sequence[Asked], healths: Sequence[Health], quick: float, sockets: int) -> Story:
    errors = max((one.at + one.took / 1000 - fault.began for one in asked if one.wrong), default=0.0)
    missing = [one.at - fault.began for one in healths if one.missing]
    fewer = [one.at - fault.began for one in healths if one.sockets < sockets]
    late = [one.at - fault.began for one in healths if one.owed > LATE]
    lasts = (max(found, default=0.0) for found in (missing, fewer, late))
    return Story(errors, _slow_until(fault, asked, quick), *lasts)


def _slow_until(fault: Fault, asked: Sequence[Asked], quick: float) -> float:
    """The end of the last window in which pages were slow."""
    last, at = 0.0, fault.began
    while at < fault.ended:
        took = [one.took for one in asked if at <= one.at < at + WINDOW]
        if len(took) > 3 and percentile(took, 95) > quick:
            last = at + WINDOW - fault.began
        at += WINDOW
    return last


def line(fault: Fault, asked: Sequence[Asked], found: Story) -> str:
    wrong = [one for one in asked if one.wrong]
    bad = sum(is_dishonest(one.wrong) for one in wrong)
    after = [one.took for one in asked if one.at > fault.began + found.well]
    parts = "".join(f"{value:>9.1f}" for value in (fault.back - fault.began, found.errors, found.slow, found.health))
    tail = f"{found.sockets:>9.1f}{found.owed:>9.1f}{found.well:>9.1f}{percentile(after, 95):>9.0f}"
    return f"{fault.name:<20}{len(asked):>9}{len(wrong):>8}{bad:>8}{parts}{tail}"


HEAD = (
    f"{'fault':<20}{'requests':>9}{'errors':>8}{'of them':>8}{'it was':>9}{'errors':>9}{'slow':>9}{'health':>9}"
    f"{'sockets':>9}{'owed':>9}{'all well':>9}{'p95 ms':>9}\n"
    f"{'':<20}{'':>9}{'':>8}{'bad':>8}{'away s':>9}" + f"{'until s':>9}" * 5 + f"{'after s':>9}{'then':>9}"
)
