"""What every test gets: the servers as fixtures, and the markers that follow from using them."""

import pytest

pytest_plugins = ["tests.servers.fixtures"]

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
    """Mark tests by the servers they use, and put those with a browser last.

    Playwright's synchronous interface keeps an event loop in the thread from the first page on, under which no
    `asyncio.run` works: so nothing but browser tests may follow it.
    """
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if marker := MARKERS.get(fixture):
                item.add_marker(marker)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
