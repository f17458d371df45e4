"""ENVELOPE and BODYSTRUCTURE (RFC 9051 7.5.2) from nested values to terms.

Servers get these wrong in every possible way (missing fields, strings for lists, multiparts without parts): what can be
read is read, and what is no structure at all raises ValueError, which `fetched` turns into a defect of that one item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from imapbridge.mime.charsets import decode as decode_charset
from imapbridge.mime.headers import decode_text, parse_date
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.terms.part import Part
from imapbridge.wire.tokens import Value

MAX_ADDRESSES = 1000
"""Of one header; more are not shown."""
MAX_PARTS = 5000
"""Of one message; the parts behind are left out."""


# --- ENVELOPE ---------------------------------------------------------------------------------------------------------


def envelope(value: Value) -> Envelope:
    if not isinstance(value, list) or len(value) < 8:
        raise ValueError("an envelope has ten fields")
    fields = value + [None] * (10 - len(value))
    date = fields[0]
    return Envelope(
        parse_date(date) if isinstance(date, bytes) else None,
        text(fields[1]),
        addresses(fields[2]),
        addresses(fields[3]),
        addresses(fields[4]),
        addresses(fields[5]),
        addresses(fields[6]),
        addresses(fields[7]),
        text(fields[8]),
        text(fields[9]),
    )


def text(value: Value) -> str:
    """A header's text; what is not a string is empty."""
    if not isinstance(value, bytes):
        return ""
    return decode_text(value)


def addresses(value: Value) -> tuple[Address, ...]:
    """The mailboxes of one field. Groups (RFC 9051: host NIL opens and closes one) are opened."""
    if not isinstance(value, list):
        return ()
    if len(value) == 1 and isinstance(value[0], list) and (fields := _four(value[0])):
        return (_address(*fields),) if fields[2] is not None else ()
    return tuple(_addresses(value[:MAX_ADDRESSES]))


def _addresses(value: list[Value]) -> Iterator[Address]:
    for item in value:
        fields = _four(item) if isinstance(item, list) else None
        if fields and fields[2] is not None:
            yield _address(*fields)


def _four(item: list[Value]) -> tuple[bytes | None, bytes | None, bytes | None] | None:
    """(name, local part, domain); some servers leave the route out."""
    if len(item) == 4:
        name, _, local, domain = item
    elif len(item) == 3:
        name, local, domain = item
    else:
        return None
    if isinstance(name, list) or isinstance(local, list) or isinstance(domain, list):
        return None
    return name, local, domain


@lru_cache(8192)
def _address(name: bytes | None, local: bytes | None, domain: bytes | None) -> Address:
    """The same few people write most of the mail: one value for each."""
    spec = decode_text(local or b"")
    # Dovecot and others invent these where there is none.
    if domain and domain.upper() not in (b"MISSING_DOMAIN", b".MISSING-HOST-NAME."):
        spec = f"{spec}@{decode_text(domain)}"
    shown = decode_text(name) if name else ""
    if spec.upper().startswith("MISSING_MAILBOX"):
        spec = ""
    return Address("" if shown.lower() == spec.lower() else shown, spec)


# --- BODYSTRUCTURE ----------------------------------------------------------------------------------------------------


def structure(value: Value) -> Part:
    if not isinstance(value, list) or not value:
        raise ValueError("a body structure is a list")
    return _part(value, "", "", [MAX_PARTS])


def _part(value: list[Value], section: str, prefix: str, room: list[int]) -> Part:
    """One part: `section` is its address, `prefix` what the addresses of its parts begin with.

    `room` holds how many parts may still come. Servers write NIL for the parts of an empty multipart.
    """
    room[0] -= 1
    if isinstance(value[0], bytes) or (value[0] is None and len(value) >= 7):
        return _single(value, section or f"{prefix}1", room)
    return _multipart(value, section, prefix, room)


def _multipart(value: list[Value], section: str, prefix: str, room: list[int]) -> Part:
    """`(part part ... "mixed" (params) ...)`."""
    parts: list[Part] = []
    end = next((at for at, item in enumerate(value) if isinstance(item, bytes)), len(value))
    for item in value[:end]:
        if isinstance(item, list) and item and room[0] > 0:
            number = f"{prefix}{len(parts) + 1}"
            parts.append(_part(item, number, f"{number}.", room))
    subtype, params = (*value[end : end + 2], None, None)[:2]
    if not parts and subtype is None:
        raise ValueError("neither parts nor a type")
    media_type = f"multipart/{_word(subtype) or 'mixed'}"
    return Part(section, media_type, params=_kept(_params(params)), parts=tuple(parts))


