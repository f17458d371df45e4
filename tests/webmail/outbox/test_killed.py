"""A worker's process is killed, for real, while each of its threads stands at another point of sending a message."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from imapbridge.mime.build import File
from tests.servers.process import wait_until
from tests.webmail.outbox.conftest import Sender
from webmail.compose import afterwards, posting
from webmail.models import Outgoing
from webmail.screen.clock import Clock
from webmail.screen.outbox import line

pytestmark = pytest.mark.servers

BY_SERVER = ("envelope", "data", "reply")
ENDS = {"envelope": "sent", "data": "sent", "reply": "unknown", "told": "unknown", "filing": "sent"}
"""Where a message was when its worker was killed -> what it is in the end. None comes twice, and none does not come."""


def standing_still(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, pk: int, here: Semaphore) -> None:
    """Whoever comes there with that message goes no further."""
    real: Callable[..., Any] = getattr(where, name)

    def stands(given: Any, *rest: Any) -> Any:
        if getattr(given, "pk", given) == pk:
            here.release()
            time.sleep(600)
        return real(given, *rest)

    monkeypatch.setattr(where, name, stands)


def post_all(keys: list[int]) -> None:
    """What the worker's process does: a thread for each."""
    threads = [Thread(target=posting.post, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_it_twice_and_none_is_lost(alice: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 7_000_000)
    large = File(tmp_path / "file", 7_000_000, "a.bin", "application/octet-stream")
    rows = {at: alice.send(f"{at}@example.org", files=(large,) if at == "data" else ()) for at in ENDS}
    Outgoing.objects.update(due_at=timezone.now())
    alice.server.refusals.holds = {f"{at}@example.org": at for at in BY_SERVER}
    connections.close_all()
    with monkeypatch.context() as patched:
        _killed(alice, rows, patched)
    alice.server.refusals.holds = {}
    _the_clock_finds_them(alice, rows)


def _killed(alice: Sender, rows: dict[str, Outgoing], patched: pytest.MonkeyPatch) -> None:
    """Each of them stands where it is to stand, and then there is no worker any more."""
    forking = multiprocessing.get_context("fork")
    here = forking.Semaphore(0)
    standing_still(patched, posting, "answered", rows["told"].pk, here)
    standing_still(patched, afterwards, "see_to", rows["filing"].pk, here)
    worker = forking.Process(target=post_all, args=([row.pk for row in rows.values()],))
    worker.start()
    try:
        wait_until(lambda: len(alice.server.held) == len(BY_SERVER), "the server's silence")
        assert here.acquire(timeout=20)
        assert here.acquire(timeout=20)
    finally:
        worker.kill()
        worker.join()


def _the_clock_finds_them(alice: Sender, rows: dict[str, Outgoing]) -> None:
    found = {at: Outgoing.objects.get(pk=row.pk) for at, row in rows.items()}
    assert {at: (row.state, row.ending) for at, row in found.items()} == {
        "envelope": ("sending", False), "data": ("sending", False), "reply": ("sending", True),
        "told": ("sending", True), "filing": ("sent", False),
    }  # fmt: skip
    posting.look()
    assert [row.state for row in Outgoing.objects.filter(state="sending")] == ["sending"] * 4  # they may live
    for _ in range(2):
        found = {at: alice.later(row) for at, row in rows.items()}
    assert {at: row.state for at, row in found.items()} == ENDS
    assert sorted(alice.got()) == sorted([f"{at}@example.org"] for at in ENDS)
    assert {row.copy for row in found.values() if row.state == "sent"} == {"owed"}
    clock = Clock(timezone.get_default_timezone())
    assert all("nobody knows" in line(found[at], clock).stands for at in ("reply", "told"))
