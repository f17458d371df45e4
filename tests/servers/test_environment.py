"""A test run touches nothing of the person's own: its database, Redis and files are private."""

import os
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from tests.servers.redis import Redis


def test_files_and_redis_are_in_a_temporary_directory() -> None:
    temporary = Path(tempfile.gettempdir())
    assert temporary in settings.ENV.data_path.parents
    assert temporary in Path(settings.REDIS_URL.removeprefix("unix://")).parents


@pytest.mark.database
@pytest.mark.django_db
def test_the_database_is_the_one_that_was_asked_for() -> None:
    wanted = {"sqlite": "sqlite", "postgres": "postgresql"}[os.environ.get("TEST_DATABASE", "sqlite")]
    assert connection.vendor == wanted
    if wanted == "sqlite":
        assert str(settings.ENV.data_path) in connection.settings_dict["NAME"]


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_with_a_database_begins_with_an_empty_redis(turn: int, settings_redis: Redis) -> None:
    assert cache.get("left-behind") is None
    cache.set("left-behind", turn)
    assert cache.get("left-behind") == turn
    assert settings_redis.running
