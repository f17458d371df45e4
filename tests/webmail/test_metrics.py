"""The numbers for the operator: who is told them, and that they are few."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from imapbridge import meters, redis_link, snapshots
from imapbridge.snapshots import Snapshots
from tests import factories
from tests.servers.redis import Redis
from webmail import meters as web_meters
from webmail import work

pytestmark = pytest.mark.django_db
TOKEN = "t" * 40


@pytest.fixture
def _told(settings: Any, settings_redis: Redis) -> None:
    settings.ENV = replace(settings.ENV, metrics_token=TOKEN)
    redis_link.client().delete(snapshots.KEY)


def asked(client: Client, token: str = TOKEN) -> Any:
    return client.get("/metrics", headers={"authorization": f"Bearer {token}"})


def test_without_a_token_there_is_no_such_page(client: Client) -> None:
    assert asked(client, "").status_code == 404
    assert client.get("/metrics").status_code == 404


@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize("token", ["", "t", "t" * 39 + "é", TOKEN + "t"])
def test_who_does_not_know_the_token_is_told_nothing(client: Client, token: str) -> None:
    answer = asked(client, token)
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.usefixtures("_told")
def test_all_processes_are_told_of_and_none_of_their_people(client: Client) -> None:
    factories.person("marker@example.org")
    web, worker = Snapshots("web"), Snapshots("worker")
    web_meters.answered(200, 0.01)
    web_meters.sent("accepted", 2)
    meters.commands_of("imap.example.org").observe(0.02)
    meters.synced(0.0)
    for each in (web, worker):
        each.write()
    text = asked(client).content.decode()
    found = {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}
    assert {
        "whimbrel_answers_total", "whimbrel_sends_total", "whimbrel_imap_command_seconds_count",
        "whimbrel_sync_lag_seconds_sum", "whimbrel_push_latency_seconds_count", "whimbrel_queue_depth",
        "whimbrel_outbox", "whimbrel_sockets", "whimbrel_workers", "process_resident_memory_bytes",
    } <= found.keys()  # fmt: skip
    processes = set(re.findall(r'process="(\w+) ', text))
    assert processes == {"web", "worker"}
    assert text.count("# TYPE whimbrel_answers_total") == 1, "one family, whoever has counted"
    labels = {name for sample in found.values() for name in sample.labels}
    assert labels <= {
        "process", "server", "status", "fate", "queue", "state", "answer", "le", "generation",
        "implementation", "major", "minor", "patchlevel", "version",
    }  # fmt: skip
    assert "marker" not in text


def test_servers_that_people_bring_are_one_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters, "_names", set())
    named = [meters.server_label(f"imap{number}.example.org") for number in range(meters.MOST_SERVERS + 20)]
    assert len(set(named)) == meters.MOST_SERVERS + 1
    assert named[-1] == meters.OTHERS
    assert meters.server_label("imap0.example.org") == "imap0.example.org"


@pytest.mark.parametrize(("eta", "due_at"), [(None, None), ("2026-03-01T12:00:00+00:00", 1772366400.0)])
def test_a_task_that_is_for_later_is_not_late_before(eta: str | None, due_at: float | None) -> None:
    headers: dict[str, Any] = {"eta": eta}
    work.stamp(headers)
    assert headers["due_at"] == due_at if due_at else headers["due_at"] > 1772366400
