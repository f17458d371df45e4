"""Links that mislead: whose text names another host, or whose own host is written in letters that pass for others.

Pure. Only reads what was sanitised; a hint, which loses nothing but a warning when it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from webmail.reading.links import host_of, same_site
from webmail.reading.lookalikes import is_disguised, shown


@dataclass(frozen=True, slots=True)
class Misleading:
    """`shown`: the host that its text names, or as which its own is drawn. `target`: where it really leads."""

    shown: str
    target: str
    is_disguised: bool = False
    """Whether it is the letters of its own host that pass for others."""


_ANCHOR = re.compile(
    r'<a [^<>]{0,4000}?href="(https?://[^"<>]{1,4000}+)"[^<>]{0,2000}+>(.{0,300}?)</a>', re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_HOST = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,20})(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_FILE_ENDINGS = frozenset(
    ("html", "htm", "pdf", "doc", "docx", "xls", "xlsx", "txt", "png", "jpg", "jpeg", "gif", "zip", "php")
)


def misleading(html: str) -> tuple[Misleading, ...]:
    """Those among the links of sanitised `html`; each once."""
    return tuple(dict.fromkeys(_misleading(html)))


def _misleading(html: str) -> Iterator[Misleading]:
    for match in _ANCHOR.finditer(html):
        href, text = match.groups()
        named = _named(text) if "." in text else ""
        is_strange = "xn--" in href or not href.isascii()
        target = host_of(unescape(href)) if named or is_strange else ""
        if target and is_strange and is_disguised(target):
            yield Misleading(shown(target), _written(target), is_disguised=True)
        elif target and named and not same_site(named, target):
            yield Misleading(named, target)


def _named(text: str) -> str:
    """The host that the text of a link looks like, in lower case; empty for other words."""
    found = _HOST.fullmatch(unescape(_TAG.sub("", text)).strip())
    host = found[1].lower() if found else ""
    return "" if host.rpartition(".")[2] in _FILE_ENDINGS else host


def _written(host: str) -> str:
    """In the letters that it goes by on the network."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
