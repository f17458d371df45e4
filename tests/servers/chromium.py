"""The system's Chromium, driven by Playwright: a desk, a phone, and a record of all that went wrong on the page.

It can reach this machine only: names outside resolve to nothing, so remote content shows up as a failed request.
"""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, sync_playwright

from tests.servers.process import require

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@dataclass
class Record:
    """What a page did: script errors and broken policies in `faults`, requests to other machines in `outside`."""

    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # A failed request is an error in the console as well; whether it may fail is for the test to say.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith(("http://localhost", "http://127.0.0.1", "data:", "blob:", "about:", "cid:")):
            self.outside.append(request.url)


class Chromium:
    """One browser for many tests; every page gets its own context, and so its own cookies.

    Playwright's synchronous interface keeps an event loop in this thread, from its start to its stop. While it shows,
    no `asyncio.run` works and Django refuses its database; so it is shown only while a page is in use.
    """

    def __init__(self) -> None:
        self._program = require("chromium")
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        self._browser = self._playwright.chromium.launch(executable_path=self._program, args=FLAGS)
        self.suspend()

    def close(self) -> None:
        self.resume()
        if self._browser:
            self._browser.close()
        if self._playwright:
            self._playwright.stop()
        self.suspend()

    def page(self, record: Record | None = None, **options: Any) -> Page:
        """A fresh page; the options are those of Playwright's `new_context`, for a desk unless they say otherwise."""
        assert self._browser, "not started"
        self.resume()
        page = self._browser.new_context(**{**DESKTOP, "locale": "en-GB", "timezone_id": "UTC", **options}).new_page()
        page.set_default_timeout(15_000)
        if record is not None:
            record.watch(page)
        return page

    def resume(self) -> None:
        """Show the event loop; every `page` does."""
        asyncio._set_running_loop(self._loop)
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

    def suspend(self) -> None:
        """Hide the event loop until the next page."""
        asyncio._set_running_loop(None)
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
