"""PURE: what people type or paste into To, Cc and Bcc -> addresses, and what is none of them.

A list as RFC 5322 3.4 has it, with what people do besides: semicolons, new lines, several addresses with spaces
between them, names without quotes. Nothing is dropped: what is no address comes back as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imapbridge.mime.headers import clean
from imapbridge.mime.written import addr_spec
from imapbridge.terms.envelope import Address

MOST = 2000
"""Recipients of one message."""
LONGEST = 200_000
"""Characters of one field."""

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*+"?)
      | (?P<angle><[^<>]*+>?)
      | (?P<comment>\([^()]*+\)?)
      | (?P<mark>[,;\r\n])
      | (?P<text>[^"<(,;\r\n]++)""",
    re.VERBOSE | re.DOTALL,
)
# `Marketing: ann@example.com, ...;` a group has a name, and no address in it.
_GROUP = re.compile(r"\s*[^\s:@<>\"][^:@<>\"]*:(?!\d)\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of a list. `address` is empty when `typed` is not an address."""

    typed: str
    name: str
    address: str

    @property
    def is_valid(self) -> bool:
        return bool(self.address)

    @property
    def value(self) -> Address:
        return Address(self.name, self.address)


def recipients(text: str) -> list[Recipient]:
    """All that a field names, in order, each address once."""
    found: dict[str, Recipient] = {}
    for piece in _pieces(text[:LONGEST]):
        for one in _read(piece):
            found.setdefault(known_as(one.address) if one.address else one.typed, one)
            if len(found) > MOST:
                return list(found.values())
    return list(found.values())


def known_as(address: str) -> str:
    """What two ways to write one address share. The local part belongs to its server, but none tells cases apart."""
    return address.strip().lower()


def written(values: Iterable[Address]) -> str:
    """Addresses as a person would type them, to stand in a field."""
    return ", ".join(map(_typed, values))


def _typed(one: Address) -> str:
    name = clean(one.name)
    if not name or name == one.address:
        return one.address
    if re.search(r'[,;:<>@"()\\]', name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{one.address}>"


def _pieces(text: str) -> Iterator[list[tuple[str, str]]]:
    """The tokens of each mailbox: (kind, text)."""
    piece: list[tuple[str, str]] = []
    for token in _TOKEN.finditer(text):
        kind, value = str(token.lastgroup), token[0]
        if kind == "mark":
            yield piece
            piece = []
            continue
        if kind == "text" and not piece and (group := _GROUP.match(value)):
            value = value[group.end() :]
        piece.append((kind, value))
        if kind == "angle":
            yield piece
            piece = []
    if any(kind != "comment" and value.strip() for kind, value in piece):
        yield piece


def _read(piece: list[tuple[str, str]]) -> Iterator[Recipient]:
    typed = "".join(value for _, value in piece).strip()
    if not typed:
        return
    angle = next((value for kind, value in piece if kind == "angle"), "")
    if angle:
        name = "".join(_unquoted(kind, value) for kind, value in piece if kind in ("quoted", "text"))
        yield _recipient(typed, name, angle.strip("<>"))
        return
    bare = "".join(value for kind, value in piece if kind != "comment")
    comment = " ".join(value.strip("()") for kind, value in piece if kind == "comment")
    words = bare.split() if '"' not in bare else [bare.strip()]
    if len(words) > 1 and all("@" in word for word in words):
        yield from (_recipient(word, "", word) for word in words)
    elif len(words) > 1 and "@" in words[-1]:
        yield _recipient(typed, " ".join(words[:-1]), words[-1])
    else:
        yield _recipient(typed, comment, bare)


def _unquoted(kind: str, value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:].removesuffix('"')) if kind == "quoted" else value


def _recipient(typed: str, name: str, address: str) -> Recipient:
    name, address = clean(" ".join(name.split())).strip("' "), address.strip().removeprefix("mailto:")
    return Recipient(typed, "" if name == address else name, address if is_address(address) else "")


def is_address(text: str) -> bool:
    """Whether mail can go there: the domain is whole (`ann@example` is not) and the local part is one."""
    try:
        domain = addr_spec(text).rpartition("@")[2]
    except (ValueError, UnicodeError):
        return False
    if domain.startswith("["):
        return True
    labels = domain.split(".")
    return len(labels) > 1 and len(domain) < 254 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()


_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
