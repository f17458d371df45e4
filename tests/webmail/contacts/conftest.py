"""A CardDAV server for the tests of contacts."""

from collections.abc import Iterator

import pytest

from tests.servers.process import running
from tests.servers.radicale import Radicale


@pytest.fixture(scope="session")
def radicale() -> Iterator[Radicale]:
    with running(Radicale()) as server:
        yield server
