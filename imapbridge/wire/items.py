"""What to ask of messages: FETCH items by type (RFC 9051 6.4.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imapbridge.wire.commands import Argument, atom, section


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the body: `1.2`, `1.2.MIME`, `HEADER`, `TEXT`, or empty for the whole message.

    `length` None: all of it; else at most `length` octets from `offset`. `decoded`: without its content transfer
    encoding, only where BINARY is offered.
    """

    name: str = ""
    offset: int = 0
    length: int | None = None
    decoded: bool = False

    def argument(self) -> Argument:
        partial = None if self.length is None else (self.offset, self.length)
        return section(self.name, partial=partial, kind="BINARY.PEEK" if self.decoded else "BODY.PEEK")


@dataclass(frozen=True, slots=True)
class FetchItems:
    """Choose by naming: `FetchItems(flags=True, sections=[Section("1.2", 0, 16384)])`. The UID always comes.

    What the server does not offer (PREVIEW, OBJECTID, ...) is not asked for. Nothing here sets `\\Seen`.
    """

    flags: bool = False
    modseq: bool = False
    internal_date: bool = False
    size: bool = False
    envelope: bool = False
    structure: bool = False
    preview: bool = False
    lazy_preview: bool = False
    """Only those that cost the server nothing; None for the others."""
    header: bool = False
    header_fields: tuple[str, ...] = ()
    """Field names; the answer is in `sections["HEADER.FIELDS"]`."""
    sections: tuple[Section, ...] | list[Section] = ()
    email_id: bool = False
    thread_id: bool = False
    saved_at: bool = False
    gm_msgid: bool = False
    gm_thrid: bool = False
    gm_labels: bool = False

    def argument(self, has: Callable[[str], bool]) -> Argument:
        """The parenthesised list for FETCH, without what the server does not offer (`has` is the session's)."""
        return (*self._items(has),)

    def _items(self, has: Callable[[str], bool]) -> Iterator[Argument]:
        yield atom("UID")
        for name, word, capability in _WORDS:
            if getattr(self, name) and (not capability or has(capability)):
                yield atom(word)
        if self.lazy_preview and has("PREVIEW"):
            yield atom("PREVIEW")
            yield (atom("LAZY"),)
        if self.header:
            yield section("HEADER")
        if self.header_fields:
            yield section("HEADER.FIELDS", self.header_fields)
        for wanted in self.sections:
            yield wanted.argument()


_WORDS = (
    ("flags", "FLAGS", ""),
    ("modseq", "MODSEQ", "CONDSTORE"),
    ("internal_date", "INTERNALDATE", ""),
    ("size", "RFC822.SIZE", ""),
    ("envelope", "ENVELOPE", ""),
    ("structure", "BODYSTRUCTURE", ""),
    ("preview", "PREVIEW", "PREVIEW"),
    ("email_id", "EMAILID", "OBJECTID"),
    ("thread_id", "THREADID", "OBJECTID"),
    ("saved_at", "SAVEDATE", "SAVEDATE"),
    ("gm_msgid", "X-GM-MSGID", "X-GM-EXT-1"),
    ("gm_thrid", "X-GM-THRID", "X-GM-EXT-1"),
    ("gm_labels", "X-GM-LABELS", "X-GM-EXT-1"),
)
