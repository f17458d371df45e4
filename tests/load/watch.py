"""By the clock: memory and CPU of each process, open sockets, and whether /health/ready is."""

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import psycopg

from tests.load.house import House

EVERY = 30.0
HEALTH_EVERY = 0.5
OWED = """
SELECT extract(epoch FROM now() - min(created_at)) FROM imapbridge_pendingchange
WHERE confirmed_at IS NULL AND NOT waits
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Of a process, or of a server with all of its own: megabytes, and percent of a core since the reading before."""

    rss: float
    pss: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Health:
    """At a moment (time.monotonic): what is missing, how many sockets are open, and for how many seconds a mail server
    has been owed something."""

    at: float
    missing: str
    sockets: int
    owed: float = 0.0


class Watch:
    """`say` prints a line."""

    def __init__(self, house: House, sockets: Callable[[], int], say: Callable[[str], None]) -> None:
        self.readings: list[dict[str, Reading]] = []
        self.healths: list[Health] = []
        self._house, self._sockets, self._say = house, sockets, say
        self._spent: dict[tuple[str, int], float] = {}
        self._at = self._began = time.monotonic()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._measure, self._ask)]

    def start(self) -> None:
        self._read()
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(30)

    def _measure(self) -> None:
        while not self._ended.wait(EVERY):
            self.readings.append(found := self._read())
            parts = (f"{name} {one.rss:.0f}/{one.pss:.0f} MB {one.cpu:.0f} %" for name, one in found.items())
            self._say(f"  {time.monotonic() - self._began:>5.0f} s, {self._sockets()} sockets: " + ", ".join(parts))

    def _read(self) -> dict[str, Reading]:
        """RSS counts shared pages for everybody who has them, PSS a share of them."""
        families = {name: [process] for name, process in self._house.ours().items()}
        families |= {name: server.processes() for name, server in self._house.servers.items()}
        families["the load itself"] = [psutil.Process()]
        before, self._at = self._at, time.monotonic()
        return {name: self._of(name, family, self._at - before) for name, family in families.items()}

    def _of(self, name: str, family: list[psutil.Process], seconds: float) -> Reading:
        rss = pss = spent = 0.0
        for process in family:
            with contextlib.suppress(psutil.Error, OSError):
                times = process.cpu_times()
                total = times.user + times.system
                spent += total - self._spent.get((name, process.pid), 0.0 if seconds > 1 else total)
                self._spent[name, process.pid] = total
                rss += process.memory_info().rss
                # The kernel walks all pages for it; of the mail server's hundreds of processes nobody needs it.
                pss += process.memory_full_info().pss if name != "dovecot" else 0
        return Reading(rss / 1e6, pss / 1e6, 100 * spent / max(seconds, 0.001))

    def _ask(self) -> None:
        address = self._house.product.url.removeprefix("http://")
        while not self._ended.wait(HEALTH_EVERY):
            at, missing = time.monotonic(), _missing(address)
            self.healths.append(Health(at, missing, self._sockets(), self._owed()))

    def _owed(self) -> float:
        with contextlib.suppress(psycopg.OperationalError):
            [(seconds,)] = self._house.product.rows(OWED)
            return float(seconds or 0.0)
        return 0.0

    def memory(self, readings: list[dict[str, Reading]]) -> str:
        """RSS and PSS of each process at the first and the last of some readings."""
        if not readings:
            return "    no reading"
        first, last = readings[0], readings[-1]
        lines = [f"{'process':<18}{'RSS MB first':>14}{'last':>8}{'PSS MB first':>14}{'last':>8}{'CPU %':>8}"]
        for name in last:
            begun, cpu = first.get(name, last[name]), [each[name].cpu for each in readings if name in each]
            sizes = f"{begun.rss:>14.0f}{last[name].rss:>8.0f}{begun.pss:>14.0f}{last[name].pss:>8.0f}"
            lines.append(f"{name:<18}{sizes}{sum(cpu) / len(cpu):>8.0f}")
        return "\n".join(lines)


def _missing(address: str) -> str:
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        said: dict[str, str] = json.loads(answer.read())
        return " ".join(name for name, state in said.items() if state != "ok")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"web ({type(error).__name__})"
    finally:
        connection.close()
