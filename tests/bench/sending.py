"""`./run bench sending`: from the click on Send to the composer that is closed and the word that says so; a file on
its way up, in the composer's pieces, beside the same octets over a bare socket; and the memory that a large message
takes of web, worker and bridge, from its upload to its copy in Sent. Prints; asserts nothing about figures.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.bench.meter import yardstick
from tests.browser.people import sign_in
from tests.servers.chromium import Chromium
from tests.servers.dovecot import Dovecot
from tests.servers.process import running
from tests.servers.smtp import SmtpServer
from tests.servers.visitor import Visitor
from tests.servers.whimbrel import Whimbrel

PIECES = (2**20, 2**22, 2**24)
"""The first ones over a fast line, and from then on: as in `compose-pace.js`."""
PROCESSES = ("web", "worker", "bridge")
CLICK = """button => new Promise(done => {
  const began = performance.now();
  const look = () => {
    if (document.querySelector("mail-composer:not([hidden])") || !document.querySelector("#toasts .toast")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { subtree: true, childList: true, attributes: true });
  button.click();
})"""
FETCH = {"X-Requested-With": "fetch"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run bench sending")
    parser.add_argument("--clicks", type=int, default=15)
    parser.add_argument("--upload", type=int, default=10, help="MB of the file")
    parser.add_argument("--letter", type=int, default=50, help="MB of the message as it goes over the wire")
    options = parser.parse_args(arguments)
    print(f"yardstick {yardstick():.1f} ms")
    with running(Dovecot()) as dovecot, running(SmtpServer()) as smtp, running(Whimbrel(dovecot, smtp)) as product:
        user = dovecot.user()
        dovecot.fill(user, "INBOX", 20)
        with running(Chromium()) as chromium:
            page = chromium.page()
            sign_in(page, product, user)
            taken = [_click(page) for _ in range(options.clicks)]
        print(f"Send to closed and said: median {statistics.median(taken):.0f} ms, worst {max(taken):.0f} ms")
        with product.visitor(user) as visitor:
            visitor.get("/compose/")
            octets = options.upload * 1_000_000
            seconds = _uploaded(visitor, _draft(visitor), octets)
            print(f"upload of {options.upload} MB: {seconds:.2f} s; over a bare socket {_bare(octets):.2f} s")
            _large(product, smtp, visitor, options.letter * 1_000_000)
    return 0


def _click(page: Page) -> float:
    page.keyboard.press("c")
    composer = page.locator("mail-composer:not([hidden])")
    expect(composer.get_by_role("textbox", name="Message")).to_be_visible()
    composer.get_by_role("combobox", name="To").fill("bob@example.org,")
    composer.get_by_role("textbox", name="Subject").fill("Click")
    composer.get_by_role("textbox", name="Message").fill("Hello")
    expect(composer.get_by_role("status")).to_contain_text("Saved")
    taken = float(composer.get_by_role("button", name="Send", exact=True).last.evaluate(CLICK))
    expect(page.locator("mail-composer")).to_have_count(0)
    for toast in page.locator("#toasts .x").all():
        toast.click()
    return taken


def _draft(visitor: Visitor, **values: str) -> int:
    return int(json.loads(visitor.post("/compose/", {"do": "save", **values}, FETCH).text)["draft"])


def _uploaded(visitor: Visitor, draft: int, octets: int) -> float:
    """Seconds."""
    began = time.monotonic()
    tus = {"Tus-Resumable": "1.0.0"}
    made = visitor.send("POST", f"/compose/{draft}/files", b"", {**tus, "Upload-Length": str(octets)})
    assert made.status == 201, made.status
    whole = bytes(range(256)) * (PIECES[-1] // 256)
    at = count = 0
    while at < octets:
        piece = whole[: min(PIECES[min(count, 2)], octets - at)]
        told = {**tus, "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        sent = visitor.send("PATCH", made.location, piece, told)
        assert sent.status == 204, sent.status
        at, count = at + len(piece), count + 1
    return time.monotonic() - began


def _bare(octets: int) -> float:
    listener = socket.create_server(("127.0.0.1", 0))

    def read() -> None:
        link, _address = listener.accept()
        while link.recv(1 << 18):
            pass

    reader = threading.Thread(target=read)
    reader.start()
    began = time.monotonic()
    with socket.create_connection(listener.getsockname()[:2]) as link:
        link.sendall(bytes(octets))
    reader.join()
    listener.close()
    return time.monotonic() - began


def _large(product: Whimbrel, smtp: SmtpServer, visitor: Visitor, octets: int) -> None:
    draft = _draft(visitor, to="bob@example.org", subject="Large", text="Hello")
    owed = "SELECT count(*) FROM imapbridge_pendingchange WHERE confirmed_at IS NULL"
    with _watched(product) as grown:
        _uploaded(visitor, draft, octets * 3 // 4)
        said = {"do": "send", "to": "bob@example.org", "subject": "Large", "text": "Hello", "anyway": "1"}
        sent = visitor.post(f"/compose/{draft}/", said, FETCH)
        assert sent.status == 200, sent.text
        product.wait_until(lambda: any(len(one.raw) > octets // 2 for one in smtp.received), "the message", 600)
        product.wait_until(lambda: product.rows(owed) == [(0,)], "its copy in Sent", 600)
    size = max(len(one.raw) for one in smtp.received) / 1e6
    print(f"a message of {size:.0f} MB takes at most: " + ", ".join(f"{one} {mb:.0f} MB" for one, mb in grown.items()))


@contextlib.contextmanager
def _watched(product: Whimbrel) -> Iterator[dict[str, float]]:
    """By process, how many MB more it held at most."""
    first, grown, over = _memory(product), dict.fromkeys(PROCESSES, 0.0), threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            for name, now in _memory(product).items():
                grown[name] = max(grown[name], now - first[name])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield grown
    finally:
        over.set()
        watcher.join()


def _memory(product: Whimbrel) -> dict[str, float]:
    return {name: sum(one.memory_info().rss for one in product.processes[name].processes()) / 1e6 for name in PROCESSES}
