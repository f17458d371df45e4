"""The requests that a CardDAV server is asked, with the person's name and password.

Those go by TLS only, and to the host that the person named or one beside it; to a host of the operator's also without.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.conf import settings

from accounts.secrets import Secret
from webmail.contacts.carddav import digest, xml
from webmail.contacts.carddav.errors import (
    Changed,
    NoBook,
    NotAllowedThere,
    NotReached,
    PasswordRefused,
    ServerRefused,
    TokenForgotten,
)
from webmail.contacts.carddav.xml import Multistatus
from webmail.outside.asking import Answer, NotFetched, ask
from webmail.outside.places import NotAllowed, Place, place

DEADLINE = 30.0
"""Seconds for one request."""
MOST = 32 * 1024 * 1024
REDIRECTS = 4
_MOVED = (301, 302, 307, 308)
_PASSING = (408, 423, 425, 429)
"""Too slow, locked, too early, too often: the same may be done another time."""
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_VCARD = {"Content-Type": "text/vcard; charset=utf-8"}


@dataclass(frozen=True)
class Client:
    """`start`: an address on the server, whose host and those beside it are told the password."""

    start: str
    username: str
    password: Secret

    def propfind(self, url: str, body: str, depth: int) -> tuple[Multistatus, str]:
        """The answer, and the address that it came from in the end."""
        for _ in range(REDIRECTS + 1):
            answer = self._ask("PROPFIND", url, body.encode(), {**_XML, "Depth": str(depth)})
            if answer.status not in _MOVED:
                break
            url = urljoin(url, answer.headers.get("location", ""))
        if answer.status in (404, 405, 410, *_MOVED):
            raise NoBook(f"status {answer.status}")
        return xml.multistatus(_good(answer, 207).body), url

    def changes(self, url: str, token: str) -> Multistatus:
        """Since the token; with an empty one everything. Raises TokenForgotten when it is to be asked otherwise."""
        answer = self._ask("REPORT", url, xml.changes_since(token).encode(), {**_XML, "Depth": "0"})
        if answer.status in (400, 403, 404, 405, 409, 412, 415, 501, 507):
            raise TokenForgotten(f"status {answer.status}")
        return xml.multistatus(_good(answer, 207).body)

    def cards(self, url: str, hrefs: list[str]) -> Multistatus:
        answer = self._ask("REPORT", url, xml.cards_at(hrefs).encode(), {**_XML, "Depth": "0"})
        return xml.multistatus(_good(answer, 207).body)

    def put(self, url: str, card: str, etag: str) -> str:
        """Make it, or with an etag change it. The new etag. Raises Changed.

        A server that changes what it is given tells no etag (RFC 6352 section 6.3.2.3), and is asked for it.
        """
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        answer = self._ask("PUT", url, card.encode(), {**_VCARD, **condition})
        told = _good(answer, 200, 201, 204).headers.get("etag", "")[:500]
        return told or next((each.text(f"{xml.DAV}getetag") for each in self.propfind(url, xml.ETAG, 0)[0].found), "")

    def delete(self, url: str, etag: str) -> None:
        """What is gone already is gone. Raises Changed."""
        answer = self._ask("DELETE", url, b"", {"If-Match": etag} if etag else {})
        if answer.status not in (404, 410):
            _good(answer, 200, 202, 204)

    def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        where = checked(url)
        if not is_beside(where.host, checked(self.start).host):
            raise NotAllowedThere("another host")
        named = b64encode(f"{self.username}:{self.password.reveal()}".encode()).decode()
        answer = self._say(where, method, body, {**headers, "Authorization": f"Basic {named}"})
        challenge = answer.headers.get("www-authenticate", "") if answer.status == 401 else ""
        said = digest.authorization(challenge, method, where.target, self.username, self.password.reveal())
        return self._say(where, method, body, {**headers, "Authorization": said}) if said else answer

    def _say(self, where: Place, method: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            return ask(where, method, body=body, headers=headers, end=time.monotonic() + DEADLINE, most=MOST)
        except NotFetched as fault:
            if isinstance(fault.__cause__, NotAllowed):
                raise NotAllowedThere(str(fault)) from fault
            raise NotReached(str(fault)) from fault


def checked(url: str) -> Place:
    """Raises NotAllowedThere: only by TLS, but for the operator's own hosts."""
    own = settings.ENV.carddav_hosts
    try:
        found = place(url, schemes=("https", "http"), ours=own)
    except NotAllowed as fault:
        raise NotAllowedThere(str(fault)) from fault
    if not (found.is_secret or found.is_ours):
        raise NotAllowedThere("without TLS")
    return found


def is_beside(host: str, named: str) -> bool:
    """`p42-contacts.example.com` is beside `contacts.example.com`; nothing is beside a name of two parts."""
    _first, _dot, parent = named.partition(".")
    return host == named or ("." in parent and host.endswith(f".{parent}"))


def path_of(url: str, href: str) -> str:
    """A place as it is kept: the path alone, however it was escaped."""
    return quote(unquote(urlsplit(urljoin(url, href)).path), safe="/:@!$&'()*+,;=~-._")[:2000]


def _good(answer: Answer, *wanted: int) -> Answer:
    if answer.status in wanted:
        return answer
    if answer.status in (401, 407):
        raise PasswordRefused(f"status {answer.status}")
    if answer.status == 412:
        raise Changed
    if answer.status >= 500 or answer.status in _PASSING:
        raise NotReached(f"status {answer.status}")
    raise ServerRefused(f"status {answer.status}")
