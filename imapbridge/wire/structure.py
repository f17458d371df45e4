"""BODYSTRUCTURE (RFC 9051 7.5.2) from nested values to terms.

Servers get it wrong in every possible way (missing fields, strings for lists, multiparts without parts): what can be
read is read, and what is no structure at all raises ValueError, which `fetched` turns into a defect of that one item.
"""

from __future__ import annotations

from typing import NamedTuple

from imapbridge.mime.headers import decode_text
from imapbridge.mime.params import join_params
from imapbridge.terms.part import Part
from imapbridge.wire.envelope import text
from imapbridge.wire.short_cache import short_cache
from imapbridge.wire.tokens import Value, number

MAX_PARTS = 5000
"""Of one message; the parts behind are left out."""
MAX_PARAMS = 200


def structure(value: Value) -> Part:
    if not value:
        raise ValueError("a body structure is a list")
    return _part(value, "", "1", [MAX_PARTS])


def _part(value: Value, section: str, leaf_section: str, room: list[int]) -> Part:
    """`section` is for a multipart, `leaf_section` for anything else: they differ at the root of a message.

    `room` holds how many parts may still come. Servers write NIL for the parts of an empty multipart.
    """
    room[0] -= 1
    if not isinstance(value, list):
        raise ValueError("a part is a list")  # noqa: TRY004 - one kind of error for every bad item
    if not isinstance(value[0], list) and (value[0] is not None or len(value) >= 7):
        return _single(value, leaf_section, room)
    return _multipart(value, section, room)


def _multipart(value: list[Value], section: str, room: list[int]) -> Part:
    """`(part part ... "mixed" (params) ...)`."""
    parts: list[Part] = []
    end = next((at for at, item in enumerate(value) if isinstance(item, bytes)), len(value))
    for item in value[:end]:
        if item and room[0] > 0:
            below = f"{section}.{len(parts) + 1}" if section else str(len(parts) + 1)
            parts.append(_part(item, below, below, room))
    subtype, params = (*value[end : end + 2], None, None)[:2]
    if not parts and subtype is None:
        raise ValueError("neither parts nor a type")
    kept = () if _is_boundary(params) else params_of(params).kept
    return Part(section, f"multipart/{word(subtype) or 'mixed'}", params=kept, parts=tuple(parts))


def _single(value: list[Value], section: str, room: list[int]) -> Part:
    """`("text" "plain" (params) id description encoding size ...)`, then by type, then the extensions."""
    if len(value) < 7:
        value = value + [None] * (7 - len(value))
    kind, subtype, about, content_id, _, encoding, size, *rest = value
    media_type = type_of(kind, subtype)
    params = params_of(about)
    inner: tuple[Part, ...] = ()
    if media_type in ("message/rfc822", "message/global") and len(rest) > 2 and isinstance(rest[1], list):
        inner, extensions = _message(rest[1], section, room), rest[3:7]
    else:
        extensions = rest[1:5] if media_type.startswith("text/") else rest[:4]
    disposition, filename = disposition_of(extensions[:3])
    return Part(
        section,
        media_type,
        params.charset,
        word(encoding) or "7bit",
        number(size) or 0,
        disposition,
        filename or params.name,
        text(content_id).strip("<> ") if content_id else "",
        (*params.kept, *_location(extensions)),
        inner,
    )


def type_of(kind: Value, subtype: Value) -> str:
    if not word(subtype):
        return "text/plain" if word(kind) == "text" else "application/octet-stream"
    return f"{word(kind) or 'application'}/{word(subtype)}"


def _message(value: Value, section: str, room: list[int]) -> tuple[Part, ...]:
    """The root of the message within: a multipart shares the section of its message (RFC 9051 6.4.5.1)."""
    return (_part(value, section, f"{section}.1", room),) if value and room[0] > 0 else ()


def disposition_of(extensions: list[Value]) -> tuple[str, str]:
    """Disposition and file name from `md5 ("attachment" (params)) language`.

    Looked for rather than counted: some servers have a field more or less.
    """
    for item in extensions:
        if not isinstance(item, list) or not item or not (kind := word(item[0])):
            continue
        if len(item) > 1 and not isinstance(item[1], bytes):
            return "inline" if kind == "inline" else "attachment", params_of(item[1]).filename
        if kind in ("inline", "attachment"):
            return kind, ""
    return "", ""


def _location(extensions: list[Value]) -> tuple[tuple[str, str], ...]:
    """Content-Location, kept like a parameter: the last field of them all."""
    found = text(extensions[3]).strip() if len(extensions) > 3 and isinstance(extensions[3], bytes) else ""
    return (("location", found),) if found else ()


# --- Parameters -------------------------------------------------------------------------------------------------------

_KEPT = ("format", "delsp", "method", "protocol", "name", "start", "type", "report-type", "smime-type")


class Params(NamedTuple):
    """What is wanted of the parameters of a part or of its disposition."""

    charset: str = ""
    name: str = ""
    filename: str = ""
    kept: tuple[tuple[str, str], ...] = ()


_NO_PARAMS = Params()


def params_of(value: Value) -> Params:
    if not isinstance(value, list):
        return _NO_PARAMS
    flat = tuple([item if isinstance(item, bytes) else b"" for item in value[: 2 * MAX_PARAMS]])
    found = join_params((word(name), content) for name, content in zip(flat[::2], flat[1::2], strict=False))
    kept = tuple((name, found[name]) for name in _KEPT if name in found)
    return Params(found.get("charset", "").lower(), found.get("name", ""), found.get("filename", ""), kept)


def _is_boundary(value: Value) -> bool:
    """A boundary alone, which is different in each message and of no use here."""
    return isinstance(value, list) and len(value) == 2 and word(value[0]) == "boundary"


def word(value: Value) -> str:
    """A token in lower case; what is not a string is empty."""
    return _lower(value) if isinstance(value, bytes) else ""


@short_cache(2048)
def _lower(value: bytes) -> str:
    return decode_text(value[:200]).lower()
