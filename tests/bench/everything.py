"""`./run bench everything`: how long the click waits that is about all of a folder, and how long the job takes then.

A private Dovecot with 100,000 messages. Each deed is begun by the same request as the page's, and stopped and undone
before the next, also on the mail server, so that all of them meet the same folder at rest. While the last of each kind
goes on, another folder is opened and a message there is starred, again and again: these clicks, too, are to be answered
soon. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator

from tests.bench.house import House, ready
from tests.bench.meter import yardstick
from tests.servers.visitor import Answer

GOAL = 100
"""Milliseconds until the click has its answer."""
SCRIPT = {"X-Requested-With": "fetch"}
LONGEST = 3600.0
QUIET = 10.0
"""Seconds for what comes after all of it: a last sync, and the database's own tidying."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench everything")
    parser.add_argument("--messages", type=int, default=100_000, help="in INBOX")
    parser.add_argument("--clicks", type=int, default=5, help="of each kind, each stopped and undone but for the last")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    options = parser.parse_args(arguments)
    before = yardstick()
    with ready(options.messages, 20, options.database) as house:
        inbox = house.visitor.get("/").location
        folder = re.search(r'href="/mailbox/(\d+)/"[^>]*aria-label="Letters', house.visitor.get(inbox).text)
        assert folder, "no folder to move to"
        print(f"All of {options.messages:,} messages: milliseconds until the click has its answer (goal: {GOAL})")
        for name, fields in (
            ("mark as unread", {"do": "unread"}), ("mark as read", {"do": "read"}),
            ("star", {"do": "star"}), ("move", {"do": "move", "to": folder[1]}),
        ):  # fmt: skip
            waits = list(_clicks(house, inbox, fields, options.clicks))
            began = time.monotonic()
            others = list(_meanwhile(house, inbox))
            told = " ".join(f"{1000 * one:.0f}" for one in waits)
            print(
                f"{name:<16}{told}; the rest of it took {time.monotonic() - began:.0f} s, other clicks {_said(others)}"
            )
            _settle(house)
            print(f"{'':<16}and the mail server had all of it after {time.monotonic() - began:.0f} s", flush=True)
    print(f"The yardstick, a fixed piece of Python work: {before:.1f} ms before, {yardstick():.1f} ms after.")
    return 0


def _clicks(house: House, inbox: str, fields: dict[str, str], count: int) -> Iterator[float]:
    for number in range(count):
        if number:
            _wait(house, inbox)
            _settle(house)
        time.sleep(QUIET)
        began = time.monotonic()
        answer = _posted(house, f"{inbox}act?in={inbox.split('/')[2]}", {"all": "1", **fields})
        yield time.monotonic() - began
        if number < count - 1:
            undo = json.loads(answer.text)["undo"]
            _posted(house, undo.replace("/undo", "/stop"), {})
            _posted(house, undo, {})


def _meanwhile(house: House, inbox: str) -> Iterator[float]:
    """What clicks take that are about something else, until nothing is under way over the list."""
    fresh = re.search(r'href="(/mailbox/\d+/)"[^>]*aria-label="Fresh', house.visitor.get(inbox).text)
    assert fresh, "no other folder"
    flags = re.search(r'formaction="(/message/\d+/flags\?[^"]*)"', house.visitor.get(fresh[1]).text)
    assert flags, "no message in it"
    star = flags[1].replace("&amp;", "&")
    for number in range(1_000_000):
        if number % 8 == 0 and not _is_under_way(house, inbox):
            return
        began = time.monotonic()
        if number % 2:
            _posted(house, star, {"flagged": str(number // 2 % 2)})
        else:
            house.visitor.get(fresh[1])
        yield time.monotonic() - began
        time.sleep(0.1)


def _said(waits: list[float]) -> str:
    if not waits:
        return "none"
    ordered = [1000 * one for one in sorted(waits)]
    at = [ordered[int(len(ordered) * part)] for part in (0.5, 0.95)]
    return f"{at[0]:.0f} (95 of 100: {at[1]:.0f}, the longest: {ordered[-1]:.0f})"


def _settle(house: House) -> None:
    """Until the mail server has all of it."""
    owed = "SELECT count(*) FROM imapbridge_pendingchange WHERE confirmed_at IS NULL"
    house.product.wait_until(lambda: house.product.rows(owed) == [(0,)], "all of it", deadline=LONGEST)


def _posted(house: House, address: str, fields: dict[str, str]) -> Answer:
    answer = house.visitor.post(address, fields, SCRIPT)
    assert answer.status in (200, 204, 404), f"{address}: {answer.status}"
    return answer


def _wait(house: House, inbox: str) -> None:
    """Until nothing is under way over the list."""
    until = time.monotonic() + LONGEST
    while _is_under_way(house, inbox):
        assert time.monotonic() < until, "it does not end"
        time.sleep(0.5)


def _is_under_way(house: House, inbox: str) -> bool:
    return 'class="strip work"' in house.visitor.get(inbox).text
