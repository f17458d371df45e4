"""`./run bench sync`: the sync alone, in one process, against what the same mail costs when it is only read.

Everything is printed as rates and as ratios to the raw lower bound of the same run: the same FETCH, read from the
socket and thrown away. The peer is IMAPClient, which parses and stores nothing. Asserts nothing.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.bench.meter import yardstick
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.postgres import PostgreSQL
from tests.servers.process import running
from tests.servers.redis import Redis

if TYPE_CHECKING:
    from imapbridge.wire.drivers import BlockingConnection

WINDOW = 500
TIMES = 7
"""How often the same is measured; the best counts."""
ITEMS = (
    "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE PREVIEW BODY.PEEK[HEADER.FIELDS (REFERENCES LIST-ID)]"
)


@dataclass(frozen=True)
class Spent:
    """Seconds of our own CPU, and on the wall."""

    cpu: float
    wall: float


def spent(work: Callable[[], object]) -> Spent:
    cpu, wall = time.process_time(), time.monotonic()
    work()
    return Spent(time.process_time() - cpu, time.monotonic() - wall)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench sync")
    parser.add_argument("--messages", type=int, default=100_000, help="in INBOX")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        database = stack.enter_context(running(PostgreSQL())) if options.database == "postgres" else None
        dovecot, account, user = stack.enter_context(_house(options.messages, database))
        _measure(dovecot, account, user, options.messages, database)
    return 0


@contextmanager
def _house(count: int, database: PostgreSQL | None) -> Iterator[tuple[Dovecot, Any, User]]:
    """A filled server, and an account that was never synced, in a fresh database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if database:
        os.environ |= {"TEST_DATABASE": "postgres", "TEST_DATABASE_URL": database.url}
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import override_settings, setup_databases, teardown_databases

    from tests.imapbridge.sync.conftest import account_of, point_at

    with ExitStack() as stack:
        dovecot = stack.enter_context(running(Dovecot(options=Options(mail_location="mdbox:~/mail"))))
        # Celery's broker too: what new mail sets going is asked for, and nobody does it here.
        redis = stack.enter_context(running(Redis("", Path(settings.REDIS_URL.removeprefix("unix://")))))
        there = SimpleNamespace(ENV=settings.ENV, CACHES=settings.CACHES)
        point_at(there, dovecot, redis)
        stack.enter_context(override_settings(**vars(there)))
        stack.callback(teardown_databases, setup_databases(verbosity=0, interactive=False), verbosity=0)
        user = dovecot.user("bench")
        dovecot.fill(user, "INBOX", count)
        yield dovecot, account_of(user), user


def _measure(dovecot: Dovecot, account: Any, user: User, count: int, database: PostgreSQL | None) -> None:
    from django.db import connection

    from webmail.garbage import look_for_seldom

    look_for_seldom()  # as the worker does
    print(f"INBOX of {count:,} messages, {connection.vendor}; yardstick {yardstick():.1f} ms")
    _raw(dovecot, user, count)  # the mail server's own caches
    raw = spent(lambda: _raw(dovecot, user, count))
    _tell("read and thrown away (the lower bound)", raw, raw, count)
    _tell("fetched and parsed by us", spent(lambda: _parsed(account, count)), raw, count)
    _tell("fetched and parsed by IMAPClient", spent(lambda: _peer(dovecot, user, count)), raw, count)
    first = spent(lambda: _first_screen(account))
    print(f"first 50 rows of it, from no connection: {1000 * first.wall:.0f} ms, {1000 * first.cpu:.0f} ms of CPU")
    before = database.cpu_seconds() if database else 0.0
    _tell("first sync, into the database", spent(lambda: _sync(account)), raw, count)
    if database:
        print(f"{1e6 * (database.cpu_seconds() - before) / count:,.0f} µs a message of PostgreSQL's CPU besides")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    _resync("unchanged", account)
    _delta(dovecot, account, user)


def _tell(what: str, took: Spent, raw: Spent, count: int) -> None:
    rate, ratio = f"{count / took.cpu:>8,.0f} messages/s of CPU", f"{took.cpu / raw.cpu:>6.1f} x"
    print(f"{what:<40}{rate}{ratio}, {count / took.wall:>8,.0f} messages/s", flush=True)


