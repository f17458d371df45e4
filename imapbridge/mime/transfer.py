"""Content-Transfer-Encoding (RFC 2045 6, and uuencode as found in the wild), decoded whole or as a stream.

Total: broken encodings give what can be saved. A stream holds back less than one long line, whatever the size of the
part. Never looks at charsets.
"""

from __future__ import annotations

import binascii
import re
from typing import Protocol

_LONGEST_LINE = 64 * 1024


class _Decoder(Protocol):
    def feed(self, data: bytes) -> bytes: ...

    def flush(self) -> bytes: ...


class TransferDecoder:
    """Decodes one part fed in pieces of any size. An unknown encoding passes through, as RFC 2045 6.4 wants it kept."""

    def __init__(self, encoding: str) -> None:
        self._decoder: _Decoder = _DECODERS.get(encoding.strip().strip("\"'").lower(), _Identity)()

    def feed(self, data: bytes) -> bytes:
        """The octets that are certain now."""
        return self._decoder.feed(data)

    def flush(self) -> bytes:
        """The rest, at the end of the part."""
        return self._decoder.flush()


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The octets of a whole part, or of its beginning."""
    decoder = TransferDecoder(encoding)
    if isinstance(decoder._decoder, _Base64) and (footer := _FOOTER.search(data)):
        data = data[: footer.start() + 2]
    return decoder.feed(data) + decoder.flush()


# Words below what was encoded, as list servers add them without looking.
_FOOTER = re.compile(rb"==?\r?\n\s*+(?:--|__|[^\s=]++[ \t]++[^\s=])")


class _Identity:
    def feed(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


class _Base64:
    """Skips foreign characters; padding ends a run, and a new run may follow (bodies glued together by gateways)."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        *ended, last = (self._held + data.translate(None, _NOT_BASE64)).split(b"=")
        whole = len(last) - len(last) % 4
        self._held = last[whole:]
        return b"".join(map(_base64_run, ended)) + binascii.a2b_base64(last[:whole])

    def flush(self) -> bytes:
        held, self._held = self._held, b""
        return _base64_run(held)


def _base64_run(run: bytes) -> bytes:
    run = run[:-1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


_SOFT_BREAK_WITH_SPACE = re.compile(rb"=[ \t]++(?=\r?\n)")
_SPACE_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n)")


_SPACE_BEFORE_BREAK = (b" \n", b" \r", b"\t\n", b"\t\r")


class _QuotedPrintable:
    """Works on whole lines, since a soft break and trailing space are only known at a line's end."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        data = self._held + data
        cut = data.rfind(b"\n") + 1
        if len(data) - cut > _LONGEST_LINE:
            escape = data.rfind(b"=", len(data) - 2)
            cut = escape if escape >= 0 else len(data)
        self._held = data[cut:]
        return _quoted_printable(data[:cut])

    def flush(self) -> bytes:
        held, self._held = self._held, b""
        return _quoted_printable(held)


def _quoted_printable(lines: bytes) -> bytes:
    if any(mark in lines for mark in _SPACE_BEFORE_BREAK):  # rare, and the patterns are slow
        lines = _SPACE_AT_END.sub(b"", _SOFT_BREAK_WITH_SPACE.sub(b"=", lines))
    return binascii.a2b_qp(lines)


class _UuEncode:
    """Lines between `begin` and `end`; everything else is dropped."""

    def __init__(self) -> None:
        self._held = b""
        self._inside = False

    def feed(self, data: bytes) -> bytes:
        *lines, held = (self._held + data).split(b"\n")
        self._held = held[:_LONGEST_LINE]
        return b"".join(map(self._line, lines))

    def flush(self) -> bytes:
        held, self._held = self._held, b""
        return self._line(held)

    def _line(self, line: bytes) -> bytes:
        if not self._inside:
            self._inside = line.startswith(b"begin ")
            return b""
        if line.rstrip() == b"end":
            self._inside = False
            return b""
        return _uu_line(line.rstrip(b"\r"))


def _uu_line(line: bytes) -> bytes:
    if not line:
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # trailing garbage: take as much as the line's own length says
        wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:wanted])
    except binascii.Error:
        return b""


_DECODERS: dict[str, type[_Base64] | type[_QuotedPrintable] | type[_UuEncode]] = {
    "base64": _Base64,
    "b": _Base64,
    "quoted-printable": _QuotedPrintable,
    "quoted_printable": _QuotedPrintable,
    "q": _QuotedPrintable,
    "x-uuencode": _UuEncode,
    "uuencode": _UuEncode,
    "x-uue": _UuEncode,
    "uue": _UuEncode,
}
