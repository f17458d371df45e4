"""Everything a measurement needs, up and filled: Dovecot with one big mailbox, the product, a signed-in person."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.bench.meter import Meter
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.letters import NEWEST, Letter, newsletter, plain
from tests.servers.postgres import PostgreSQL
from tests.servers.process import running
from tests.servers.visitor import Visitor
from tests.servers.whimbrel import Whimbrel

NEWSLETTER_BYTES = 60_000
OURS = ("web", "bridge", "worker", "beat", "redis", "database")
MAIL_SERVER = "dovecot"
AS_IT_COMES = "service imap {\n  service_count = 1\n}\n"
"""Dovecot's own default, a process for each session, which the tests do without."""


@dataclass
class House:
    """What the operations work with. `sync_cpu` has the seconds of CPU that the first sync took, by process;
    `walked` the addresses of list pages, by the mailbox's name.
    """

    product: Whimbrel
    dovecot: Dovecot
    user: User
    visitor: Visitor
    meter: Meter
    sync_cpu: Mapping[str, float]
    sync_seconds: float
    walked: dict[str, list[str]] = field(default_factory=dict)


@contextlib.contextmanager
def ready(messages: int, extra: int, database: str) -> Iterator[House]:
    """INBOX with so many messages, `Letters`, `Fresh` and `News` with `extra` plain ones or newsletters; synced."""
    with contextlib.ExitStack() as stack:
        # mdbox: the mail server's time goes into IMAP, not into a hundred thousand small files.
        dovecot = stack.enter_context(
            running(Dovecot(options=Options(mail_location="mdbox:~/mail", extra=AS_IT_COMES)))
        )
        postgres = stack.enter_context(running(PostgreSQL())) if database == "postgres" else None
        user = filled(dovecot, messages, extra, "bench")
        product = Whimbrel(dovecot, database_url=postgres.database() if postgres else "")
        stack.enter_context(running(product))

        def read() -> Mapping[str, float]:
            base = {"database": postgres.cpu_seconds()} if postgres else {}
            return {**product.cpu(), **base, MAIL_SERVER: dovecot.cpu_seconds()}

        meter = Meter(read)
        visitor = Visitor(product.url)
        stack.callback(visitor.close)
        began = time.monotonic()

        def first_sync() -> None:
            visitor.sign_in(user.address, user.password)
            product.wait_until_synced(user, deadline=1800)

        sync_cpu = meter.spent(first_sync)
        yield House(product, dovecot, user, visitor, meter, sync_cpu, time.monotonic() - began)


def filled(dovecot: Dovecot, messages: int, extra: int, name: str) -> User:
    """A person with the mailboxes that `ready` speaks of."""
    user = dovecot.user(name)
    dovecot.fill(user, "INBOX", messages)
    for mailbox in ("Letters", "Fresh", "News"):
        with dovecot.client(user) as client:
            client.create_mailbox(mailbox)
        raws = (_raw(mailbox, number) for number in range(extra))
        dovecot.fill_with(user, mailbox, (Letter(raw, NEWEST, ()) for raw in raws))
    return user


def _raw(mailbox: str, number: int) -> bytes:
    message_id = f"{mailbox.lower()}{number}@mail.example"
    if mailbox == "News":
        return newsletter(NEWSLETTER_BYTES, f"Weekly letter {number}", message_id)
    return plain(f"{mailbox} {number}", f"Letter number {number}.\r\n", message_id)
