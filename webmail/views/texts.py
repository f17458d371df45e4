"""What a message says, made readable: from the cache, else from its parts, which may have to be asked of the mail
server. Making HTML safe is the dearest thing a message costs, so it is done once for the page and its frame."""

from __future__ import annotations

from contextlib import suppress
from hashlib import blake2b

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from imapbridge import bodies
from imapbridge.models import Message
from webmail.reading.message import Readable, Reading, read, wanted_sections
from webmail.screen.files import part_link

VERSION = 1
"""Raise it when `webmail.reading` makes something else of the same bytes: the browsers' copies are keyed by it too."""
KEPT_FOR = 3600
LARGEST_KEPT = 512 * 1024


def readable(message: Message) -> Readable:
    """What to show of the message. Raises MailError when its text can not be had."""
    key = f"readable:{get_language()}:{message.pk}:{version(message)}"
    if found := _kept(key):
        return found
    made = _read(message)
    if len(made.html) <= LARGEST_KEPT:
        with suppress(RedisError):
            cache.set(key, made.to_json(), KEPT_FOR)
    return made


def version(message: Message) -> str:
    """What a copy, here or in a browser, must share with the message to be of it: numbers of rows may be given anew."""
    facts = f"{VERSION}.{message.account_id}.{message.thread}.{message.size}"
    return blake2b(facts.encode(), digest_size=6).hexdigest()


def _kept(key: str) -> Readable | None:
    try:
        found = cache.get(key)
    except RedisError:
        return None
    return Readable.from_json(found) if found else None


def _read(message: Message) -> Readable:
    root, defects = bodies.described(message)
    wanted = wanted_sections(root)
    reading = Reading(
        part_url=lambda part: f"{part_link(message.pk, part.section)}?inline", quote_label=_("Show quoted text")
    )
    return read(root, bodies.sections(message, wanted) if wanted else {}, reading, defects)
