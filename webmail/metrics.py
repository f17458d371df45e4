"""The numbers of all processes for Prometheus, at `/metrics`: for who knows the token, and never for anybody else.

Each process writes its own (`imapbridge.snapshots`); here they are brought together, with the process as a label, and
with what only Redis and the database know. Read seldom: nothing of it is counted anew for a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.parser import text_string_to_metric_families

from imapbridge import bridges, redis_link, snapshots
from imapbridge.models import PendingChange
from webmail import work
from webmail.models import Outgoing

QUEUES = ("fast", "bulk")


def metrics(request: HttpRequest) -> HttpResponse:
    """404 where no token is set, 401 for who does not say it as `Authorization: Bearer`."""
    token = settings.ENV.metrics_token
    if not token:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(_text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _text() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Processes())
    registry.register(_Shared())
    return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class _Processes:
    """What the processes have counted themselves: numbers of one name stand together, as Prometheus wants it."""

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for process, text in snapshots.read():
            for family in text_string_to_metric_families(text):
                held = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    held.samples.append(sample._replace(labels={**sample.labels, "process": process}))
        yield from families.values()


@dataclass(frozen=True, slots=True)
class _Shared:
    """What no process has for itself."""

    def collect(self) -> Iterator[Metric]:
        redis = redis_link.client()
        waiting = GaugeMetricFamily("whimbrel_queue_depth", "Tasks that wait in a queue.", labels=["queue"])
        for queue in QUEUES:
            waiting.add_metric([queue], float(redis.llen(_broker_key(queue))))
        yield waiting
        yield _number("whimbrel_tasks_taken", "Tasks that a worker has, or keeps for later.", _taken())
        yield _number("whimbrel_workers", "Workers that are alive.", len(work.live()))
        yield _number("whimbrel_bridges", "Bridges that are alive and say where they are.", len(bridges.live()))
        yield _number("whimbrel_owed_changes", "Changes that no mail server has yet.", _owed())
        outbox = GaugeMetricFamily("whimbrel_outbox", "Messages that wait, or are unknown.", labels=["state"])
        states = (Outgoing.State.WAITING, Outgoing.State.SENDING, Outgoing.State.UNKNOWN)
        found = Outgoing.objects.filter(state__in=states).values_list("state").annotate(Count("pk"))
        for state, count in {**dict.fromkeys(states, 0), **dict(found)}.items():
            outbox.add_metric([str(state)], count)
        yield outbox


def _number(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value)


def _owed() -> float:
    return PendingChange.objects.filter(confirmed_at=None).count()


def _taken() -> float:
    return float(redis_link.client().hlen(_broker_key("unacked")))


def _broker_key(name: str) -> str:
    return f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{name}"
