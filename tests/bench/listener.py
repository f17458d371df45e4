"""The product's bridge alone, with its Redis and its database, and people who seem to have a page open."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import redis

from imapbridge.presence import KEY
from tests.servers.mail_server import MailServer, User
from tests.servers.process import wait_until
from tests.servers.whimbrel import Whimbrel

LOOK = 30.0
"""Seconds between two signs of all open pages."""
SEAL = """
import json, pathlib
from django.db import transaction
from accounts import secrets
from accounts.models import MailAccount
from tests.factories import person
with transaction.atomic():
    for address, password in json.loads(pathlib.Path("{path}").read_text()):
        _, account = person(address)
        secrets.seal(account, password)
        account.save()
"""


class Listener:
    """Starts with nobody looking."""

    def __init__(self, server: MailServer, users: Sequence[User], environ: Mapping[str, str]) -> None:
        self.product = Whimbrel(server, environ=environ)
        self.process = self.product.processes["bridge"]
        self._users = users
        self._redis = redis.Redis(unix_socket_path=str(self.product.redis.socket))
        self._accounts: dict[str, int] = {}
        self._looking: list[int] = []
        self._closing = threading.Event()

    def start(self) -> None:
        self.product.redis.start()
        self.product.manage("migrate", "--noinput")
        path = Path(self.product.directory) / "people.json"
        path.write_text(json.dumps([(user.address, user.password) for user in self._users]))
        self.product.manage("shell", "-c", SEAL.format(path=path))
        self._accounts = dict(self.product.rows("SELECT address, id FROM accounts_mailaccount"))
        self.process.spawn()
        self.process.wait_until_ready()
        threading.Thread(target=self._keep_looking, daemon=True).start()

    def close(self) -> None:
        self._closing.set()
        self.product.close()

    def look(self, users: Sequence[User]) -> None:
        """These have a page open, from now on."""
        self._looking = [self._accounts[user.address] for user in users]
        self._say()

    def _keep_looking(self) -> None:
        while not self._closing.wait(LOOK):
            self._say()

    def _say(self) -> None:
        if self._looking:
            self._redis.zadd(KEY, {str(account): time.time() for account in self._looking})

    @property
    def heard(self) -> int:
        """How many accounts it listens to."""
        connection = http.client.HTTPConnection("bridge")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.product.directory / "bridge.sock"))
        connection.request("GET", "/health")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return int(answer["watched"])

    def wait_for(self, condition: str, count: int, deadline: float = 600) -> float:
        """Seconds until it listens to so many; `condition` names it in a failure."""
        began = time.monotonic()

        def are_heard() -> bool:
            time.sleep(0.5)
            return self.heard == count

        wait_until(are_heard, condition, deadline)
        return time.monotonic() - began

    @property
    def memory(self) -> int:
        """Octets (RSS)."""
        return sum(each.memory_info().rss for each in self.process.processes())

    def asked_for(self, user: User) -> bool:
        """Whether a sync is asked for; no worker is here to take it."""
        return bool(self._redis.exists(f"whimbrel:1:sync-queued:fast:{self._accounts[user.address]}"))

    def forget_what_was_asked(self) -> None:
        for key in self._redis.scan_iter("whimbrel:1:sync-queued:*", 5000):
            self._redis.delete(key)
