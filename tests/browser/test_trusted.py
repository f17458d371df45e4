"""Trusted Types: the pages need no string that becomes markup or a script but by our policies, and get no other."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import sign_in, table_plan
from tests.servers.chromium import Record
from tests.servers.dovecot import User
from tests.servers.whimbrel import Whimbrel

WATCH = """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
  told(`${effectiveDirective} ${blockedURI} ${sample}`), true);"""
PASTE = """(area, html) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
TRY = """async () => {
  const broken = new Promise((resolve) => addEventListener("securitypolicyviolation", resolve, { once: true }));
  let fault = "";
  try { await (SINK); } catch ({ name }) { fault = name; }
  const { effectiveDirective } = await Promise.race([broken, new Promise((resolve) => setTimeout(resolve, 5000, {}))]);
  return [fault, effectiveDirective];
}"""
REFUSED = [["TypeError", "require-trusted-types-for"], ["TypeError", "trusted-types"]]
FOREIGN = (
    '<p style="color: red" onclick="x()">From <b id="list">elsewhere</b><script>x()</script>'
    '<img src="x" onerror="x()"><svg><style><img src=x></style></svg></p>'
)
SINKS = {
    "innerHTML": 'document.createElement("i").innerHTML = "<b>x</b>"',
    "outerHTML": 'document.body.appendChild(document.createElement("i")).outerHTML = "<b>x</b>"',
    "insertAdjacentHTML": 'document.body.insertAdjacentHTML("beforeend", "<b>x</b>")',
    "parseFromString": 'new DOMParser().parseFromString("<b>x</b>", "text/html")',
    "createContextualFragment": 'document.createRange().createContextualFragment("<b>x</b>")',
    "srcdoc": 'document.createElement("iframe").srcdoc = "<b>x</b>"',
    "src": 'document.createElement("script").src = "/static/x.js"',
    "text": 'document.createElement("script").textContent = "x()"',
    "a worker": 'new Worker("/service-worker.js")',
    "another policy": 'trustedTypes.createPolicy("mine", {})',
    "ours once more": 'trustedTypes.createPolicy("whimbrel", { createHTML: (x) => x })',
}


@pytest.mark.threat("A3", "A4", "F1")
def test_no_page_breaks_it_and_no_sink_is_open(page: Page, whimbrel: Whimbrel, noor: User, page_record: Record) -> None:
    told: list[str] = []
    page.expose_function("told", lambda violation: told.append(violation))
    page.add_init_script(WATCH)
    sign_in(page, whimbrel, noor)
    table_plan(page)
    walk_the_composer(page)
    assert told == []
    page.get_by_role("searchbox", name="Search").fill("floor plan")
    page.keyboard.press("Enter")
    expect(page.locator("#list .row")).to_have_count(1)
    page.get_by_role("button", name="New folder").click()
    dialog = page.get_by_role("dialog", name="New folder")
    dialog.get_by_role("textbox", name="Name").fill("Sent")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("textbox", name="Name")).to_have_attribute("aria-invalid", "true")
    for address in ("/settings", "/settings/signatures", "/shortcuts", "/contacts"):
        page.goto(f"{whimbrel.url}{address}")
        expect(page.get_by_role("heading").first).to_be_visible()
    assert told == []
    assert page_record.faults == []
    for name, sink in SINKS.items():
        assert page.evaluate(TRY.replace("SINK", sink)) in REFUSED, name
    whimbrel.wait_until(lambda: "directive=require-trusted-types-for" in whimbrel.logs, "the operator is told")
    line = next(line for line in whimbrel.logs.splitlines() if "policy broken" in line)
    assert line.endswith("directive=require-trusted-types-for blocked=trusted-types-sink page=/contacts")
    page_record.faults.clear()


def walk_the_composer(page: Page) -> None:
    """What is pasted is cleaned; a step back and one forth bring the same again."""
    page.keyboard.press("c")
    text = page.locator("mail-composer").get_by_role("textbox", name="Message")
    expect(text).to_be_visible()
    text.click()
    text.evaluate(PASTE, FOREIGN)
    expect(text.locator("b")).to_have_text("elsewhere")
    page.keyboard.type(" again")
    made = text.inner_html()
    assert not re.search("onclick|onerror|script|svg|id=", made)
    assert 'style="color: red;"' in made
    page.keyboard.press("Control+z")
    expect(text).not_to_contain_text("again")
    page.keyboard.press("Control+y")
    expect(text).to_contain_text("again")
    assert text.inner_html() == made
    page.get_by_role("button", name="Close").filter(visible=True).first.click()
    expect(page.locator("mail-composer:not([hidden])")).to_have_count(0)
