"""Servers that a domain publishes (D7, D8): what is of use is found, and nothing hostile leads anywhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.autoconfig import Endpoint
from accounts.discovery import NothingFound, client_config, look, names, searching
from accounts.discovery.client_config import Unreadable, services
from tests.examples import examples
from tests.servers.names import NameServer, Zone

XML = """<clientConfig version="1.1"><emailProvider id="example.com">
<incomingServer type="pop3"><hostname>pop.example.com</hostname><port>995</port><socketType>SSL</socketType>
</incomingServer>
<incomingServer type="imap"><hostname>old.example.com</hostname><port>143</port><socketType>plain</socketType>
</incomingServer>
<incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.com</hostname><port>587</port><socketType>STARTTLS</socketType>
</outgoingServer></emailProvider></clientConfig>"""
IMAP = Endpoint("imap.example.com", 993, "tls", is_strange=True)
SMTP = Endpoint("smtp.example.com", 587, "starttls", is_strange=True)
SIEVE = Endpoint("imap.example.com", 4190, "starttls", is_strange=True)
PUBLIC = "93.184.216.34"
ZONE: Zone = {
    ("_imaps._tcp.example.com", "SRV"): ["0 1 993 imap.example.com."],
    ("_imap._tcp.example.com", "SRV"): ["0 1 143 other.example.com."],
    ("_submissions._tcp.example.com", "SRV"): ["0 0 0 ."],
    ("_submission._tcp.example.com", "SRV"): ["20 1 587 late.example.com.", "10 1 587 smtp.example.com."],
    ("_sieve._tcp.example.com", "SRV"): ["0 1 4190 imap.example.com."],
    ("imap.example.com", "A"): [PUBLIC],
    ("smtp.example.com", "CNAME"): ["mx.example.com."],
    ("mx.example.com", "A"): [PUBLIC],
    ("mx.example.com", "AAAA"): ["2606:2800:220:1::1"],
}
files: dict[str, tuple[int, bytes] | OSError] = {}


def door(url: str, **_how: object) -> tuple[int, bytes]:
    """The door to the web, with these files behind it."""
    found = files.get(url, (404, b""))
    if isinstance(found, OSError):
        raise found
    return found


Web = Callable[..., NameServer]


@pytest.fixture
def world(environment: Callable[..., None], settings: object, settings_redis: object) -> Iterator[Web]:
    """A name server with such a zone, and files by their addresses. One a test."""
    from django.core.cache import cache

    cache.clear()
    settings.WEB_DOOR = f"{__name__}.door"  # type: ignore[attr-defined]
    running: list[NameServer] = []

    def make(zone: Zone, **given: object) -> NameServer:
        server = NameServer(zone)
        running.append(server.__enter__())
        environment(imap_host="", autodiscovery=True, dns_servers=(server.address,))
        files.update({f"https://{url}": body for url, body in given.items()})  # type: ignore[misc]
        return server

    yield make
    files.clear()
    for server in running:
        server.__exit__(None)


def put(body: str | bytes | OSError, url: str = "autoconfig.example.com/mail/config-v1.1.xml") -> None:
    found = body.encode() if isinstance(body, str) else body
    files[f"https://{url}"] = found if isinstance(found, OSError) else (200, found)


def test_from_records(world: Web) -> None:
    server = world(ZONE)
    found = look("Example.com")
    assert (found.servers.imap, found.servers.smtp, found.servers.sieve, found.source) == (IMAP, SMTP, SIEVE, "")
    asked = len(server.asked)
    assert look("example.com") == found
    assert len(server.asked) == asked


@pytest.mark.parametrize("order", [1, -1])
def test_of_equal_hosts_it_is_always_the_same(world: Web, order: int) -> None:
    rows = ["0 1 993 imap.example.com.", "0 1 993 mx.example.com."][::order]
    world(ZONE | {("_imaps._tcp.example.com", "SRV"): rows})
    assert look("example.com").servers.imap == IMAP


def test_a_file_of_the_domains_own_comes_first(world: Web) -> None:
    zone = {key: rows for key, rows in ZONE.items() if key[0] != "_imaps._tcp.example.com"}
    world(zone)
    put(XML, "example.com/.well-known/autoconfig/mail/config-v1.1.xml")
    put(ConnectionError("status 500"))
    found = look("example.com")
    assert (found.servers.imap, found.servers.smtp, found.servers.sieve) == (IMAP, SMTP, SIEVE)
    assert found.source == "example.com"


@pytest.mark.threat("D7", "D8")
@pytest.mark.parametrize(
    "changed",
    [
        {("imap.example.com", "A"): ["127.0.0.1"]},
        {("imap.example.com", "A"): ["10.1.2.3"]},
        {("imap.example.com", "A"): ["169.254.169.254"]},
        {("imap.example.com", "A"): ["100.64.0.1"]},
        {("imap.example.com", "A"): [PUBLIC, "192.168.0.1"]},
        {("imap.example.com", "AAAA"): ["::1"]},
        {("imap.example.com", "AAAA"): ["::ffff:10.0.0.1"]},
        {("imap.example.com", "AAAA"): ["64:ff9b::7f00:1"]},
        {("imap.example.com", "A"): []},
        {("imap.example.com", "A"): [], ("imap.example.com", "CNAME"): ["imap.example.com."]},
        {("imap.example.com", "A"): [], ("imap.example.com", "CNAME"): ["a.example.com."],
         ("a.example.com", "CNAME"): ["imap.example.com."]},
        {("_imaps._tcp.example.com", "SRV"): ["0 1 22 imap.example.com."]},
        {("_imaps._tcp.example.com", "SRV"): ["0 1 993 localhost."]},
        {("_imaps._tcp.example.com", "SRV"): ["0 1 993 10.0.0.1."]},
        {("_imaps._tcp.example.com", "SRV"): ["0 1 993 ."]},
    ],
)  # fmt: skip
def test_what_leads_into_a_network_or_nowhere_is_of_no_use(world: Web, changed: Zone) -> None:
    zone = {key: rows for key, rows in ZONE.items() if key[0] != "_imap._tcp.example.com"} | changed
    world({key: rows for key, rows in zone.items() if rows})
    with pytest.raises(NothingFound):
        look("example.com")


@pytest.mark.parametrize("domain", ["", "localhost", "127.0.0.1", "[::1]", "a..b", "x" * 300 + ".com", "a.b/c", "a.1"])
def test_what_is_no_domain_is_not_asked_for(world: Web, domain: str) -> None:
    server = world({})
    with pytest.raises(NothingFound):
        look(domain)
    assert not server.asked


def test_that_there_is_nothing_is_remembered(world: Web) -> None:
    server = world({})
    for _ in range(2):
        with pytest.raises(NothingFound):
            look("nobody.example")
    assert len(server.asked) == 5


def test_nobody_answers(world: Web, environment: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    world({})
    monkeypatch.setattr(names, "DEADLINE", 0.2)
    environment(dns_servers=("127.0.0.1:9",))
    assert names.services("example.com", "imap") == []


def test_hosts_are_not_looked_at_when_it_is_too_late(world: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(searching, "DEADLINE", 0.5)

    def slow(host: str) -> bool:
        looked.append(host)
        time.sleep(0.6)
        return False

    monkeypatch.setattr(names, "is_at_public_addresses", slow)
    world(ZONE)
    with pytest.raises(NothingFound):
        look("example.com")
    assert looked == ["imap.example.com"], "that of the filters; neither the other hosts nor the other services"


def test_a_file_in_all_its_parts() -> None:
    assert services(XML.encode(), "example.com") == {"imap": [IMAP], "smtp": [SMTP]}


@pytest.mark.threat("D7")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<html><body>404</body></html>",
        b"<clientConfig/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><clientConfig><emailProvider>&a;</emailProvider></clientConfig>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><clientConfig><emailProvider/></clientConfig>',
        XML.encode("utf-16"),
        b'<?xml version="1.0" encoding="nonsense"?><clientConfig><emailProvider/></clientConfig>',
        b"<clientConfig>" + b"<a>" * 30_000,
        XML.encode() + b" " * client_config.LARGEST,
    ],
)
def test_a_file_that_is_hostile_or_broken(body: bytes) -> None:
    with pytest.raises(Unreadable):
        services(body, "example.com")


@pytest.mark.threat("D7", "D8")
@pytest.mark.parametrize(
    ("old", "new"),
    [("<port>993", "<port>999999"), ("<port>993", "<port>-1"), ("<port>993", "<port>9e2"), ("SSL", "none"),
     ("%EMAILADDRESS%", "%EMAILLOCALPART%"), ('type="imap"', 'type="imap4"')],
)  # fmt: skip
def test_servers_in_it_that_are_of_no_use(old: str, new: str) -> None:
    assert services(XML.replace(old, new).encode(), "example.com")["imap"] == []


@settings(max_examples=examples(15))
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<clientConfig>{text}".encode()))
def test_no_octets_break_it(data: bytes) -> None:
    with suppress(Unreadable):
        assert set(services(data, "example.com")) == {"imap", "smtp"}
