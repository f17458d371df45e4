"""`python -m tests.bench.idle`: one bridge that listens for thousands of accounts, on a real Dovecot.

Prints how soon all are listened to, at first and after the mail server was restarted, what each costs in memory, what
silence costs in CPU, and how soon a delivery to any of them asks for a sync. Dovecot has a process for each account,
some 1.5 GB for two thousand, and tells late when `sysctl fs.inotify.max_user_instances` is below their number.
"""

import argparse
import http.client
import json
import random
import socket
import statistics
import time
from pathlib import Path

import redis

from imapbridge.presence import KEY
from tests.servers.dovecot import Dovecot, User
from tests.servers.dovecot_config import Options
from tests.servers.letters import plain
from tests.servers.process import running, wait_until
from tests.servers.whimbrel import Whimbrel

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
SEAL = """
import json, pathlib
from accounts import secrets
from accounts.models import MailAccount
from tests.factories import person
for address, password in json.loads(pathlib.Path("{path}").read_text()):
    _, account = person(address)
    secrets.seal(account, password)
    account.save()
"""


class Bridge:
    """The product's bridge alone, with its Redis and its database."""

    def __init__(self, dovecot: Dovecot, users: list[User], security: str) -> None:
        port = {"WEBMAIL_IMAP_PORT": str(dovecot.ports.imap), "WEBMAIL_IMAP_SECURITY": "plain"}
        plainly = {**port, "WEBMAIL_ALLOW_PLAINTEXT": "yes"} if security == "plain" else {}
        self.product = Whimbrel(dovecot, environ=plainly)
        self._users = users
        self.process = self.product.processes["bridge"]
        self.redis = redis.Redis(unix_socket_path=str(self.product.redis.socket))
        self.accounts: dict[str, int] = {}

    def start(self) -> None:
        self.product.redis.start()
        self.product.manage("migrate", "--noinput")
        path = Path(self.product.directory) / "people.json"
        path.write_text(json.dumps([(user.address, user.password) for user in self._users]))
        self.product.manage("shell", "-c", SEAL.format(path=path))
        self.accounts = dict(self.product.rows("SELECT address, id FROM accounts_mailaccount"))
        self.process.spawn()
        self.process.wait_until_ready()

    def close(self) -> None:
        self.product.close()

    def look(self) -> None:
        """Somebody looks at every account."""
        self.redis.zadd(KEY, {str(account): time.time() for account in self.accounts.values()})

    def heard(self) -> int:
        """How many accounts it listens to."""
        connection = http.client.HTTPConnection("bridge")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.product.directory / "bridge.sock"))
        connection.request("GET", "/health")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return int(answer["watched"])

    def wait_for_all(self) -> float:
        """Seconds until all are listened to."""
        began = time.monotonic()

        def all_heard() -> bool:
            self.look()
            time.sleep(0.5)
            return self.heard() == len(self.accounts)

        wait_until(all_heard, "all accounts are listened to", 300)
        return time.monotonic() - began

    def memory(self) -> int:
        """Octets (RSS)."""
        return sum(each.memory_info().rss for each in self.process.processes())

    def asked_for(self, user: User) -> bool:
        """Whether a sync is asked for; no worker is here to take it."""
        return bool(self.redis.exists(f"whimbrel:1:sync-queued:fast:{self.accounts[user.address]}"))

    def forget_what_was_asked(self) -> None:
        for key in self.redis.scan_iter("whimbrel:1:sync-queued:*", 5000):
            self.redis.delete(key)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench-push idle")
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--deliveries", type=int, default=50)
    parser.add_argument("--security", choices=("plain", "tls"), default="tls")
    options = parser.parse_args()
    extra = LIMITS.format(many=2 * options.accounts + 1000)
    with running(Dovecot(options=Options(extra=extra, plaintext=options.security == "plain"))) as dovecot:
        users = [dovecot.user() for _ in range(options.accounts)]
        with running(Bridge(dovecot, users, options.security)) as bridge:
            _report(bridge, dovecot, users, options.deliveries)
    return 0


def _report(bridge: Bridge, dovecot: Dovecot, users: list[User], deliveries: int) -> None:
    before = bridge.memory()
    print(f"{len(users)} accounts listened to after {bridge.wait_for_all():.0f} s; ", end="", flush=True)
    time.sleep(10)
    print(f"{(bridge.memory() - before) / 1000 / len(users):.1f} KB each")
    began = bridge.process.cpu_seconds()
    time.sleep(20)
    print(f"Silence costs {100 * (bridge.process.cpu_seconds() - began) / 20:.1f} % of a core")
    _deliver(bridge, dovecot, random.Random(0).sample(users, deliveries))
    dovecot.restart()
    print(f"After a restart of the mail server all are listened to within {bridge.wait_for_all():.0f} s")


def _deliver(bridge: Bridge, dovecot: Dovecot, users: list[User]) -> None:
    bridge.forget_what_was_asked()
    waited = []
    for user in users:
        dovecot.deliver(user, plain())
        accepted = time.monotonic()
        wait_until(lambda user=user: bridge.asked_for(user), "the delivery is heard of")
        waited.append(1000 * (time.monotonic() - accepted))
    cut = statistics.quantiles(waited, n=20)
    print(f"A delivery asks for a sync: median {statistics.median(waited):.0f} ms, 95 of 100 within {cut[18]:.0f} ms")


if __name__ == "__main__":
    raise SystemExit(main())
