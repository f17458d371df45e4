"""Values to header fields, as octets: text (RFC 2047), addresses (RFC 5322 3.4), ids, dates, parameters (RFC 2231).

What comes in was typed by people or stands in mail that is answered, so nothing of it can begin another field: line
ends and control characters are taken out of text and refused everywhere else. Encoded words are made by the standard
library's `email.header`. Its policies are not used to fold: they decode encoded words that a person typed, and with
them a line end that hides in one. Never reads anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from imapbridge.mime.headers import clean
from imapbridge.terms.envelope import Address

_LINE = 76
_LONGEST_NAME = 60
"""Of a display name that stays in one piece."""
_NOT_ONE_FIELD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)|(?<!\r)\n|\r\n(?![ \t])")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x1f\x7f-\x9f]|\\[\x20-\x7e])*)"')
_BARE = re.compile(r"[^\x00-\x20\x7f-\xa0\"\\<>@,;:]+")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?|\[[A-Za-z0-9.:-]+\]")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f-\U0010ffff]{1,900}>")
_CONTENT_ID = re.compile(r"[^<>\s\x00-\x1f\x7f-\U0010ffff]{1,200}")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+-]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LONGEST_ADDRESS = 320


def field(name: str, value: str) -> bytes:
    """One field with its line end. `value` may be folded already. ValueError when it would be more than one."""
    if not _NAME.fullmatch(name) or _NOT_ONE_FIELD.search(value):
        raise ValueError(f"not one header field: {name}")
    return f"{name}: {value}\r\n".encode()


def text(name: str, value: str) -> bytes:
    """An unstructured field (RFC 5322 2.2.1)."""
    value = clean(value)
    is_plain = value.isascii() and "=?" not in value and "  " not in value
    if is_plain and all(len(word) < _LINE // 2 for word in value.split(" ")):
        return field(name, _fold(value.split(" "), len(name) + 2))
    return field(name, _encoded(value, name))


def addresses(name: str, values: Iterable[Address]) -> bytes:
    """A list of addresses, each on its own line. Nothing when there are none. ValueError for one that is none."""
    written = [_address(one) for one in values]
    return field(name, ",\r\n ".join(written)) if written else b""


def ids(name: str, values: Sequence[str]) -> bytes:
    """Message-IDs with their angle brackets; what is none is left out, for it stood in somebody else's mail."""
    valid = [value for value in values if _MESSAGE_ID.fullmatch(value)]
    return field(name, _fold(valid, len(name) + 2)) if valid else b""


def date(value: datetime) -> bytes:
    """`value` is aware."""
    return field("Date", format_datetime(value))


def params(name: str, value: str, **given: str) -> bytes:
    """A field with parameters, such as Content-Type. Empty ones are left out."""
    found = [piece for key, text_ in given.items() if text_ for piece in _param(key, text_)]
    return field(name, ";\r\n ".join([value, *found]))


def content_id(value: str) -> bytes:
    """ValueError for what cannot stand in a `cid:` link."""
    if not _CONTENT_ID.fullmatch(value):
        raise ValueError("not a content id")
    return field("Content-ID", f"<{value}>")


def addr_spec(address: str) -> str:
    """An address as it stands on the wire: its domain in ASCII, its local part quoted where it has to be.

    The local part may be beyond ASCII: then the message needs SMTPUTF8. ValueError when it is no address.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or len(address) > _LONGEST_ADDRESS or _SURROGATES.search(address):
        raise ValueError("not an address")
    domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if not _DOMAIN.fullmatch(domain) or ".." in domain:
        raise ValueError("not an address")
    return f"{_local_part(local)}@{domain}"


def is_beyond_ascii(address: str) -> bool:
    """Whether only SMTPUTF8 (RFC 6531) can carry it."""
    return not address.rpartition("@")[0].isascii()


def media_type(value: str) -> str:
    """`value`, or data when it is none or may not be sent in base64 (RFC 2046 5.2)."""
    main, _, sub = value.lower().strip().partition("/")
    is_leaf = _TOKEN.fullmatch(main) and _TOKEN.fullmatch(sub) and main not in ("multipart", "message")
    return f"{main}/{sub}" if is_leaf and len(value) < 200 else "application/octet-stream"


def _local_part(local: str) -> str:
    if _DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local):
        return local
    if _BARE.fullmatch(local):
        return f'"{local}"'  # dots where none may stand: such addresses are in use
    raise ValueError("not an address")


def _address(one: Address) -> str:
    spec, name = addr_spec(one.address), clean(_SURROGATES.sub("\ufffd", one.name))
    if not name:
        return spec
    if name.isascii() and "=?" not in name and len(name) <= _LONGEST_NAME:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        phrase = name if _ATOMS.fullmatch(name) and "  " not in name else f'"{escaped}"'
    else:
        phrase = _encoded(name, "Disposition-Notification-To")
    last = len(phrase.rpartition("\n")[2])
    return f"{phrase}{' ' if last + len(spec) < _LINE - 20 else chr(13) + chr(10) + ' '}<{spec}>"


def _encoded(value: str, name: str) -> str:
    value = _SURROGATES.sub("\ufffd", value)
    return Header(value, "utf-8", header_name=name, maxlinelen=_LINE).encode(linesep="\r\n")


def _fold(words: Sequence[str], at: int) -> str:
    """Words with a space between them, on lines of a good length as far as they let themselves be cut."""
    lines, length = [""], at
    for word in words:
        if lines[-1] and length + 1 + len(word) > _LINE:
            lines.append(word)
            length = 1 + len(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
            length += 1 + len(word)
    return "\r\n ".join(lines)


def _param(name: str, value: str) -> list[str]:
    value = clean(_SURROGATES.sub("\ufffd", value))
    if value.isascii() and "=?" not in value and len(value) < _LINE - 15:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return [f"{name}={value}" if _TOKEN.fullmatch(value) else f'{name}="{escaped}"']
    return _extended(name, value)


def _extended(name: str, value: str) -> list[str]:
    """RFC 2231 4, and where it is long 3: cut between characters, the charset stands in the first piece."""
    pieces, now = [], "utf-8''"
    for character in value:
        octets = quote(character, safe="")
        if len(now) + len(octets) > _LINE - 20:
            pieces.append(now)
            now = ""
        now += octets
    pieces.append(now)
    if len(pieces) == 1:
        return [f"{name}*={pieces[0]}"]
    return [f"{name}*{number}*={piece}" for number, piece in enumerate(pieces)]
