"""ENVELOPE and BODYSTRUCTURE as RFC 9051 7.5.2 wants them, which pymap's own are not.

Its dates are in IMAP's form instead of the message's, its sizes count the part's header, and it gives a disposition
as text instead of a list, so that no attachment would have a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from email.message import Message
from email.utils import getaddresses
from urllib.parse import quote

from pymap.backend.dict.mailbox import LoadedMessage
from pymap.bytes import Writeable, WriteStream
from pymap.mime import MessageContent
from pymap.parsing.primitives import List, Nil, Number, String
from pymap.parsing.response.fetch import EnvelopeStructure

from imapbridge.demo import looking


class Loaded(LoadedMessage):
    """A message whose structure is told right."""

    def get_envelope_structure(self) -> EnvelopeStructure:
        return Envelope(self.content)

    def get_body_structure(self) -> Writeable:  # type: ignore[override]
        return Structure(self.content)

    def contains(self, value: bytes) -> bool:
        return looking.contains(self.content, value)


class Envelope(EnvelopeStructure):
    """pymap's own, which its SEARCH looks into, told right."""

    def __init__(self, content: MessageContent) -> None:
        found = content.header.parsed
        super().__init__(
            found.date, found.subject, found.from_, found.sender, found.reply_to, found.to, found.cc, found.bcc,
            found.in_reply_to, found.message_id,
        )  # fmt: skip
        self._content = content

    @property
    def _value(self) -> Writeable:
        return envelope(self._content)


class Structure(Writeable):
    """What FETCH asks for: itself for BODY, `extended` for BODYSTRUCTURE."""

    def __init__(self, content: MessageContent) -> None:
        super().__init__()
        self._content = content

    def __bytes__(self) -> bytes:
        return bytes(structure(self._content, extended=False))

    def write(self, writer: WriteStream) -> None:
        writer.write(bytes(self))

    @property
    def extended(self) -> List:
        return structure(self._content, extended=True)


class _Joined(Writeable):
    """Parts of a multipart: lists with nothing between them."""

    def __init__(self, parts: Sequence[List]) -> None:
        super().__init__()
        self._parts = parts

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self._parts))

    def write(self, writer: WriteStream) -> None:
        writer.write(bytes(self))


def envelope(content: MessageContent) -> List:
    """The ten fields, encoded as the message has them."""
    sender = _addresses(content, b"from")
    answered = [_addresses(content, name) or sender for name in (b"sender", b"reply-to")]
    people = [sender, *answered, *(_addresses(content, name) for name in (b"to", b"cc", b"bcc"))]
    lists = [List(addresses) if addresses else Nil() for addresses in people]
    texts = [_text(content, name) for name in (b"date", b"subject", b"in-reply-to", b"message-id")]
    return List([*texts[:2], *lists, *texts[2:]])


def structure(content: MessageContent, *, extended: bool) -> List:
    """The tree of parts; `extended` adds disposition, language and location."""
    kind = content.body.content_type
    more = [_disposition(content), _text(content, b"content-language"), _text(content, b"content-location")]
    if kind.maintype == "multipart" and content.body.has_nested:
        parts = _Joined([structure(part, extended=extended) for part in content.body.nested])
        return List([parts, String.build(kind.subtype), *([_params(kind.params), *more] if extended else [])])
    # RFC 2045 5.2: what says that it has parts and has none is shown as text.
    is_odd = kind.maintype == "multipart"
    maintype, subtype = ("text", "plain") if is_odd else (kind.maintype, kind.subtype)
    fields: list[Writeable] = [String.build(maintype), String.build(subtype), _params(kind.params)]
    fields += [_text(content, b"content-id"), _text(content, b"content-description")]
    fields += [_text(content, b"content-transfer-encoding", b"7BIT"), Number(len(content.body))]
    if (maintype, subtype) == ("message", "rfc822") and content.body.nested:
        inner = content.body.nested[0]
        fields += [envelope(inner), structure(inner, extended=extended)]
    if maintype == "text" or (maintype, subtype) == ("message", "rfc822"):
        fields.append(Number(content.body.lines))
    return List([*fields, *([Nil(), *more] if extended else [])])


def _raw(content: MessageContent, name: bytes) -> bytes | None:
    """A field's value, unfolded; the first when there are several."""
    for key, value in content.header.folded:
        if key == name:
            return bytes(value).split(b":", 1)[1].replace(b"\r\n", b"").replace(b"\n", b"").strip()
    return None


def _text(content: MessageContent, name: bytes, otherwise: bytes | None = None) -> Writeable:
    value = _raw(content, name)
    value = otherwise if value is None else value
    return Nil() if value is None else String.build(value)


def _addresses(content: MessageContent, name: bytes) -> list[List]:
    value = (_raw(content, name) or b"").decode("latin-1")
    return [_address(shown, address) for shown, address in getaddresses([value]) if address]


def _address(shown: str, address: str) -> List:
    local, _, domain = address.rpartition("@")
    texts = [String.build(text.encode("latin-1")) if text else Nil() for text in (shown, "", local, domain)]
    return List(texts)


def _params(params: Mapping[str, str]) -> Writeable:
    """Pairs; a value outside ASCII is encoded as RFC 2231 4 has it."""
    pairs: Iterable[tuple[str, str]] = (
        (name, value) if value.isascii() else (f"{name}*", f"utf-8''{quote(value, safe='')}")
        for name, value in params.items()
    )
    words = [String.build(word) for pair in pairs for word in pair]
    return List(words) if words else Nil()


def _disposition(content: MessageContent) -> Writeable:
    value = _raw(content, b"content-disposition")
    if value is None:
        return Nil()
    header = Message()
    header["Content-Disposition"] = value.decode("latin-1")
    found = header.get_params([], header="content-disposition")
    (kind, _), *params = found or [("attachment", "")]
    return List([String.build(kind), _params({name: _decoded(text) for name, text in params})])


def _decoded(value: str | tuple[str | None, str | None, str]) -> str:
    """RFC 2231 values come as (charset, language, text)."""
    if isinstance(value, tuple):
        return value[2].encode("latin-1", "replace").decode(value[0] or "ascii", "replace")
    return value
