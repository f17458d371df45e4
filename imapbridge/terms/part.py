"""BODYSTRUCTURE (RFC 9051 7.5.2) as one tree of values, the same for a server's answer and for our own parse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME part. `section` is its IMAP address (`1.2`), empty for the root of a multipart."""

    section: str
    media_type: str
    """`text/plain`, in lower case; `application/octet-stream` when unknown."""
    charset: str = ""
    """As declared, in lower case; empty when not declared."""
    encoding: str = "7bit"
    """Content-Transfer-Encoding in lower case."""
    size: int = 0
    """Octets as transferred (encoded)."""
    disposition: str = ""
    """`inline`, `attachment` or empty."""
    filename: str = ""
    """Decoded (RFC 2231, or 2047 by misuse), not yet made safe."""
    content_id: str = ""
    """Without angle brackets."""
    params: tuple[tuple[str, str], ...] = ()
    """The other Content-Type parameters that matter: format, delsp, method, protocol, name, smime-type."""
    parts: tuple[Part, ...] = ()
    """Children of a multipart; for message/rfc822 the one root of the message within."""

    @property
    def is_multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    def param(self, name: str) -> str:
        return next((value for key, value in self.params if key == name), "")

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in document order; does not enter message/rfc822."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            if part.media_type != "message/rfc822":
                stack.extend(reversed(part.parts))

    def to_json(self) -> list[Any]:
        """A compact list for the index's column."""
        return [
            self.section, self.media_type, self.charset, self.encoding, self.size, self.disposition,
            self.filename, self.content_id, [list(pair) for pair in self.params],
            [part.to_json() for part in self.parts],
        ]  # fmt: skip

    @classmethod
    def from_json(cls, value: list[Any]) -> Part:
        section, media_type, charset, encoding, size, disposition, filename, content_id, params, parts = value
        pairs = tuple((str(key), str(text)) for key, text in params)
        children = tuple(map(cls.from_json, parts))
        return cls(section, media_type, charset, encoding, size, disposition, filename, content_id, pairs, children)
