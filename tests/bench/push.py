"""`python -m tests.bench.push`: from the mail server's taking a message to its row on the screen. `./run bench-push`.

Beside it stands when the server itself announces the message, to a client of nobody's that idles: Dovecot gathers
changes for half a second. The difference is what we add. Prints; judges nothing.
"""

import argparse
import os
import platform
import socket
import ssl
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.bench.meter import yardstick
from tests.browser.people import letter, sign_in
from tests.servers.chromium import Chromium
from tests.servers.dovecot import Dovecot, User
from tests.servers.process import running
from tests.servers.whimbrel import Whimbrel

#: The page notes by itself when a row came, so that nothing of ours is timed but the row.
NOTE_ROWS = """() => {
  window.rowsAt = {};
  new MutationObserver((changes) => {
    const now = Date.now();
    for (const change of changes) for (const node of change.addedNodes)
      for (const row of node.matches?.(".row") ? [node] : node.querySelectorAll?.(".row") ?? [])
        window.rowsAt[row.querySelector(".row-subj").textContent.trim()] ??= now;
  }).observe(document.getElementById("list"), { childList: true, subtree: true });
}"""


@dataclass
class Series:
    """Milliseconds from LMTP's acceptance on, one for each message."""

    announced: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)

    @property
    def added(self) -> list[float]:
        return [shown - announced for shown, announced in zip(self.shown, self.announced, strict=True)]


class Idler:
    """A bare client that idles on INBOX and notes when it is told of a new message."""

    def __init__(self, dovecot: Dovecot, user: User) -> None:
        raw = socket.create_connection(("localhost", dovecot.ports.imaps), timeout=60)
        context: ssl.SSLContext = dovecot.authority.client_context()
        self._stream = context.wrap_socket(raw, server_hostname="localhost")
        self._lines = self._stream.makefile("rb")
        self._lines.readline()
        self._command(f'a LOGIN "{user.address}" "{user.password}"', b"a ")
        self._command("b SELECT INBOX", b"b ")
        self._command("c IDLE", b"+ ")
        self.told_at: list[float] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _command(self, line: str, answer: bytes) -> None:
        self._stream.sendall(line.encode() + b"\r\n")
        while not self._lines.readline().startswith(answer):
            pass

    def _listen(self) -> None:
        try:
            for line in self._lines:
                if line.rstrip().endswith(b" EXISTS"):
                    self.told_at.append(time.time())
        except OSError:
            return


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench-push")
    parser.add_argument("--messages", type=int, default=40)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite;", end=" ")
    print(f"{options.messages} messages, one after another, to one open page.")
    with running(Dovecot()) as dovecot, running(Whimbrel(dovecot)) as product, running(Chromium()) as chromium:
        user = dovecot.user("bench")
        dovecot.fill(user, "INBOX", 500)
        page = chromium.page()
        sign_in(page, product, user)
        page.mouse.move(0, 0)
        page.evaluate(NOTE_ROWS)
        series = measure(dovecot, user, page, options.messages)
    _print("announced by the mail server", series.announced)
    _print("on the screen", series.shown)
    _print("what we add", series.added)
    print(f"The yardstick, a fixed piece of Python work: {yardstick():.1f} ms.")
    return 0


def measure(dovecot: Dovecot, user: User, page: Page, count: int) -> Series:
    """Deliver one message after another, each when the one before is on the screen."""
    series, idler = Series(), Idler(dovecot, user)
    for number in range(-2, count):  # the first two warm up what is only done once
        subject = f"Delivery {number}"
        message = letter(subject, "Collect from 07:30.", minutes=0).as_bytes()
        told = len(idler.told_at)
        dovecot.deliver(user, message)
        accepted = time.time()
        shown = _when(page, lambda subject=subject: page.evaluate("subject => window.rowsAt[subject]", subject))
        _when(page, lambda told=told: len(idler.told_at) > told)
        if number >= 0:
            series.shown.append(shown - 1000 * accepted)
            series.announced.append(1000 * (idler.told_at[told] - accepted))
        page.wait_for_timeout(700)
    return series


def _when(page: Page, found: Callable[[], float | None]) -> float:
    """The first true value, asked for over and over for a minute."""
    end = time.monotonic() + 60
    while not (value := found()):
        if time.monotonic() > end:
            raise AssertionError("a delivered message did not come to the screen")
        page.wait_for_timeout(20)
    return value


def _print(name: str, values: list[float]) -> None:
    cut = statistics.quantiles(values, n=20)
    print(f"{name:<30} median {statistics.median(values):5.0f} ms, 95 of 100 within {cut[18]:5.0f} ms")


if __name__ == "__main__":
    raise SystemExit(main())
