"""The first words of new messages, from a bounded piece of their first text part, where the server has no PREVIEW."""

from __future__ import annotations

from collections.abc import Iterable

from imapbridge.mime.parts import choose_body
from imapbridge.mime.preview import preview
from imapbridge.terms.part import Part
from imapbridge.terms.uids import UidSet
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.fetched import Fetched
from imapbridge.wire.items import FetchItems, Section

PIECE = 2048
TIMEOUT = 60.0


def fetch(connection: BlockingConnection, messages: Iterable[Fetched]) -> dict[int, str]:
    """{UID: first words} for the messages that have none yet; one command for each section that texts are found in."""
    wanted: dict[str, dict[int, Part]] = {}
    for message in messages:
        part = _text(message)
        if part is not None:
            wanted.setdefault(part.section, {})[message.uid] = part
    return {uid: words for section, parts in wanted.items() for uid, words in _words(connection, section, parts)}


def _text(message: Fetched) -> Part | None:
    if message.preview is not None or message.structure is None:
        return None
    texts = choose_body(message.structure, prefer="text/plain").shown
    return texts[0] if texts else None


def _words(connection: BlockingConnection, section: str, parts: dict[int, Part]) -> Iterable[tuple[int, str]]:
    items = FetchItems(sections=[Section(section, 0, PIECE)])
    found = connection.run(connection.session.fetch(UidSet.of(parts), items), timeout=TIMEOUT)
    for one in found.messages:
        if one.uid in parts:
            yield one.uid, preview(one.sections.get(section, b""), parts[one.uid])
