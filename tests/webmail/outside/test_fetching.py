"""One answer from a real web server, and all the ways in which there is none."""

import time

import pytest

from tests.servers.web_host import Reply, WebHost
from webmail.outside import connections, fetching
from webmail.outside.fetching import AGENT, NotFetched, fetch, post

OURS = ("localhost",)


def get(url: str, most: int = 1000) -> bytes:
    return fetch(url, accept="image/*", most=most, ours=OURS)


def test_what_is_there_comes_and_nobody_is_named(web_host: WebHost) -> None:
    web_host.answers["/a.png"] = Reply(b"picture", headers={"Set-Cookie": "id=1"})
    for url in (f"{web_host.url}/a.png?x=1", f"{web_host.secure_url}/a.png"):
        assert get(url) == b"picture"
    assert set(web_host.asked[1].headers) == {"Host", "User-Agent", "Accept-Encoding", "Connection", "Accept"}
    assert web_host.asked[1].headers["User-Agent"] == AGENT
    assert web_host.asked[0].headers["Host"] == web_host.url.removeprefix("http://")


def test_without_a_length(web_host: WebHost) -> None:
    web_host.answers["/a.png"] = Reply(b"picture", length=None)
    assert get(f"{web_host.url}/a.png") == b"picture"


def test_loopback_is_not_asked_unless_the_operator_vouches(web_host: WebHost) -> None:
    web_host.answers["/a.png"] = Reply(b"picture")
    for url in (f"{web_host.url}/a.png", "http://localhost/a.png", "http://127.0.0.1/a.png"):
        with pytest.raises(NotFetched):
            fetch(url, accept="image/*", most=1000)
    assert web_host.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(web_host: WebHost, status: int) -> None:
    web_host.answers |= {"/a": Reply(status=status, headers={"Location": "/b?c"}), "/b": Reply(b"picture")}
    assert get(f"{web_host.url}/a") == b"picture"
    assert web_host.paths == ["/a", "/b?c"]


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "to",
    ["http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/",
     "file:///etc/passwd", "gopher://localhost/", "//10.0.0.1/", "https://user@localhost/", "http://example.com:22/",
     ""],
)  # fmt: skip
def test_a_redirect_leads_nowhere_that_is_not_allowed(web_host: WebHost, to: str) -> None:
    web_host.answers["/a"] = Reply(status=302, headers={"Location": to})
    with pytest.raises(NotFetched):
        get(f"{web_host.url}/a")
    assert web_host.paths == ["/a"]


def test_redirects_end(web_host: WebHost) -> None:
    web_host.answers["/a"] = Reply(status=302, headers={"Location": "/a"})
    with pytest.raises(NotFetched):
        get(f"{web_host.url}/a")
    assert len(web_host.asked) == fetching.REDIRECTS + 1


@pytest.mark.parametrize("reply", [
    Reply(b"x" * 1001), Reply(b"x" * 1001, length=None), Reply(b"x", length=10**12), Reply(b"x" * 10, length=20),
    Reply(b"x", status=404), Reply(b"x", status=500), Reply(b"x", status=206), Reply(status=204),
    Reply(b"x", headers={f"X-{n}": "y" for n in range(200)}), Reply(b"x", headers={"X": "y" * 70_000}),
])  # fmt: skip
def test_what_is_too_long_or_no_success_is_nothing(web_host: WebHost, reply: Reply) -> None:
    web_host.answers["/a"] = reply
    with pytest.raises(NotFetched):
        get(f"{web_host.url}/a")


@pytest.mark.parametrize("length", [None, -1])
def test_who_answers_a_letter_at_a_time_is_cut_off(
    web_host: WebHost, length: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", 0.5)
    web_host.answers["/a"] = Reply(b"x" * 1000, slowly=0.05, length=length)
    began = time.monotonic()
    with pytest.raises(NotFetched):
        get(f"{web_host.url}/a")
    assert time.monotonic() - began < 25  # of 50


def test_a_certificate_that_nobody_vouches_for(web_host: WebHost, settings: object) -> None:
    web_host.answers["/a"] = Reply(b"x")
    url = web_host.secure_url.replace("localhost", "127.0.0.1")
    with pytest.raises(NotFetched):
        fetch(url, accept="*/*", most=10)
    assert web_host.asked == []


def test_nobody_at_home(web_host: WebHost) -> None:
    for url in ("http://localhost:9/", "http://nobody.invalid/"):
        with pytest.raises(NotFetched):
            get(url)


@pytest.mark.threat("D5")
def test_the_address_that_was_checked_is_connected_to(web_host: WebHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is asked once: a second answer would be another."""
    told: list[str] = []
    resolve = connections.Place.address
    monkeypatch.setattr(connections.Place, "address", lambda self: told.append(self.host) or resolve(self))
    web_host.answers["/a"] = Reply(b"x")
    get(f"{web_host.url}/a")
    assert told == ["localhost"]


@pytest.mark.threat("D6")
def test_a_form_is_sent_by_https_alone_and_nothing_is_followed(web_host: WebHost) -> None:
    web_host.answers |= {"/leave": Reply(b"bye" * 1000), "/moved": Reply(status=302, headers={"Location": "/leave"})}
    send = "List-Unsubscribe=One-Click"
    form = "application/x-www-form-urlencoded"
    assert post(f"{web_host.secure_url}/leave", send.encode(), form, ours=OURS) == 200
    assert post(f"{web_host.secure_url}/moved", send.encode(), form, ours=OURS) == 302
    assert [(each.method, each.path, each.body) for each in web_host.asked] == [
        ("POST", "/leave", send.encode()), ("POST", "/moved", send.encode())
    ]  # fmt: skip
    assert web_host.asked[0].headers["Content-Type"] == form
    with pytest.raises(NotFetched):
        post(f"{web_host.url}/leave", b"x", form, ours=OURS)
    with pytest.raises(NotFetched):
        post(f"{web_host.secure_url}/leave", b"x", form)
