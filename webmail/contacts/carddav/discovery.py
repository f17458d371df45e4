"""From what a person typed to the address books that are theirs (RFC 6764 section 6, RFC 6352 section 7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from webmail.contacts.carddav import xml
from webmail.contacts.carddav.client import Client, checked
from webmail.contacts.carddav.errors import NoBook, ServerRefused
from webmail.contacts.carddav.xml import CARD, DAV

WELL_KNOWN = "/.well-known/carddav"
MOST = 10
"""Address books of one person on one server."""


@dataclass(frozen=True, slots=True)
class Collection:
    url: str
    name: str


def typed_url(text: str) -> str:
    """`dav.example.com` is `https://dav.example.com/`."""
    text = text.strip()
    url = text if "://" in text else f"https://{text}"
    return url if urlsplit(url).path else f"{url}/"


def books(client: Client) -> list[Collection]:
    """At most ten. Raises BookError; NoBook when the address leads to none."""
    checked(client.start)
    first: NoBook | ServerRefused | None = None
    for url in (client.start, urljoin(client.start, WELL_KNOWN)):
        try:
            if found := _at(client, url):
                return found[:MOST]
        except (NoBook, ServerRefused) as fault:
            first = first or fault
    raise first or NoBook


def _at(client: Client, url: str) -> list[Collection]:
    """The book at the address; or those of the person whom the server takes us for."""
    answer, url = client.propfind(url, xml.PRINCIPAL, 0)
    for found in answer.found:
        if found.is_book:
            return [_collection(url, found)]
    principal = next((href for found in answer.found if (href := found.inner_href(f"{DAV}current-user-principal"))), "")
    if not principal:
        return []
    homes, url = client.propfind(urljoin(url, principal), xml.HOME, 0)
    home = next((href for found in homes.found if (href := found.inner_href(f"{CARD}addressbook-home-set"))), "")
    if not home:
        return []
    listed, url = client.propfind(urljoin(url, home), xml.BOOKS, 1)
    return [_collection(url, found) for found in listed.found if found.is_book]


def _collection(url: str, found: xml.Found) -> Collection:
    there = urljoin(url, found.href)
    there = there if there.endswith("/") else f"{there}/"
    name = found.text(f"{DAV}displayname") or urlsplit(there).path.rstrip("/").rpartition("/")[2]
    return Collection(there[:2000], name[:200])
