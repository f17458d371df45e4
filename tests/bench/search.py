"""`./run bench-search`: what the first wave of a search costs, in one process, without a mail server. Asserts nothing.

Mail is made up of a vocabulary in which few words are common and most are rare, as in any language. Each search is a
page of 50 conversations as the view asks for it: words, places, and the rows to print.

On PostgreSQL more than 100,000 messages are older copies of the first 50,000, made by SQL: see `copies`.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from tests.bench.meter import yardstick
from tests.servers.postgres import PostgreSQL
from tests.servers.process import running

if TYPE_CHECKING:
    from accounts.models import MailAccount
    from imapbridge.search.index import Found

SEARCHES = {
    "a rare word": "wrenbill",
    "a common word": "w0003",
    "the beginning of words": "w00",
    "the beginning of a rare word": "wrenb",
    "a two-character CJK word": "東京",
    "from: and has:": "from:ines has:attachment",
    "three common words": "w0001 w0002 w0005",
    "a phrase": '"table plan"',
    "nothing to find": "zzyzx",
    "not one of them": "w0003 -w0001",
    "by date alone": "older:2y",
}
TIMES = 40
BASE = 50_000
BATCH = 5_000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench-search")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        if options.database == "postgres":
            server = stack.enter_context(running(PostgreSQL()))
            os.environ |= {"TEST_DATABASE": "postgres", "TEST_DATABASE_URL": server.url}
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        import django

        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        stack.callback(teardown_databases, setup_databases(verbosity=0, interactive=False), verbosity=0)
        _measure(options.messages)
    return 0


def _measure(count: int) -> None:
    from django.db import connection

    from imapbridge.search import catching_up, index, ranking
    from tests import factories
    from tests.bench import copies

    print(f"{count:,} messages, {connection.vendor}; yardstick {yardstick():.1f} ms")
    account = factories.person()[1]
    is_copied = connection.vendor == "postgresql" and count > 2 * BASE
    whole, count, seconds = count, BASE if is_copied else count, min(3600, 10**9 // count)
    _fill(account, count, seconds)
    before, cpu, began = _octets(), time.process_time(), time.monotonic()
    while catching_up.catch_up(account.pk):
        pass
    spent, wall = time.process_time() - cpu, time.monotonic() - began
    grown = (_octets() - before) / count
    print(f"words written: {1e6 * spent / count:.0f} µs of our CPU a message, {1e6 * wall / count:.0f} µs on the wall;")
    print(f"the database grew by {grown:.0f} octets a message\n")
    if is_copied:
        began = time.monotonic()
        copies.make(whole, count, seconds)
        print(f"copied to {whole:,} messages in {time.monotonic() - began:.0f} s\n")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(f"{'milliseconds on the wall':<34}{'median':>8}{'95 of 100':>11}{'found':>7}")
    for name, text in SEARCHES.items():
        _tell(name, _search(account, text, index.page))
    _tell("a common word, the best first", _search(account, "w0003", ranking.page))


def _tell(name: str, search: Callable[[], int]) -> None:
    found, took = search(), []
    for _ in range(TIMES):
        began = time.perf_counter()
        search()
        took.append(1000 * (time.perf_counter() - began))
    print(f"{name:<34}{statistics.median(took):>8.1f}{statistics.quantiles(took, n=20)[-1]:>11.1f}{found:>7}")


def _search(account: MailAccount, text: str, page: Callable[..., Found]) -> Callable[[], int]:
    from imapbridge import queries
    from imapbridge.search import results
    from imapbridge.search.index import Scope
    from imapbridge.search.query import parse

    def search() -> int:
        boxes = tuple(queries.mailboxes(account.pk))
        found = page(Scope((account.pk,), boxes, (account.address,)), parse(text).tree)
        return len(results.rows(found.hits))

    return search


def _fill(account: MailAccount, count: int, seconds: int) -> None:
    """INBOX with so many, each a conversation of its own, so many seconds between two."""
    from django.db import transaction

    from imapbridge.models import Entry, MailboxThread, Message
    from tests import factories

    box, chance, now = factories.mailbox(account), random.Random(7), int(time.time())
    for start in range(0, count, BATCH):
        numbers = range(start + 1, min(start + BATCH, count) + 1)
        with transaction.atomic():
            made = Message.objects.bulk_create([_message(box, number, chance) for number in numbers], batch_size=1000)
            at = {one.pk: now - seconds * (count - number) for one, number in zip(made, numbers, strict=True)}
            places = [factories._entry(box, one, uid, at[one.pk]) for one, uid in zip(made, numbers, strict=True)]
            Entry.objects.bulk_create(places, batch_size=1000)
            lists = [factories._thread(box, one, uid, at[one.pk]) for one, uid in zip(made, numbers, strict=True)]
            MailboxThread.objects.bulk_create(lists, batch_size=1000)


def _message(box: Any, number: int, chance: random.Random) -> Any:
    from tests import factories

    made = factories._message(box, number)
    made.pk = made.thread = number
    made.preview = " ".join(f"w{int(chance.paretovariate(0.6)) % 30_000:04d}" for _ in range(25))
    if number % 5000 == 0:
        made.preview += " wrenbill"
    if number % 40 == 0:
        made.subject += " 東京都の印刷"
    return made


def _octets() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT (SELECT * FROM pragma_page_count()) * (SELECT * FROM pragma_page_size())")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
