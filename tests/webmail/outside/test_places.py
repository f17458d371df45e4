"""Where nothing is ever sent, whatever a stranger says."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.public import is_public
from webmail.outside import places
from webmail.outside.places import NotAllowed, place

WEB = ("https", "http")


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "url",
    [
        "", "//web.example/x", "ftp://web.example/", "https:///x", "https://a@web.example/", "https://@web.example/",
        "https://a:b@web.example/x", "https://web.example:8443/x", "http://web.example:443/", "https://web.example:80/",
        "https://web.example:0x1bb/", "https://[::1/", "https://web.example/a b", "https://web.example/\r\nHost: other",
        "https://web.example/\u2028", "https://web.example/" + "x" * 4000, "javascript:alert(1)",
        "https://localhost:6379/", "http://web.example\\@localhost/", "https://we\u202eb.example/", "file:///etc/passwd",
        "gopher://web.example/", "https://web.example:99999/", "https://" + "a" * 300 + ".example/", "http://-x.example/",
    ],
)  # fmt: skip
def test_what_is_no_place_of_the_web(url: str) -> None:
    with pytest.raises(NotAllowed):
        place(url, schemes=WEB)


def test_plain_only_where_it_is_allowed() -> None:
    with pytest.raises(NotAllowed):
        place("http://web.example/")
    assert place("http://web.example/", schemes=WEB).port == 80


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://web.example", "web.example", "/"),
        ("https://WEB.example/wpush/v2/abc?x=1", "web.example", "/wpush/v2/abc?x=1"),
        ("https://b\u00fccher.example/\u00fc.png?\u00e4#top", "xn--bcher-kva.example", "/%C3%BC.png?%C3%A4"),
        ("https://web.example/%7Ea/{x}|y", "web.example", "/%7Ea/%7Bx%7D%7Cy"),
        ("https://[2620:fe::fe]/", "2620:fe::fe", "/"),
    ],
)
def test_what_is_one(url: str, host: str, target: str) -> None:
    found = place(url)
    assert (found.host, found.port, found.target) == (host, 443, target)


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_else_is_raised_and_nothing_breaks_out(host: str, path: str) -> None:
    try:
        found = place(f"https://{host}/{path}", schemes=WEB)
    except NotAllowed:
        return
    assert found.target.isascii() and found.target.isprintable() and " " not in found.target
    assert found.host.isascii() and not set(found.host) & set(" /@\\?#")


def test_a_host_of_the_operators() -> None:
    found = place("https://localhost:8443/x", ours=("localhost",))
    assert found.origin == "https://localhost:8443"
    assert found.address() in {"127.0.0.1", "::1"}


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1",
        "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["9.9.9.9", "142.250.1.1", "2620:fe::fe", "2a00:1450:4001::1", "::ffff:9.9.9.9"])
def test_what_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:7f00:1]",
        "localhost",
        "localhost.",
        "169.254.169.254",
        "0",
        "0177.1",
    ],
)
def test_however_it_is_spelt(host: str) -> None:
    with pytest.raises((NotAllowed, OSError)):
        place(f"http://{host}/", schemes=WEB).address()


@pytest.mark.threat("D5")
def test_one_bad_address_among_good_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may have several; the next question could be answered with the other."""
    rows = [(2, 1, 6, "", ("9.9.9.9", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(places.socket, "getaddrinfo", lambda *_a, **_k: rows)
    with pytest.raises(NotAllowed):
        place("https://web.example/").address()
    monkeypatch.setattr(places.socket, "getaddrinfo", lambda *_a, **_k: rows[:1])
    assert place("https://web.example/").address() == "9.9.9.9"
