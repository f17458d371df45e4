"""Where a request comes from: no header is believed beyond the operator's own proxies."""

from collections.abc import Callable

import pytest
from django.test import RequestFactory

from accounts.networks import client_network


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "network"),
    [
        (0, "192.0.2.77", "", "192.0.2.0/24"),
        (0, "192.0.2.77", "198.51.100.1", "192.0.2.0/24"),
        (0, "2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.77", "", "192.0.2.0/24"),
        (0, "", "", "unknown"),
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.0/24"),
        (1, "127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.0/24"),
        (1, "", "198.51.100.1", "198.51.100.0/24"),
        (1, "127.0.0.1", "", "127.0.0.0/24"),
        (1, "127.0.0.1", "198.51.100.1:4711", "198.51.100.0/24"),
        (1, "127.0.0.1", "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        (1, "127.0.0.1", "203.0.113.9, nonsense", "127.0.0.0/24"),
        (2, "127.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.1", "198.51.100.0/24"),
        (2, "127.0.0.1", "198.51.100.1", "198.51.100.0/24"),
    ],
)
def test_client_network(
    environment: Callable[..., None], proxies: int, peer: str, forwarded: str, network: str
) -> None:
    environment(trusted_proxies=proxies)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_network(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)) == network
