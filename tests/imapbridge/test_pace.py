"""How often a server is tried by those who listen, and how soon all are back once it answers. Needs no server."""

import asyncio

import pytest

from imapbridge.bridge import pace
from imapbridge.bridge.pace import Doors, Pace
from imapbridge.errors import ServerUnreachable, SignInRefused

MANY = 50


class Servers:
    """Counts the attempts."""

    def __init__(self) -> None:
        self.away = {"away.example.org"}
        self.tried = 0
        self.at_once = self.most_at_once = 0

    async def connect(self, server: str) -> str:
        self.tried += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if server in self.away:
            raise ServerUnreachable(server=server)
        return server


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Servers:
    monkeypatch.setattr(pace, "KNOCK", 0.05)
    return Servers()


async def keep_trying(doors: Doors, servers: Servers, server: str) -> str:
    while True:
        try:
            return await doors.through(server, lambda: servers.connect(server))
        except ServerUnreachable:
            await asyncio.sleep(0)


def test_one_knocks_for_all_and_then_all_go_in(servers: Servers) -> None:
    async def story() -> None:
        doors = Doors(Pace(1_000_000))
        with pytest.raises(ServerUnreachable):
            await doors.through("away.example.org", lambda: servers.connect("away.example.org"))
        waiting = [asyncio.create_task(keep_trying(doors, servers, "away.example.org")) for _ in range(MANY)]
        while servers.tried < 4:
            await asyncio.sleep(0.001)
        assert servers.most_at_once == 1
        servers.away.clear()
        before = servers.tried
        assert len(await asyncio.wait_for(asyncio.gather(*waiting), 30)) == MANY
        assert servers.tried - before <= MANY + 1  # one may have been under way in vain

    asyncio.run(story())


def test_who_knocks_may_leave_and_another_knocks(servers: Servers) -> None:
    async def story() -> None:
        doors = Doors(Pace(1_000_000))
        waiting = [asyncio.create_task(keep_trying(doors, servers, "away.example.org")) for _ in range(3)]
        while servers.tried < 5:
            await asyncio.sleep(0.001)
        waiting[0].cancel()
        waiting[1].cancel()
        servers.away.clear()
        assert await asyncio.wait_for(waiting[2], 30) == "away.example.org"

    asyncio.run(story())


def test_others_go_in_meanwhile_and_a_refusal_opens(servers: Servers) -> None:
    async def refuse() -> str:
        raise SignInRefused

    async def story() -> None:
        doors = Doors(Pace(1_000_000))
        with pytest.raises(ServerUnreachable):
            await doors.through("away.example.org", lambda: servers.connect("away.example.org"))
        assert await doors.through("here.example.org", lambda: servers.connect("here.example.org"))
        with pytest.raises(SignInRefused):
            await doors.through("away.example.org", refuse)
        assert not doors._shut

    asyncio.run(story())
