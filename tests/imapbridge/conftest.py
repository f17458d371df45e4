"""What stories of the bridge share: threads that let go of the database, and a watch that queues nothing."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from django.db import connection

from imapbridge.bridge import watch
from tests.servers.dovecot import Dovecot
from tests.servers.process import running


class Heard(list[int]):
    """Accounts for which a sync was asked, in order."""

    async def more(self, act: Callable[[], object], seconds: float = 20) -> list[int]:
        """What is asked for because of an act."""
        before = len(self)
        await asyncio.to_thread(act)
        await until(lambda: len(self) > before, seconds)
        await self.rest()
        return self[before:]

    async def rest(self) -> None:
        """Wait until nothing more comes: Dovecot tells of some changes twice, and of every mailbox once at first."""
        before = -1
        while before < len(self):
            before = len(self)
            await asyncio.sleep(1.2)


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def dovecots() -> Iterator[Callable[..., Dovecot]]:
    """A server made with these words, for tests that neither stop nor change it: one of a kind for all of them."""
    with ExitStack() as stack:

        @cache
        def one(**words: Any) -> Dovecot:
            return stack.enter_context(running(Dovecot(**words)))

        yield one


@pytest.fixture
def threads_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each story has threads of its own, and PostgreSQL drops no database that somebody is connected to."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, threads_let_go: None) -> Heard:
    """Syncs are noted instead of queued: no worker runs here."""
    asked = Heard()
    monkeypatch.setattr(watch.tasks, "request_sync", asked.append)
    return asked
