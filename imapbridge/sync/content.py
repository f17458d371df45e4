"""PURE: what FETCH told of a message -> the values of its row. Total: a message that cannot be read is still listed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from imapbridge.mime.headers import decode_text, message_ids
from imapbridge.mime.parts import attachments
from imapbridge.mime.subject import base_subject, is_reply
from imapbridge.sync.threads import Relations
from imapbridge.terms import flags as flag
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.terms.part import Part
from imapbridge.terms.refs import digest
from imapbridge.wire.fetched import Fetched

BELIEVABLE = 2 * 24 * 3600
"""Seconds. A Date header further than this from the internal date is not what the list sorts by."""
HEADER_FIELDS = ("REFERENCES", "LIST-ID")
MAX_RECIPIENTS = 200
"""Of each header; the rest is read from the message itself when it is opened."""
MAX_CACHED = 10
"""Flags of one message."""
SHORT = 200
"""Letters of a subject that is remembered: the next ones of a conversation have it too, and next month's bill."""
NUL = "\x00"
_PROSE = {"text/plain", "text/html"}
_NOBODY = (Address("", ""),)


@dataclass(frozen=True, slots=True)
class FlagValues:
    """Flags as an Entry has them."""

    seen: bool = False
    flagged: bool = False
    answered: bool = False
    draft: bool = False
    deleted: bool = False
    keywords: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Collection[str]) -> FlagValues:
        # Few combinations make up a mailbox; a hostile one must not fill the cache with large ones.
        read = _flag_values if len(words) <= MAX_CACHED else _flag_values.__wrapped__
        return read(frozenset(words))

    @classmethod
    def of_columns(
        cls, seen: bool, flagged: bool, answered: bool, draft: bool, deleted: bool, keywords: Iterable[str]
    ) -> FlagValues:
        """From an Entry's columns, in the order of `FLAG_COLUMNS`."""
        return cls(seen, flagged, answered, draft, deleted, tuple(keywords))

    def columns(self) -> tuple[bool | tuple[str, ...], ...]:
        """The values in the order of `FLAG_COLUMNS`."""
        return (self.seen, self.flagged, self.answered, self.draft, self.deleted, self.keywords)

    def flags(self) -> set[str]:
        names = (flag.SEEN, flag.FLAGGED, flag.ANSWERED, flag.DRAFT, flag.DELETED)
        values = (self.seen, self.flagged, self.answered, self.draft, self.deleted)
        return {name for name, value in zip(names, values, strict=True) if value} | set(self.keywords)


@lru_cache(4096)
def _flag_values(words: frozenset[str]) -> FlagValues:
    keywords = tuple(sorted(word for word in words if flag.is_keyword(word)))
    return FlagValues(
        flag.SEEN in words,
        flag.FLAGGED in words,
        flag.ANSWERED in words,
        flag.DRAFT in words,
        flag.DELETED in words,
        keywords,
    )


MESSAGE_COLUMNS = (
    "message_id",
    "in_reply_to",
    "references",
    "date",
    "subject",
    "sender_name",
    "sender_address",
    "recipients",
    "size",
    "structure",
    "has_attachment",
    "preview",
    "list_id",
    "subject_key",
    "stray",
)
"""The columns of a Message that `content` fills."""
FLAG_COLUMNS = ("seen", "flagged", "answered", "draft", "deleted", "keywords")
"""The columns of an Entry that FlagValues holds, in its order."""


@dataclass(frozen=True, slots=True)
class Content:
    """A message as `apply` writes it."""

    uid: int
    flags: FlagValues
    sort_at: int
    content_key: bytes
    relations: Relations
    columns: dict[str, Any] = field(default_factory=dict)
    """By the names in `MESSAGE_COLUMNS`."""


def content(fetched: Fetched, mailbox_id: int, uid_validity: int, preview: str) -> Content:
    """The row's values. `preview` is what was found of the text, if the server did not say."""
    envelope = fetched.envelope or Envelope()
    header = _fields(fetched.sections.get("HEADER.FIELDS", b""))
    ancestors = message_ids(header.get("references", b""))
    arrived = int(fetched.internal_date.timestamp()) if fetched.internal_date else None
    key = _key(fetched, envelope, arrived, (mailbox_id, uid_validity))
    own = envelope.message_id or f"key:{key.hex()}"
    named = (*ancestors, *message_ids(envelope.in_reply_to))
    conversation = _conversation(fetched)
    others = dict.fromkeys((*conversation, *named))
    sender = (envelope.from_ or envelope.sender or _NOBODY)[0]
    subject_key, is_answer = _topic(envelope.subject)
    return Content(
        uid=fetched.uid,
        flags=FlagValues.of(fetched.flags or ()),
        sort_at=_sort_at(envelope.date, arrived),
        content_key=key,
        relations=Relations(own, tuple(word for word in others if word != own)),
        columns={
            "message_id": _cut(envelope.message_id, 998),
            "in_reply_to": _cut(envelope.in_reply_to, 998),
            "references": _cut(" ".join(ancestors), 16_000),
            "date": envelope.date,
            "subject": _cut(envelope.subject, 4000),
            "sender_name": _cut(sender.name, 400),
            "sender_address": _cut(sender.address, 320),
            "recipients": _recipients(envelope),
            "size": fetched.size or 0,
            "structure": fetched.structure.to_json() if fetched.structure else None,
            "has_attachment": _has_attachment(fetched.structure),
            "preview": _cut(preview or fetched.preview or "", 300),
            "list_id": _cut(decode_text(header.get("list-id", b"")), 300),
            "subject_key": None if conversation else subject_key,
            "stray": is_answer and not conversation and not named,
        },
    )


