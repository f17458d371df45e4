"""What is asked of a CardDAV server, and what it answers, as XML.

Pure. An answer with a document type is not read at all: only there entities can be declared, which could grow without
end or name files. What is longer than the client lets through does not come here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from webmail.contacts.carddav.errors import NotUnderstood

DAV, CARD = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"
MOST_FOUND = 50_000
_NAMESPACES = 'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"'
PRINCIPAL = f"<propfind {_NAMESPACES}><prop><current-user-principal/><resourcetype/><displayname/></prop></propfind>"
HOME = f"<propfind {_NAMESPACES}><prop><c:addressbook-home-set/></prop></propfind>"
BOOKS = f"<propfind {_NAMESPACES}><prop><resourcetype/><displayname/></prop></propfind>"
TOKEN = f"<propfind {_NAMESPACES}><prop><sync-token/></prop></propfind>"
ETAG = f"<propfind {_NAMESPACES}><prop><getetag/></prop></propfind>"
ETAGS = f"<propfind {_NAMESPACES}><prop><getetag/><resourcetype/></prop></propfind>"


@dataclass(frozen=True, slots=True)
class Found:
    """One of a multistatus (RFC 4918 section 13): a place and what is known of it. `status` 0: it has properties."""

    href: str
    status: int = 0
    props: dict[str, Element] = field(default_factory=dict)
    """Those that were answered, by their names."""

    def text(self, name: str) -> str:
        found = self.props.get(name)
        return (found.text or "").strip() if found is not None else ""

    def inner_href(self, name: str) -> str:
        """The address that a property names."""
        found = self.props.get(name)
        inner = found.find(f"{DAV}href") if found is not None else None
        return (inner.text or "").strip() if inner is not None else ""

    @property
    def is_book(self) -> bool:
        kind = self.props.get(f"{DAV}resourcetype")
        return kind is not None and kind.find(f"{CARD}addressbook") is not None


@dataclass(frozen=True, slots=True)
class Multistatus:
    found: list[Found]
    sync_token: str = ""


def changes_since(token: str) -> str:
    """RFC 6578 section 3.2."""
    return (
        f"<sync-collection {_NAMESPACES}><sync-token>{escape(token)}</sync-token><sync-level>1</sync-level>"
        "<prop><getetag/></prop></sync-collection>"
    )


def cards_at(hrefs: list[str]) -> str:
    """RFC 6352 section 8.7."""
    named = "".join(f"<href>{escape(href)}</href>" for href in hrefs)
    props = "<prop><getetag/><c:address-data/></prop>"
    return f"<c:addressbook-multiget {_NAMESPACES}>{props}{named}</c:addressbook-multiget>"


def multistatus(data: bytes) -> Multistatus:
    """Raises NotUnderstood."""
    if b"\x00" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in data:
        raise NotUnderstood("an encoding or a document type that is not read")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - no entity can be declared without a document type
    except ElementTree.ParseError as fault:
        raise NotUnderstood(str(fault)) from fault
    if root.tag != f"{DAV}multistatus":
        raise NotUnderstood("no multistatus")
    responses = root.findall(f"{DAV}response")[:MOST_FOUND]
    token = root.findtext(f"{DAV}sync-token") or ""
    return Multistatus([_found(response) for response in responses], token.strip()[:1000])


def _found(response: Element) -> Found:
    props: dict[str, Element] = {}
    for stat in response.findall(f"{DAV}propstat"):
        if _status(stat) == 200:
            props |= {prop.tag: prop for prop in stat.iterfind(f"{DAV}prop/*")}
    return Found((response.findtext(f"{DAV}href") or "").strip()[:2000], _status(response), props)


def _status(element: Element) -> int:
    """`HTTP/1.1 404 Not Found`; 0 without one."""
    words = (element.findtext(f"{DAV}status") or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() and len(words[1]) == 3 else 0
