"""What a message says, made readable: from the cache, else from its parts, which may have to be asked of the mail
server. Making HTML safe is the dearest thing a message costs, so it is done once for the page and its frame."""

from __future__ import annotations

import gzip
import time
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language
from redis.exceptions import RedisError

from imapbridge import bodies
from imapbridge.models import Message
from webmail.reading.document import document
from webmail.reading.message import Readable, Reading, read, wanted_sections
from webmail.reading.trust import Trust, trust
from webmail.screen.files import part_link
from webmail.screen.letters import quote_label
from webmail.views import consent
from webmail.views.framing import UNFRAMED, Framing

VERSION = 18
"""Raise it when `webmail.reading` makes something else of the same bytes: the browsers' copies are keyed by it too."""
KEPT_FOR = 3600
LARGEST_KEPT = 512 * 1024


def readable(message: Message, framing: Framing = UNFRAMED) -> Readable:
    """What to show of the message. Raises MailError when its text can not be had.

    HTML is left out: the page only needs to know of it, and its frame asks for `framed`, framed alike.
    """
    key = f"readable:{get_language()}:{message.pk}:{version(message)}.{framing.links}"
    if found := _last(key):
        return found
    if kept := _kept(key):
        return _put_at_hand(key, Readable.from_json(kept))
    made = _read(message, framing)
    if made.kind == "html":
        _compressed(message, made, fitting(framing, made))
        made = replace(made, html="")
    if len(made.html) <= LARGEST_KEPT:
        _keep(key, made.to_json())
    return _put_at_hand(key, made)


def framed(message: Message, framing: Framing = UNFRAMED) -> bytes:
    """The document of the message's frame, gzipped. Raises MailError."""
    found = _kept(_document_key(message, framing))
    return found if isinstance(found, bytes) else _compressed(message, _read(message, framing), framing)


def address(message: Message, framing: Framing) -> str:
    """Where the frame gets its document."""
    return f"/message/{message.pk}/body?v={version(message)}{'&' if framing.query else ''}{framing.query}"


def fitting(framing: Framing, found: Readable) -> Framing:
    """Without what makes no difference to this message: one document then does for all."""
    return replace(framing, images=framing.images if found.remote_images else "", dark=framing.dark and found.paper)


def _compressed(message: Message, made: Readable, framing: Framing) -> bytes:
    """Compressed once, and kept so: it is the larger part of what a newsletter costs to send."""
    made_of = document(made.html, paper=made.paper, scheme=framing.scheme, dark=framing.dark, size=framing.size)
    packed = gzip.compress(made_of.encode(), compresslevel=6, mtime=0)
    if len(packed) <= LARGEST_KEPT:
        _keep(_document_key(message, framing), packed)
    return packed


def _document_key(message: Message, framing: Framing) -> str:
    return f"document:{get_language()}:{message.pk}:{version(message)}:{framing.key}"


def version(message: Message) -> str:
    """What a copy, here or in a browser, must share with the message to be of it: numbers of rows may be given anew."""
    facts = f"{VERSION}.{message.account_id}.{message.thread}.{message.size}"
    return blake2b(facts.encode(), digest_size=6).hexdigest()


at_hand: dict[str, tuple[float, Readable]] = {}
"""What this process has read or made last, until when: the small ones, for asking Redis costs more than all of them."""
MOST_AT_HAND = 500
LARGEST_AT_HAND = 16 * 1024


def _last(key: str) -> Readable | None:
    until, found = at_hand.get(key, (0.0, None))
    return found if until > time.monotonic() else None


def _put_at_hand(key: str, made: Readable) -> Readable:
    if len(made.html) <= LARGEST_AT_HAND:
        if len(at_hand) >= MOST_AT_HAND:
            at_hand.clear()
        at_hand[key] = time.monotonic() + KEPT_FOR, made
    return made


def _kept(key: str) -> Any:
    with suppress(RedisError):
        return cache.get(key)
    return None


def _keep(key: str, value: object) -> None:
    with suppress(RedisError):
        cache.set(key, value, KEPT_FOR)


def _read(message: Message, framing: Framing) -> Readable:
    root, defects = bodies.described(message)
    wanted = wanted_sections(root)
    day = consent.day(framing.images)
    reading = Reading(
        part_url=lambda part: f"{part_link(message.pk, part.section)}?inline",
        remote_url=consent.image_address(message.account.user_id, day) if day else lambda _url: None,
        quote_label=quote_label(),
        dark=framing.dark,
        links=framing.links,
    )
    found, header = bodies.sections_and_header(message, wanted)
    servers = [name.lower() for name in settings.ENV.authserv_ids]
    return replace(
        read(root, found, reading, defects),
        trust=trust(header, message.account.address, servers, message.sender_address) if header else Trust(),
    )
