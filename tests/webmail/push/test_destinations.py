"""Where nothing is ever sent, whatever a browser says."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from webmail.push import destinations
from webmail.push.destinations import NotAllowed, is_public, service


@pytest.mark.parametrize(
    "endpoint",
    [
        "", "push.example", "http://push.example/x", "ftp://push.example/", "https:///x", "https://a@push.example/",
        "https://a:b@push.example/x", "https://push.example:8443/x", "https://push.example:0x1bb/", "https://[::1/",
        "https://push.example/a b", "https://push.example/\r\nHost: other", "https://pu\u015fh.example/",
        "https://push.example/" + "x" * 1000, "javascript:alert(1)", "https://localhost:6379/",
    ],
)  # fmt: skip
def test_what_is_no_push_service(endpoint: str) -> None:
    with pytest.raises(NotAllowed):
        service(endpoint)


def test_what_is_one() -> None:
    found = service("https://push.example/wpush/v2/abc?x=1")
    assert (found.host, found.port, found.target) == ("push.example", 443, "/wpush/v2/abc?x=1")
    assert found.origin == "https://push.example"
    assert service("https://push.example").target == "/"


def test_a_service_of_the_operators(settings: Any) -> None:
    settings.ENV = replace(settings.ENV, push_hosts=("localhost",))
    found = service("https://localhost:8443/x")
    assert found.origin == "https://localhost:8443"
    assert found.address() in {"127.0.0.1", "::1"}


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


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "localhost", "169.254.169.254"])
def test_however_it_is_spelt(host: str) -> None:
    with pytest.raises((NotAllowed, OSError)):
        service(f"https://{host}/").address()


def test_one_bad_address_among_good_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may have several; the next question could be answered with the other."""
    rows = [(2, 1, 6, "", ("9.9.9.9", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(destinations.socket, "getaddrinfo", lambda *_a, **_k: rows)
    with pytest.raises(NotAllowed):
        service("https://push.example/").address()
    monkeypatch.setattr(destinations.socket, "getaddrinfo", lambda *_a, **_k: rows[:1])
    assert service("https://push.example/").address() == "9.9.9.9"
