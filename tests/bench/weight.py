"""Requests and bytes of an inbox, as Chromium counts them on the wire: cold, and once everything is cached.

Without the service worker, which loads the same and keeps its count to itself.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.servers.chromium import Chromium
from tests.servers.process import running
from tests.servers.visitor import Visitor


@dataclass
class Weight:
    """Bytes as they came, compressed and with headers; what a cache answered counts as nothing."""

    requests: int = 0
    bytes: int = 0

    def count(self, finished: dict[str, Any]) -> None:
        size = int(finished["encodedDataLength"])
        self.bytes += size
        self.requests += size > 0


def inbox(url: str, visitor: Visitor) -> tuple[Weight, Weight]:
    """(cold, warm): the first visit of a browser that is signed in as the visitor is, and the next one."""
    cookies = visitor.cookies.items()
    with running(Chromium()) as chromium:
        page = chromium.page(service_workers="block")
        page.context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies])
        return _visit(page, url), _visit(page, url)


def _visit(page: Page, url: str) -> Weight:
    weight = Weight()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", weight.count)
    page.goto(url, wait_until="load")
    # A websocket stays open, so "nothing loads any more" is said by time alone.
    page.wait_for_timeout(1500)
    session.detach()
    return weight
