"""`./run bench click`: from a click to the changed pixels in Chromium, with the server 150 ms away. Asserts nothing.

Real mouse clicks. Measured is from the time stamp of the click event until the frame that shows its change is made: the
next animation frame, and what comes after it. Chromium draws 60 a second: less than about 17 ms is luck. `script` is
how much of it went by until the change was made, from when the page heard of the click. `shown` is Chromium's own
figure (Event Timing): until that frame was on the screen, in steps of 8 ms. Every request is delayed.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from tests.bench.house import House, ready
from tests.bench.meter import yardstick
from tests.browser.people import sign_in
from tests.servers.chromium import Chromium

DELAY = 150
PRESS = 60
"""Milliseconds that a button is held down: a person's finger does not let go in the same frame."""
GOAL = 50
"""Milliseconds; the goal for 95 of 100 clicks."""
_ARM = """([id, change]) => {
  const row = document.getElementById(id);
  const stands = {
    gone: () => !row.closest("mail-list"),
    seen: () => row.classList.contains("is-unread"),
    flagged: () => row.querySelector(".star").getAttribute("aria-pressed"),
    labelled: () => row.querySelectorAll(".chip[data-k]:not([data-k=''])").length,
  }[change];
  const before = stands();
  let began = 0, heard = 0;
  const hear = (event) => ([began, heard] = [event.timeStamp, performance.now()]);
  addEventListener("click", hear, { capture: true, once: true });
  window.drawn = new Promise((tell) => {
    const look = new MutationObserver(() => {
      if (!began || stands() === before) return;
      look.disconnect();
      const made = performance.now() - heard;
      const drawn = () => tell([performance.now() - began, made, began]);
      requestAnimationFrame(() => scheduler.postTask(drawn, { priority: "user-blocking" }));
    });
    look.observe(document, { subtree: true, childList: true, attributes: true });
  });
}"""


_WATCH = """{
  window.clicks = [];
  const heard = (seen) => clicks.push(...seen.getEntries().filter(({ name }) => name === "click"));
  new PerformanceObserver(heard).observe({ type: "event", durationThreshold: 16 });
}"""
_SHOWN = "() => clicks.map(({ startTime, duration }) => [startTime, duration])"
LEAST_SHOWN = 16
"""Milliseconds; Chromium does not tell of clicks that were shown sooner."""
_SETTLED = 500
"""Milliseconds after which Chromium has told of every click."""


@dataclass(frozen=True)
class Deed:
    """`press` does it to the row with this id as far as the click, and gives what is to be clicked."""

    name: str
    change: str
    press: Callable[[Page, str], Locator]
    from_top: bool = False
    """To the first row each time, for it goes; else to the rows in view by turns."""


def _tool(page: Page, row: str, selector: str) -> Locator:
    page.locator(f"#{row}").hover()
    return page.locator(f"#{row} {selector}")


def _move(page: Page, row: str) -> Locator:
    if not page.locator(f"#{row} .check").is_checked():
        page.locator(f"#{row}").hover()
        page.locator(f"#{row} .check").check()
    page.keyboard.press("v")
    return page.locator("#where .menu-item", has_text="Letters")


def _label(page: Page, row: str) -> Locator:
    """The box of the only label, in the dialog that stays open."""
    dialog = page.locator("#labels[open]")
    if not dialog.count():
        page.locator(f"#{row}").hover()
        page.locator(f"#{row} .check").check()
        page.keyboard.press("l")
        dialog.locator("[name=name]").fill("Bench")
        page.keyboard.press("Enter")
        page.locator(f"#{row} .chip", has_text="Bench").wait_for()
        page.keyboard.press("l")
        dialog.wait_for()
    return dialog.locator("[type=checkbox]").first


DEEDS = (
    Deed("star", "flagged", lambda page, row: _tool(page, row, ".star")),
    Deed("mark read or unread", "seen", lambda page, row: _tool(page, row, ".row-actions [name=seen]")),
    Deed("label", "labelled", _label, from_top=True),
    Deed("archive", "gone", lambda page, row: _tool(page, row, "[data-row][value=archive]"), from_top=True),
    Deed("delete", "gone", lambda page, row: _tool(page, row, "[data-row][value=trash]"), from_top=True),
    Deed("move", "gone", _move, from_top=True),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench click")
    parser.add_argument("--messages", type=int, default=2_000, help="in INBOX")
    parser.add_argument("--count", type=int, default=100, help="clicks of each kind")
    parser.add_argument("--delay", type=int, default=DELAY, help="milliseconds of every request")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("only", nargs="*", help="names of what to measure")
    options = parser.parse_args(arguments)
    before = yardstick()
    with ExitStack() as stack:
        house = stack.enter_context(ready(options.messages, 1, options.database))
        chromium = Chromium()
        stack.callback(chromium.close)
        chromium.start()
        print(f"Milliseconds from a click to its pixels, with the server {options.delay} ms away; goal: {GOAL} at p95")
        print(f"{'':<22}{'median':>8}{'p95':>8}{'most':>8}{'script':>8}{'shown':>8}{'p95':>8}")
        for deed in (one for one in DEEDS if not options.only or one.name in options.only):
            page = _opened(chromium, house, options.delay)
            drawn, made, shown = zip(*_measured(page, deed, options.count), strict=True)
            figures = [
                *(statistics.median(drawn), _late(drawn), max(drawn)),
                *(statistics.median(made), statistics.median(shown), _late(shown)),
            ]
            print(f"{deed.name:<22}" + "".join(f"{figure:>8.1f}" for figure in figures), flush=True)
            page.context.close()
    print(f"The yardstick, a fixed piece of Python work: {before:.1f} ms before, {yardstick():.1f} ms after.")
    return 0


def _opened(chromium: Chromium, house: House, delay: int) -> Page:
    page = chromium.page()
    sign_in(page, house.product, house.user)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"latency": delay, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    return page


def _late(spent: Sequence[float]) -> float:
    """What 95 of 100 do not exceed."""
    return sorted(spent)[min(len(spent) - 1, int(0.95 * len(spent)))]


def _measured(page: Page, deed: Deed, count: int) -> Iterator[tuple[float, float, float]]:
    """Of each click: until its frame was made, until the change was, and until the frame was shown."""
    page.evaluate(_WATCH)
    clicks = [_click(page, deed, number) for number in range(count)]
    page.wait_for_timeout(_SETTLED)
    shown = dict(page.evaluate(_SHOWN))
    for drawn, made, began in clicks:
        yield drawn, made, shown.get(began, LEAST_SHOWN)


def _click(page: Page, deed: Deed, number: int) -> tuple[float, float, float]:
    rows = page.locator("mail-list .row")
    row = rows.nth(0 if deed.from_top else number % 8).get_attribute("id") or ""
    button = deed.press(page, row)
    button.hover()
    page.evaluate(_ARM, [row, deed.change])
    button.click(delay=PRESS)
    drawn, made, began = page.evaluate("drawn")
    return drawn, made, began
