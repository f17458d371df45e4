"""What is said to Redis without waiting is heard, in order, and again after Redis was away."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from redis.exceptions import RedisError

from imapbridge import redis_link
from tests.servers.process import running
from tests.servers.redis import Redis


@pytest.fixture
def own_redis(settings: Any) -> Iterator[Redis]:
    """A Redis of the test's own, to be stopped."""
    with running(Redis()) as server:
        settings.REDIS_URL = server.url
        yield server


class Listener:
    """Another process's subscription."""

    def __init__(self, server: Redis, channel: str) -> None:
        self._heard = redis.Redis.from_url(server.url).pubsub(ignore_subscribe_messages=True)
        self._heard.subscribe(channel)
        assert self._heard.get_message(timeout=5) is None  # the confirmation, ignored

    def next(self) -> bytes:
        for _ in range(100):
            if message := self._heard.get_message(timeout=0.1):
                return bytes(message["data"])
        raise AssertionError("nothing was heard")


def test_what_is_said_is_heard_in_order(own_redis: Redis) -> None:
    listener = Listener(own_redis, "here")
    for number in range(500):  # more answers than anybody has read
        redis_link.publish("here", b"%d" % number)
        redis_link.publish("elsewhere", b"not for this one")
    assert [listener.next() for _ in range(500)] == [b"%d" % number for number in range(500)]


def test_a_redis_that_was_away_is_found_again(own_redis: Redis) -> None:
    redis_link.publish("here", b"before")
    own_redis.stop()
    with pytest.raises(RedisError):
        redis_link.publish("here", b"meanwhile")
    own_redis.restart()
    listener = Listener(own_redis, "here")
    redis_link.publish("here", b"after")
    assert listener.next() == b"after"