def _conversation(fetched: Fetched) -> tuple[str, ...]:
    """The server's own name of the conversation (Gmail; RFC 8474), as if it were a Message-ID that all refer to."""
    if fetched.gm_thrid is not None:
        return (f"gm-thrid:{fetched.gm_thrid}",)
    return (f"thread-id:{fetched.thread_id}",) if fetched.thread_id else ()


def _topic(subject: str) -> tuple[int | None, bool]:
    """The digest of its base subject, None without one; and whether it is a reply's."""
    return _read_topic(subject) if len(subject) <= SHORT else _read_topic.__wrapped__(subject)


@lru_cache(4096)
def _read_topic(subject: str) -> tuple[int | None, bool]:
    base = base_subject(subject).casefold()
    return digest(f"subject:{base}") if base else None, is_reply(subject)


def _has_attachment(structure: Part | None) -> bool:
    if structure is None:
        return False
    if _is_text(structure) or (structure.media_type == "multipart/alternative" and all(map(_is_text, structure.parts))):
        return False  # Most mail: one text, whatever `attachments` would go on to look at.
    return any(map(_is_shown, attachments(structure)))


def _is_text(part: Part) -> bool:
    return part.media_type in _PROSE and not part.disposition and not part.filename


def _is_shown(part: Part) -> bool:
    """A clip is shown for what a person attached, not for signatures' and newsletters' inline images."""
    return not (part.content_id and part.disposition != "attachment" and part.media_type.startswith("image/"))


def _fields(raw: bytes) -> dict[str, bytes]:
    """The few header fields asked for, unfolded; the first of each name wins."""
    fields: dict[str, bytes] = {}
    if raw == b"\r\n":
        return fields  # as for most messages
    for line in raw.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.strip().lower().decode("latin-1"), value.strip())
    return fields


def _key(fetched: Fetched, envelope: Envelope, arrived: int | None, place: tuple[int, int]) -> bytes:
    """What two copies of one message share and nothing else does.

    Without a Message-ID nothing is certain: such a message is only ever equal to itself in its place. The internal date
    and the size stand with the rest because a Message-ID is chosen by the sender, who could use one twice.
    """
    if not envelope.message_id or arrived is None or not fetched.size:
        facts: tuple[object, ...] = (*place, fetched.uid)
    else:
        sender = envelope.from_[0].address if envelope.from_ else ""
        facts = (envelope.message_id, arrived, fetched.size, envelope.subject, sender)
    return blake2b(repr(facts).encode("utf-8", "replace"), digest_size=16).digest()


def _sort_at(date: datetime | None, arrived: int | None) -> int:
    sent = int(date.timestamp()) if date else None
    if sent is not None and (arrived is None or abs(sent - arrived) <= BELIEVABLE):
        return sent
    return arrived or 0


def _recipients(envelope: Envelope) -> dict[str, list[list[str]]]:
    found = {}
    if envelope.from_:
        found["from"] = _people(envelope.from_)
    if envelope.reply_to:
        found["reply_to"] = found["from"] if envelope.reply_to is envelope.from_ else _people(envelope.reply_to)
    for name, addresses in (("to", envelope.to), ("cc", envelope.cc), ("bcc", envelope.bcc)):
        if addresses:
            found[name] = _people(addresses)
    return found


def _people(addresses: Sequence[Address]) -> list[list[str]]:
    return [[_cut(one.name, 400), _cut(one.address, 320)] for one in addresses[:MAX_RECIPIENTS]]


def _cut(text: str, length: int) -> str:
    """PostgreSQL has no NUL in text, and no lone surrogates."""
    if len(text) > length:
        text = text[:length]
    return text if text.isprintable() else text.replace(NUL, "").encode("utf-8", "replace").decode()
