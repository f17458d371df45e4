"""The units of systemd by a systemd: they start, and are replaced by another version as docs/operation.md tells it."""

import re
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.servers.process import running, wait_until
from tests.servers.redis import Redis
from tests.servers.systemd import Systemd, may

OPERATION = Path(__file__).resolve().parent.parent / "docs" / "operation.md"
ENVIRON = {
    "WEBMAIL_SECRET_KEY": "throwaway-secret-of-the-tests-" * 2,
    "WEBMAIL_CREDENTIAL_KEYS": "throwaway-credential-key-of-the-tests-" * 2,
    "WEBMAIL_IMAP_HOST": "localhost",
}


class Asking(threading.Thread):
    """Somebody who asks for a page all the time, each time over a connection of its own; what went wrong."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.done, self.faults = 0, list[str]()
        self._address = address
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.1):
            try:
                urllib.request.urlopen(self._address, timeout=60).close()
            except OSError as fault:
                self.faults.append(repr(fault))
            self.done += 1

    def end(self) -> None:
        self._ended.set()
        self.join(60)


def is_ready(house: Systemd) -> bool:
    try:
        with urllib.request.urlopen(f"{house.url}/health/ready", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.soak
@pytest.mark.skipif(not may(), reason="needs root and a systemd")
def test_another_version_takes_over_without_a_lost_request() -> None:
    with running(Redis()) as redis, running(Systemd({**ENVIRON, "REDIS_URL": redis.tcp_url})) as house:
        assert house.control("start", "whimbrel.target").returncode == 0, house.log
        wait_until(lambda: is_ready(house), "all parts to be there", 120)
        before = house.control("show", "--property=MainPID", "whimbrel-web").stdout
        asking = Asking(f"{house.url}/sign-in")
        asking.start()
        told = re.findall(r"^    systemctl (.*?)(?: +#.*)?$", OPERATION.read_text(), re.MULTILINE)
        lines = [line.split() for line in told if line.startswith(("reload", "restart"))]
        assert len(lines) == 4
        for words in lines:
            done = house.control(*words)
            assert done.returncode == 0, (words, done.stderr, house.log)
        wait_until(lambda: is_ready(house), "all parts to be there again", 120)
        asking.end()
        assert house.control("show", "--property=MainPID", "whimbrel-web").stdout == before
        assert asking.faults == []
        assert asking.done > 20
