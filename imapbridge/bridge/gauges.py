"""How the bridge's connections stand, by mail server: counted when somebody asks, on another thread than the loop's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric

from imapbridge import meters
from imapbridge.bridge.watch import Watch
from imapbridge.pool import Pool


class Gauges:
    """A collector of the Prometheus client. One for the process."""

    def __init__(self, pool: Pool, watch: Watch) -> None:
        self._pool = pool
        self._watch = watch

    def begin(self) -> None:
        REGISTRY.register(self)

    def end(self) -> None:
        REGISTRY.unregister(self)

    def collect(self) -> Iterator[Metric]:
        standing: Counter[tuple[str, str]] = Counter()
        for host, states in self._pool.standing():
            for state, count in states.items():
                standing[meters.server_label(host), state] += count
        pool = GaugeMetricFamily(
            "whimbrel_pool_connections", "Warm connections, and those who wait for one.", labels=["server", "state"]
        )
        for (server, state), count in standing.items():
            pool.add_metric([server, state], count)
        yield pool
        idle = GaugeMetricFamily("whimbrel_idle_connections", "Accounts that are listened to.", labels=["server"])
        listening = Counter(map(meters.server_label, self._watch.heard_hosts()))
        for server, count in listening.items():
            idle.add_metric([server], count)
        yield idle
