"""Octets of a message for the web: whole small sections, or a part of any size in pieces, through the pool.

A UID means nothing without its UIDVALIDITY: it is compared with the index each time, so that no other message is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from imapbridge.bridge.places import Place
from imapbridge.errors import MessageGone, TooLarge
from imapbridge.pool import Pool
from imapbridge.terms.uids import UidSet
from imapbridge.wire.items import FetchItems, Section
from imapbridge.wire.session import Exchange, Session

MAX_FETCH = 20 * 1024 * 1024
"""Octets of one `fetch`; what is larger is for `stream`."""
PIECE = 512 * 1024
"""Octets asked for at a time while streaming."""


async def fetch(pool: Pool, place: Place, sections: Sequence[str], *, seconds: float) -> list[bytes]:
    """The octets of these sections, in one FETCH. MessageGone; TooLarge when they have more than MAX_FETCH together."""
    wanted = [Section(name, 0, MAX_FETCH + 1) for name in sections]
    found = await _read(pool, place, wanted, seconds)
    if sum(map(len, found)) > MAX_FETCH:
        raise TooLarge
    return found


async def stream(
    pool: Pool, place: Place, section: str, offset: int = 0, *, seconds: float
) -> AsyncGenerator[bytes, None]:
    """The octets of a section from `offset` on in pieces, each within `seconds`. The next piece is under way while
    one is looked at.

    Each piece takes a lease of its own: who waits for a connection gets it between two pieces.
    """
    coming = _begin(pool, place, section, offset, seconds)
    try:
        while len(piece := await coming) == PIECE:
            offset += PIECE
            coming = _begin(pool, place, section, offset, seconds)
            yield piece
        yield piece
    finally:
        coming.cancel()


def _begin(pool: Pool, place: Place, section: str, offset: int, seconds: float) -> asyncio.Task[bytes]:
    task = asyncio.create_task(_piece(pool, place, section, offset, seconds))
    # When the reader leaves, nobody asks any more how it ended.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


async def _piece(pool: Pool, place: Place, section: str, offset: int, seconds: float) -> bytes:
    [piece] = await _read(pool, place, [Section(section, offset, PIECE)], seconds)
    return piece


async def _read(pool: Pool, place: Place, sections: list[Section], seconds: float) -> list[bytes]:
    def command(session: Session) -> Exchange[list[bytes]]:
        return _read_sections(session, place, sections)

    return await pool.run(place.account_id, place.raw_name, command, seconds=seconds)


def _read_sections(session: Session, place: Place, sections: list[Section]) -> Exchange[list[bytes]]:
    selected = session.selected
    if selected is None or selected.raw_name != place.raw_name or selected.uid_validity != place.uid_validity:
        selected = yield from session.select(place.raw_name)
    if place.uid_validity is None or selected.uid_validity != place.uid_validity:
        raise MessageGone
    wanted = UidSet.of([place.uid]), FetchItems(sections=sections)
    result = yield from session.fetch(*wanted)
    if not result.messages:
        # It may have come after this session last heard of the mailbox (RFC 9051 5.2).
        yield from session.noop()
        result = yield from session.fetch(*wanted)
    found = result.messages[0].sections if result.messages else {}
    if not found:
        raise MessageGone
    return [found.get(section.name) or b"" for section in sections]
