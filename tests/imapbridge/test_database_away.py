"""What the bridge does for an account goes on when the database was away in between, such as while it is restarted."""

import asyncio

import pytest
from django.db import DataError, OperationalError

from imapbridge.bridge import keeping, replays
from imapbridge.bridge.keeping import Keeper
from imapbridge.bridge.pace import Pace
from imapbridge.bridge.replays import Replays
from imapbridge.bridge.watched import Watched
from imapbridge.pool import Pool
from imapbridge.sync import replay


def test_what_is_owed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    async def run_replay(_pool: Pool, account_id: int) -> None:
        tried.append(account_id)
        if len(tried) == 1:
            raise OperationalError

    monkeypatch.setattr(replays, "run_replay", run_replay)
    monkeypatch.setattr(replays, "SOONEST", 0.01)
    monkeypatch.setattr(replays, "AFTER_A_FAULT", 0.01)
    monkeypatch.setattr(replay, "pause", lambda _account_id: None)

    async def story() -> None:
        running = Replays(Pool())
        running.wake(7)
        async with asyncio.timeout(30):
            while len(tried) < 2:
                await asyncio.sleep(0.01)
        await running.close()

    asyncio.run(story())
    assert tried == [7, 7]


def test_another_fault_is_told_and_left_to_the_next_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run_replay(_pool: Pool, _account_id: int) -> None:
        raise DataError

    monkeypatch.setattr(replays, "run_replay", run_replay)

    async def story() -> None:
        running = Replays(Pool())
        running.wake(7)
        await asyncio.wait(set(running._running.values()))
        assert not running._later
        await running.close()

    asyncio.run(story())


def test_an_account_is_listened_to_again(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = asyncio.Event()

    class Listening(Keeper):
        tried = 0

        async def _listen(self, account: Watched) -> None:
            self.tried += 1
            if self.tried == 1:
                raise OperationalError
            heard.set()
            await asyncio.sleep(3600)

    monkeypatch.setattr(keeping.Pauses, "after", lambda _pauses, _lasted: 0.01)

    async def story() -> None:
        keeping_on = asyncio.create_task(Listening(Pace(50), Pool(), lambda _account: None).keep(Watched(7, 0.0)))
        async with asyncio.timeout(30):
            await heard.wait()
        keeping_on.cancel()

    asyncio.run(story())
