"""The bytes of a message's parts: from the cache, else asked of the bridge within its deadline.

One of the two places where a request may wait for the mail server. Raises MailError.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TypeVar

from django.db import connection

from imapbridge import client
from imapbridge.errors import MessageGone, TooLarge
from imapbridge.mime.parse import Defect, Parsed, parse
from imapbridge.mime.transfer import TransferDecoder
from imapbridge.models import Body, Entry, Message
from imapbridge.terms.part import Part

CACHED = 2 * 2**20
"""Octets of a part up to which it is kept."""
WHOLE = 20 * 2**20
"""Octets of a message up to which it is read whole, when the server cannot tell its structure."""
PIECE = 64 * 1024
HEADER = "HEADER"
"""The section of a message's own header block."""
T = TypeVar("T")

# Written out: somebody waits for them.
_HELD = f"SELECT section, data FROM {Body._meta.db_table} WHERE message_id = %s AND section IN ({{}})"  # noqa: S608
# What was moved a moment ago has no UID in its new place, and is on the server in its old one.
_PLACES = f"""
SELECT mailbox_id, uid FROM {Entry._meta.db_table} WHERE message_id = %s AND uid > 0 ORDER BY expunged, id LIMIT 5
"""  # noqa: S608


def structure_of(message: Message) -> Part:
    """The message's parts: as the server told, else as we read them ourselves."""
    return described(message)[0]


def described(message: Message) -> tuple[Part, tuple[Defect, ...]]:
    """The parts, and what was wrong with the message when we had to read it ourselves."""
    if message.structure:
        return Part.from_json(message.structure), ()
    parsed = _parsed(message)
    return parsed.root, parsed.defects


def sections(message: Message, wanted: Sequence[str]) -> dict[str, bytes]:
    """These parts as transferred, whole. For what is shown; attachments are streamed by `open_part`."""
    if not message.structure:
        parsed = _parsed(message)
        return {section: parsed.body_of(section) for section in wanted}
    return _cached(message, wanted)


def sections_and_header(message: Message, wanted: Sequence[str]) -> tuple[dict[str, bytes], bytes]:
    """These parts, and the header block: fetched along with them, and empty where they are held without it."""
    if not message.structure:
        return sections(message, wanted), _parsed(message).raw
    found = _held(message, [*wanted, HEADER])
    missing = [section for section in wanted if section not in found]
    if missing:
        found |= _fetched(message, missing if HEADER in found else [*missing, HEADER])
    return found, found.pop(HEADER, b"")


def open_part(message: Message, part: Part) -> Generator[bytes, None, None]:
    """A part's content, decoded, piece by piece: however large it is, only a piece is in memory."""
    return _decoded(_transferred(message, part.section), part.encoding)


def open_part_at(message: Message, part: Part, offset: int) -> Generator[bytes, None, None]:
    """The same from that octet of what is transferred on: it must be one where decoding can begin."""
    return _decoded(_transferred(message, part.section, offset), part.encoding)


def transferred_from(message: Message, part: Part, offset: int) -> Iterator[bytes]:
    """A part as transferred, from that octet on."""
    return _transferred(message, part.section, offset)


def read_part(message: Message, part: Part, limit: int) -> bytes:
    """The first `limit` octets of a part's content."""
    found = bytearray()
    for piece in open_part(message, part):
        found += piece
        if len(found) >= limit:
            break
    return bytes(found[:limit])


def _decoded(transferred: Iterator[bytes], encoding: str) -> Generator[bytes, None, None]:
    decoder = TransferDecoder(encoding)
    for piece in transferred:
        yield decoder.feed(piece)
    yield decoder.flush()


def open_message(message: Message) -> Iterator[bytes]:
    """The whole message byte for byte as the server has it, piece by piece, however large it is."""
    return _streamed(message, "")


def header_of(message: Message) -> bytes:
    """The message's own header block."""
    return _cached(message, [HEADER])[HEADER]


def _transferred(message: Message, section: str, offset: int = 0) -> Iterator[bytes]:
    if message.structure:
        return _streamed(message, section, offset)
    return _pieces(_parsed(message).body_of(section), offset)


def _streamed(message: Message, section: str, offset: int = 0) -> Iterator[bytes]:
    if held := _held(message, [section]):
        yield from _pieces(held[section], offset)
    else:
        account = message.account_id
        yield from _anywhere(message, lambda mailbox, uid: client.stream(account, mailbox, uid, section, offset))


def _pieces(data: bytes, offset: int = 0) -> Iterator[bytes]:
    return (data[start : start + PIECE] for start in range(offset, len(data), PIECE))


def _parsed(message: Message) -> Parsed:
    """Read once: a large one is not in the cache, and would be fetched anew for each of its parts."""
    if message.parsed is None:
        message.parsed = parse(_whole(message))
    return message.parsed


def _whole(message: Message) -> bytes:
    if message.size > WHOLE:
        raise TooLarge
    return _cached(message, [""])[""]


def _cached(message: Message, wanted: Sequence[str]) -> dict[str, bytes]:
    found = _held(message, wanted)
    missing = [section for section in wanted if section not in found]
    return found | _fetched(message, missing) if missing else found


def _fetched(message: Message, missing: list[str]) -> dict[str, bytes]:
    fresh = _anywhere(message, lambda mailbox, uid: client.fetch(message.account_id, mailbox, uid, missing))
    keep(message.account_id, message.pk, fresh)
    return fresh


def keep(account_id: int, message_id: int, fresh: Mapping[str, bytes]) -> None:
    """Put parts as transferred into the cache, but for large ones."""
    small = {section: data for section, data in fresh.items() if len(data) <= CACHED}
    of = {"account_id": account_id, "message_id": message_id}
    rows = [Body(**of, section=section, data=data) for section, data in small.items()]
    Body.objects.bulk_create(rows, ignore_conflicts=True)


def _held(message: Message, wanted: Sequence[str]) -> dict[str, bytes]:
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(places), [message.pk, *wanted])
        return {section: bytes(data) for section, data in cursor.fetchall()}


def _anywhere(message: Message, ask: Callable[[int, int], T]) -> T:
    """Ask at one of the message's places; another client may just have moved it from the first."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [message.pk])
        places = cursor.fetchall()
    for mailbox, uid in places[:-1]:
        try:
            return ask(mailbox, uid)
        except MessageGone:
            continue
    if not places:
        raise MessageGone
    return ask(*places[-1])
