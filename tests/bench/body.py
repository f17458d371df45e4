"""`./run bench body`: a small body through the bridge, against the bare FETCH of the same from a socket.

Warm: both have the mailbox open already. Cold: both connect, sign in and open it first; the bridge reads the database,
and opens the sealed password, besides. Taken in turns, so that both see the same machine. Prints milliseconds; asserts
nothing about them.
"""

from __future__ import annotations

import argparse
import os
import socket
import ssl
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

from tests.bench.meter import yardstick
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import running
from tests.servers.redis import Redis

GOAL = 3.0
"""Milliseconds over the bare FETCH, from a warm connection."""


class Bare:
    """An IMAP client that reads a body and throws it away."""

    def __init__(self, dovecot: Dovecot, user: User) -> None:
        raw = socket.create_connection(("localhost", dovecot.ports.imaps), timeout=60)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context: ssl.SSLContext = dovecot.authority.client_context()
        self._link = context.wrap_socket(raw, server_hostname="localhost")
        self._link.recv(4096)
        self._ask(f"LOGIN {user.address} {user.password}")
        self._ask("SELECT INBOX")

    def fetch(self, uid: int) -> None:
        assert len(self._ask(f"UID FETCH {uid} (UID BODY.PEEK[1])")) > 100

    def close(self) -> None:
        self._link.close()

    def _ask(self, line: str) -> bytes:
        self._link.sendall(f"a {line}\r\n".encode())
        answer = b""
        while not (answer.endswith(b"\r\n") and answer[:-2].rpartition(b"\r\n")[2].startswith(b"a ")):
            answer += self._link.recv(1 << 18)
        return answer


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench body")
    parser.add_argument("--count", type=int, default=300, help="bodies, each read once by either side")
    parser.add_argument("--cold", type=int, default=20, help="of them, how many from no connection")
    options = parser.parse_args(arguments)
    with _house(options.count) as (dovecot, user, inbox):
        _measure(dovecot, user, inbox, options.cold)
    return 0


@contextmanager
def _house(count: int) -> Iterator[tuple[Dovecot, User, Any]]:
    """A filled server, a synced account in a fresh database, and the bridge as a process of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import override_settings, setup_databases, teardown_databases

    from tests.imapbridge.sync.conftest import account_of, point_at
    from tests.servers.bridge import Bridge

    with ExitStack() as stack:
        dovecot, redis = stack.enter_context(running(Dovecot())), stack.enter_context(running(Redis()))
        there = SimpleNamespace(ENV=settings.ENV)
        point_at(there, dovecot, redis)
        stack.enter_context(override_settings(**vars(there)))
        stack.callback(teardown_databases, setup_databases(verbosity=0, interactive=False), verbosity=0)
        user = dovecot.user("bench")
        dovecot.fill(user, "INBOX", count)
        account = account_of(user)
        stack.enter_context(running(Bridge(settings.ENV)))
        yield dovecot, user, _synced(account)


def _synced(account: Any) -> Any:
    from imapbridge.models import Mailbox
    from imapbridge.sync.account import sync

    while sync(account.pk):
        pass
    return Mailbox.objects.get(account=account, special_use="inbox")


def _measure(dovecot: Dovecot, user: User, inbox: Any, cold: int) -> None:
    from imapbridge import bridges, client
    from imapbridge.models import Entry

    account_id: int = inbox.account_id
    uids = list(Entry.objects.filter(mailbox=inbox).order_by("-uid").values_list("uid", flat=True))

    def ours(uid: int) -> None:
        assert client.fetch(account_id, inbox.pk, uid, ["1"])["1"]

    def ours_cold(uid: int) -> None:
        client.forget(account_id)
        ours(uid)

    def bare_cold(uid: int) -> None:
        fresh = Bare(dovecot, user)
        fresh.fetch(uid)
        fresh.close()

    assert bridges.live()
    bare = Bare(dovecot, user)
    for uid in uids[:20]:
        ours(uid)
        bare.fetch(uid)
    print(f"Milliseconds, the median of {len(uids)} ({cold} cold ones); yardstick {yardstick():.1f} ms")
    _tell("warm", *_in_turns(bare.fetch, ours, uids), goal=f" (goal: at most {GOAL:g})")
    _tell("cold", *_in_turns(bare_cold, ours_cold, uids[:cold]))


def _in_turns(
    one: Callable[[int], None], other: Callable[[int], None], uids: list[int]
) -> tuple[list[float], list[float]]:
    first, second = [], []
    for uid in uids:
        first.append(_milliseconds(one, uid))
        second.append(_milliseconds(other, uid))
    return first, second


def _milliseconds(read: Callable[[int], None], uid: int) -> float:
    began = time.perf_counter()
    read(uid)
    return 1000 * (time.perf_counter() - began)


def _tell(what: str, bare: list[float], ours: list[float], goal: str = "") -> None:
    added = statistics.median(ours) - statistics.median(bare)
    cut = statistics.quantiles(ours, n=20)[18]
    print(
        f"{what}: bare FETCH {statistics.median(bare):.2f}, through the bridge {statistics.median(ours):.2f}, "
        f"{added:+.2f}{goal}; 95 of 100 within {cut:.2f}",
        flush=True,
    )
