"""`python -m tests.bench.idle`: one bridge that listens for thousands of accounts. `./run bench-push idle`.

Prints how soon all are listened to, at first and after the mail server was restarted, what each costs in memory, what
silence costs in CPU, and how soon a delivery to any of them asks for a sync. On a real Dovecot, which has a process of
some 1 MB for each account, or with `--stub` on a server that speaks just enough IMAP and holds no mail.
"""

import argparse
import contextlib
import os
import platform
import random
import statistics
import time
from collections.abc import Iterator

from tests.bench.inotify import instances
from tests.bench.listener import Listener
from tests.bench.meter import yardstick
from tests.bench.stub import Stub
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.letters import plain
from tests.servers.mail_server import MailServer, User
from tests.servers.process import running, wait_until

# A session is a process, and anvil and auth have a connection to each; see docs/install.md.
LIMITS = """
default_process_limit = {many}
default_client_limit = {many}
service anvil {{
  client_limit = {many}
}}
service auth {{
  client_limit = {many}
}}
service imap {{
  process_limit = {many}
}}
"""
REST = 10.0
"""Seconds until what the log-ins have left behind is gone."""
SILENCE = 30.0


def main() -> int:
    options = _options()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite;", end=" ")
    kind = "a stub" if options.stub else "Dovecot"
    print(f"{options.accounts:,} accounts on {kind}, {options.security}, {options.pace} log-ins a second.", flush=True)
    before = yardstick()
    with _server(options) as server:
        users = [server.user(f"user{number}") for number in range(options.accounts)]
        with running(Listener(server, users, _environ(server, options))) as listener:
            _report(listener, users)
            _deliver(listener, server, random.Random(0).sample(users, options.deliveries))
            _restart(listener, server, len(users))
    print(f"The yardstick, a fixed piece of Python work: {before:.1f} ms before, {yardstick():.1f} ms after.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench-push idle")
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--deliveries", type=int, default=50)
    parser.add_argument("--security", choices=("plain", "tls"), default="tls")
    parser.add_argument("--pace", type=int, default=50, help="log-ins a second")
    parser.add_argument("--stub", action="store_true", help="instead of Dovecot, a server that only seems to be one")
    return parser.parse_args()


@contextlib.contextmanager
def _server(options: argparse.Namespace) -> Iterator[MailServer]:
    if options.stub:
        with running(Stub()) as stub:
            yield stub
        return
    extra = LIMITS.format(many=2 * options.accounts + 1000)
    dovecot = Dovecot(options=Options(extra=extra, plaintext=options.security == "plain"))
    with instances(2 * options.accounts + 1000), running(dovecot):
        yield dovecot


def _environ(server: MailServer, options: argparse.Namespace) -> dict[str, str]:
    pace = {"WEBMAIL_LOGINS_PER_SECOND": str(options.pace)}
    if options.security == "tls":
        return pace
    port = {"WEBMAIL_IMAP_PORT": str(server.ports.imap), "WEBMAIL_IMAP_SECURITY": "plain"}
    return {**pace, **port, "WEBMAIL_ALLOW_PLAINTEXT": "yes"}


def _report(listener: Listener, users: list[User]) -> None:
    # What is loaded only once, and the database's caches, are no account's: memory is read with half of them, too.
    half = len(users) // 2
    listener.look(users[:half])
    seconds = listener.wait_for("half of them are listened to", half)
    time.sleep(REST)
    before = listener.memory
    listener.look(users)
    seconds += listener.wait_for("all are listened to", len(users))
    print(f"All are listened to after {seconds:.0f} s.", flush=True)
    time.sleep(REST)
    after = listener.memory
    each = (after - before) / 1000 / (len(users) - half)
    print(f"Each costs {each:.1f} KB; the process has {after / 1e6:.0f} MB.", flush=True)
    began = listener.process.cpu_seconds()
    time.sleep(SILENCE)
    spent = listener.process.cpu_seconds() - began
    print(f"Silence costs {100 * spent / SILENCE:.1f} % of a core.", flush=True)


def _deliver(listener: Listener, server: MailServer, users: list[User]) -> None:
    listener.forget_what_was_asked()
    waited = []
    for user in users:
        server.deliver(user, plain())
        accepted = time.monotonic()
        wait_until(lambda user=user: listener.asked_for(user), "the delivery is heard of")
        waited.append(1000 * (time.monotonic() - accepted))
    cut = statistics.quantiles(waited, n=20)
    typical = f"median {statistics.median(waited):.0f} ms, 95 of 100 within {cut[18]:.0f} ms"
    print(f"A delivery asks for a sync: {typical}, all within {max(waited):.0f} ms.", flush=True)


def _restart(listener: Listener, server: MailServer, count: int) -> None:
    server.stop()
    wait_until(lambda: listener.heard == 0, "the end is noticed")
    server.restart()
    seconds = listener.wait_for("all are back", count)
    print(f"After a restart of the mail server all are listened to within {seconds:.0f} s.")


if __name__ == "__main__":
    raise SystemExit(main())
