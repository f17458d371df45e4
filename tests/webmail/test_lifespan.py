"""How a web process begins."""

import asyncio
import resource
from collections.abc import Iterator
from typing import Any

import pytest

from webmail.lifespan import Lifespan

A_SHELLS = 1024


@pytest.fixture
def _few_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (A_SHELLS, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("_few_files")
def test_it_may_have_a_socket_for_every_open_page() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.shutdown" if sent else "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Lifespan()({"type": "lifespan"}, receive, send))  # type: ignore[typeddict-item, arg-type]
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard != A_SHELLS
