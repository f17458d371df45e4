"""A browser without a screen: one person's cookies on one keep-alive connection, counting every byte.

For what needs no Chromium: reading answers, measuring them, and acting by plain forms. Follows no redirects by itself.
"""

import gzip
import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode, urlsplit

import brotli  # type: ignore[import-untyped]

#: Seconds after which the server may have hung up; a new connection then, as in a browser.
KEEP_ALIVE = 3.0
ENCODINGS = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@dataclass(frozen=True)
class Answer:
    """`size` is what went over the wire as the body, compressed; `body` is what it says."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    size: int

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""


class Visitor:
    """Use it in a `with`, or call `close`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "localhost", parts.port, timeout=120)
        self._origin = url.rstrip("/")
        self._used = 0.0
        self.cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._request("GET", path, None, headers or {})

    def post(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Send a form. The token comes from the page visited last that had one."""
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin, **(headers or {})}
        return self._request("POST", path, body, sent)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """As a script does, with the token of the page visited last that had one."""
        own = {"Origin": self._origin, "X-CSRFToken": self.token, "Content-Length": str(len(body))}
        return self._request(method, path, body, {**own, **headers})

    def sign_in(self, address: str, password: str) -> Answer:
        """Through the sign-in page; AssertionError with the page's words when it does not let us in."""
        page = self.get("/sign-in")
        assert page.status == 200, f"no sign-in page: {page.status} {_words(page.text)}"
        answer = self.post("/sign-in", {"address": address, "password": password})
        assert answer.status == 302, f"not signed in: {answer.status} {_words(answer.text)}"
        return answer

    def _request(self, method: str, path: str, body: str | bytes | None, headers: Mapping[str, str]) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        own = {"Accept-Encoding": "gzip, br", "Accept": "text/html,*/*;q=0.8", **({"Cookie": cookie} if cookie else {})}
        if time.monotonic() - self._used > KEEP_ALIVE:
            self._connection.close()
        self._connection.request(method, path, body, {**own, **headers})
        response = self._connection.getresponse()
        raw = response.read()
        self._used = time.monotonic()
        self._keep_cookies(response.headers)
        content = ENCODINGS[response.headers.get("Content-Encoding", "")](raw)
        self._keep_token(content)
        return Answer(response.status, response.headers, content, len(raw))

    token = ""

    def _keep_token(self, content: bytes) -> None:
        """From a hidden field."""
        if found := re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', content):
            self.token = found[1].decode()

    def _keep_cookies(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


def _words(page: str) -> str:
    return " ".join(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL).split())[:600]
