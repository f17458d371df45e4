"""The hostile corpus in a real browser, in the worst place: a bare page without a policy and without a frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route

from tests.mail import hostile
from webmail.reading.sanitize import Options, sanitize

ADDRESS = "http://localhost/mail"
OPTIONS = Options(cid_url=lambda _: f"{ADDRESS}/part/1")
TOUCH_EVERYTHING = """() => {
    for (const element of document.querySelectorAll("#mail *"))
        for (const kind of ["mouseover", "pointerenter", "focus", "toggle", "animationstart", "click"])
            if (kind !== "click" || !element.closest("a"))
                element.dispatchEvent(new Event(kind, { bubbles: true }));
    return { ran: window.pwned, onTop: document.elementFromPoint(5, 5).id, address: location.href };
}"""


def visit(page: Page, markup: str) -> tuple[dict[str, object], list[str]]:
    """What the page says after everything in it was touched, and what it asked for."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body=markup, content_type="text/html; charset=utf-8")
        else:
            asked.append(route.request.url)
            route.fulfill(body="", content_type="image/png")

    page.route("**/*", answer)
    page.goto(ADDRESS)
    page.wait_for_timeout(50)
    found: dict[str, object] = page.evaluate(TOUCH_EVERYTHING)
    page.unroute("**/*")
    return found, [url for url in asked if url != f"{ADDRESS}/part/1" and not url.endswith("/favicon.ico")]


def bare(fragments: list[str]) -> str:
    body = "".join(f"<div>{fragment}</div>" for fragment in fragments)
    return (
        f'<!doctype html><body style="margin:0"><div id="app" style="height:50px">app</div><div id="mail">{body}</div>'
    )


@pytest.mark.parametrize("family", hostile.FAMILIES)
def test_nothing_runs_loads_covers_or_leads_away(page: Page, family: str) -> None:
    safe = [sanitize(markup, OPTIONS).html for markup in hostile.FAMILIES[family]]
    found, asked = visit(page, bare(safe))
    assert found == {"ran": None, "onTop": "app", "address": ADDRESS}
    assert asked == []


def test_the_same_page_would_notice(page: Page) -> None:
    """Unsanitised, one of each kind: the harness is not blind."""
    raw = ["<p onmouseover='window.pwned=1'>x</p>", f"<img src=http://{hostile.HOST}/1.png>"]
    raw.append("<div id=cover style='position:fixed;inset:0'>x</div>")
    found, asked = visit(page, bare(raw))
    assert (found["ran"], found["onTop"], asked) == (1, "cover", [f"http://{hostile.HOST}/1.png"])