def _single(value: list[Value], section: str, room: list[int]) -> Part:
    """`("text" "plain" (params) id description encoding size ...)`, then by type, then the extensions."""
    fields = value + [None] * (7 - len(value)) if len(value) < 7 else value
    media_type = _media_type(fields[0], fields[1])
    params = _params(fields[2])
    inner: tuple[Part, ...] = ()
    extensions = 7
    if media_type in ("message/rfc822", "message/global") and len(value) > 9 and isinstance(value[8], list):
        inner, extensions = _message(value[8], section, room), 10
    elif media_type.startswith("text/"):
        extensions = 8
    disposition, about = _disposition(value[extensions : extensions + 3])
    return Part(
        section,
        media_type,
        _word(params.get("charset")),
        _word(fields[5]) or "7bit",
        _number(fields[6]),
        disposition,
        _parameter(about, "filename") or _parameter(params, "name"),
        text(fields[3]).strip("<> "),
        _kept(params),
        inner,
    )


def _media_type(kind: Value, subtype: Value) -> str:
    if not _word(subtype):
        return "text/plain" if _word(kind) == "text" else "application/octet-stream"
    return f"{_word(kind) or 'application'}/{_word(subtype)}"


def _message(value: list[Value], section: str, room: list[int]) -> tuple[Part, ...]:
    """The root of the message within: its address is that of its only part, and a multipart there has none."""
    return (_part(value, "", f"{section}.", room),) if value and room[0] > 0 else ()


def _disposition(extensions: list[Value]) -> tuple[str, dict[str, bytes]]:
    """`md5 ("attachment" (params)) language`. Looked for rather than counted: some servers have a field more or less."""
    for item in extensions:
        if not isinstance(item, list) or not item or not (kind := _word(item[0])):
            continue
        if len(item) > 1 and not isinstance(item[1], bytes):
            return "inline" if kind == "inline" else "attachment", _params(item[1])
        if kind in ("inline", "attachment"):
            return kind, {}
    return "", {}


def _params(value: Value) -> dict[str, bytes]:
    """Parameters by lower-case name; of two with one name the first counts."""
    found: dict[str, bytes] = {}
    if isinstance(value, list):
        for name, content in zip(value[:400:2], value[1:400:2], strict=False):
            if isinstance(name, bytes) and isinstance(content, bytes):
                found.setdefault(_word(name), content)
    return found


_KEPT = ("format", "delsp", "method", "protocol", "name")


def _kept(params: dict[str, bytes]) -> tuple[tuple[str, str], ...]:
    return tuple([(name, decode_text(params[name])) for name in _KEPT if name in params]) if params else ()


_SEGMENT = re.compile(r"\*(\d{1,3})(\*?)")


def _parameter(params: dict[str, bytes], name: str) -> str:
    """A parameter's text: plain, encoded by RFC 2047 (by misuse), or in the pieces of RFC 2231."""
    if not params:
        return ""
    if plain := params.get(name):
        return decode_text(plain)
    if extended := params.get(f"{name}*"):
        return _extended(extended, True)
    segments: dict[int, tuple[bytes, bool]] = {}
    for key, content in params.items():
        found = _SEGMENT.fullmatch(key, len(name)) if key.startswith(name) else None
        if found:
            segments[int(found[1])] = content, bool(found[2])
    ordered = [segments[number] for number in sorted(segments)]
    if not any(encoded for _, encoded in ordered):
        return decode_text(b"".join(content for content, _ in ordered))
    # One whole: the charset stands at the head of the first piece and a character may be cut between two.
    joined = b"".join(content if encoded else content.replace(b"%", b"%25") for content, encoded in ordered)
    return _extended(joined, ordered[0][1])


def _extended(content: bytes, has_charset: bool) -> str:
    charset, _, rest = content.partition(b"'")
    _, quote, rest = rest.partition(b"'")
    if not has_charset or not quote:
        charset, rest = b"", content
    return decode_text(decode_charset(unquote_to_bytes(rest), charset.decode("latin-1")).encode())


def _word(value: Value) -> str:
    """A token in lower case; what is not a string is empty."""
    return _lower(value) if isinstance(value, bytes) and len(value) < 200 else ""


@lru_cache(2048)
def _lower(value: bytes) -> str:
    return decode_text(value).lower()


def _number(value: Value) -> int:
    return int(value) if isinstance(value, bytes) and value.isdigit() and len(value) < 19 else 0
