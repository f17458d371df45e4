"""The hostile corpus in a real browser, by one layer at a time: made safe in a bare page, and raw in the frame."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from playwright.sync_api import Page, Route

from tests.mail import hostile
from tests.servers.chromium import Record
from webmail import csp
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


@pytest.mark.threat("A1", "A2", "A3", "A5", "A6", "A7", "A9", "A10", "A11")
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


IN_THE_FRAME = """() => {
    const { contentWindow, contentDocument } = document.querySelector("iframe");
    return [window.pwned, contentWindow.pwned, contentDocument.querySelector("p").textContent, location.href];
}"""


@pytest.mark.threat("F3")
def test_policy_and_frame_hold_what_nobody_made_safe(page: Page, page_record: Record) -> None:
    """As if the sanitiser let everything through: nothing runs, nothing is loaded, and no page of ours is asked for."""
    policy = csp.message_body(RequestFactory().get("/", headers={"host": "localhost"}))
    frame = f'<!doctype html><iframe src="/mail/body" sandbox="{csp.SANDBOX}"></iframe>'
    asked: list[str] = []
    raw = ""

    def answer(route: Route) -> None:
        if route.request.url == ADDRESS:
            route.fulfill(body=frame, content_type="text/html; charset=utf-8")
        elif route.request.url == f"{ADDRESS}/body":
            body = f"<!doctype html><p>Begun</p>{raw}"
            route.fulfill(body=body, headers={csp.HEADER: policy, "content-type": "text/html; charset=utf-8"})
        else:
            asked.append(route.request.url)
            route.fulfill(body="", content_type="image/png")

    page.route("**/*", answer)
    for family, vectors in hostile.FAMILIES.items():
        raw = "".join(f"<div>{vector}</div>" for vector in vectors)
        page.goto(ADDRESS)
        page.wait_for_timeout(50)
        assert page.evaluate(IN_THE_FRAME) == [None, None, "Begun", ADDRESS], family
    page.unroute("**/*")
    assert page_record.faults, "the browser says in its console what it stopped"
    page_record.faults.clear()
    assert [url for url in asked if not url.endswith("/favicon.ico")] == []
