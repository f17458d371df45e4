"""Whether a process lives, and whether all that it needs is there."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from imapbridge import alive, bridges, ending, redis_link
from webmail import work

WORKER = SimpleNamespace(eventer=SimpleNamespace(hostname="whimbrel@here"), hostname="whimbrel@here")
ALL = {"database", "redis", "workers", "bridges"}


@pytest.fixture
def _nobody(settings: Any, settings_redis: object, tmp_path: Path) -> Iterator[None]:
    """No worker, and no bridge."""
    settings.ENV = replace(settings.ENV, bridge=str(tmp_path / "none.sock"))
    redis_link.client().delete(work.KEY, bridges.KEY)
    yield
    redis_link.client().delete(work.KEY, bridges.KEY)


def missing(client: Client) -> set[str]:
    answer = client.get("/health/ready")
    said: dict[str, str] = answer.json()
    assert said.keys() == ALL
    found = {name for name, state in said.items() if state != "ok"}
    assert {said[name] for name in found} <= {"missing"}
    assert answer.status_code == (503 if found else 200)
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("_nobody")
def test_each_part_that_is_missing_is_named(client: Client) -> None:
    assert missing(client) == {"workers", "bridges"}
    work.Sign().give(WORKER)
    assert missing(client) == {"bridges"}
    bridges.announce("bridge.internal:7000")
    assert missing(client) == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("_nobody")
def test_a_worker_that_ends_is_there_no_more_and_does_not_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "_has_begun", threading.Event())
    sign = work.Sign()
    sign.give(WORKER)
    sign.stop()
    assert "workers" not in missing(client), "it has tasks to finish"
    assert ending.has_begun(), "and begins nothing long"
    assert client.get("/health/live").status_code == 503
    sign.end(WORKER)
    sign.give(WORKER)
    assert "workers" in missing(client)


@pytest.mark.usefixtures("_nobody")
def test_who_is_silent_is_dead() -> None:
    alive.announce(work.KEY, "somebody", work.LIFE)
    assert alive.live(work.KEY, work.LIFE) == {"somebody"}
    assert alive.live(work.KEY, 0) == set()


@pytest.mark.django_db
def test_without_redis_nobody_is_known_to_be_there(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.ENV = replace(settings.ENV, bridge=str(tmp_path / "none.sock"))
    settings.REDIS_URL = f"unix://{tmp_path / 'none.sock'}"
    assert missing(client) == {"redis", "workers", "bridges"}
    assert client.get("/health/live").status_code == 200