def _resync(what: str, account: Any) -> None:
    took = min((spent(lambda: _sync(account)) for _ in range(TIMES)), key=lambda one: one.cpu)
    print(f"resync {what}: {1000 * took.cpu:.1f} ms of CPU, {1000 * took.wall:.0f} ms, sign-in included", flush=True)


def _delta(dovecot: Dovecot, account: Any, user: User) -> None:
    """100 changes: from LIST-STATUS to the last row, on a connection that is there; the best of several times."""
    took = min((_resynced(dovecot, account, user, nth) for nth in range(TIMES)), key=lambda one: one.cpu)
    print(f"resync with 100 changes: {1000 * took.cpu:.1f} ms of CPU, {1000 * took.wall:.0f} ms, without the sign-in")


def _resynced(dovecot: Dovecot, account: Any, user: User, nth: int) -> Spent:
    from imapbridge.sync import account as syncing
    from imapbridge.sync.bulk import bulk

    _change(dovecot, user, nth)
    with bulk(account.pk) as turn:
        return spent(lambda: syncing._sync(turn, account))


def _raw(dovecot: Dovecot, user: User, count: int) -> None:
    plain = socket.create_connection(("127.0.0.1", dovecot.ports.imaps))
    with dovecot.authority.client_context().wrap_socket(plain, server_hostname="localhost") as link:
        link.recv(4096)
        for line in (f"LOGIN {user.address} {user.password}", "EXAMINE INBOX", *_fetches(count)):
            link.sendall(f"a {line}\r\n".encode())
            tail = b""
            while b"\r\na OK" not in tail and not tail.startswith(b"a OK"):
                tail = tail[-200:] + link.recv(1 << 18)


def _fetches(count: int) -> Iterator[str]:
    for last in range(count, 0, -WINDOW):
        yield f"UID FETCH {max(1, last - WINDOW + 1)}:{last} ({ITEMS})"


def _parsed(account: Any, count: int) -> None:
    from imapbridge.sync.bulk import connect
    from imapbridge.sync.windows import METADATA
    from imapbridge.terms.uids import UidSet

    link: BlockingConnection = connect(account.pk)
    link.run(link.session.select(b"INBOX", read_only=True), timeout=60)
    for last in range(count, 0, -WINDOW):
        found = link.run(link.session.fetch(UidSet.range(max(1, last - WINDOW + 1), last), METADATA), timeout=60)
        assert len(found.messages) == min(WINDOW, last)
    link.close()


def _peer(dovecot: Dovecot, user: User, count: int) -> None:
    from imapclient import IMAPClient

    peer = IMAPClient("localhost", dovecot.ports.imaps, ssl_context=dovecot.authority.client_context())
    peer.login(user.address, user.password)
    peer.select_folder("INBOX", readonly=True)
    wanted = [ITEMS.removeprefix("UID ").encode()]
    for last in range(count, 0, -WINDOW):
        assert len(peer.fetch(range(max(1, last - WINDOW + 1), last + 1), wanted)) == min(WINDOW, last)
    peer.logout()


def _first_screen(account: Any) -> None:
    from imapbridge.sync import account as syncing
    from imapbridge.sync.bulk import bulk

    with bulk(account.pk) as turn:
        [inbox, *_] = (mailbox for mailbox, _ in syncing._listed(turn.connection, account.pk))
        syncing._step(turn.connection, inbox)


def _sync(account: Any) -> None:
    from imapbridge.sync.account import sync

    while sync(account.pk):
        pass


def _change(dovecot: Dovecot, user: User, nth: int) -> None:
    """60 flags, 30 expunged, 10 new."""
    with dovecot.client(user) as phone:
        uids = phone.uids("INBOX")
        phone.flag("INBOX", uids[-400 + nth :: 6][:60], f"later{nth}")
        phone.delete("INBOX", uids[-1000:-970])
    dovecot.fill(user, "INBOX", 10, seed=7 + nth)
