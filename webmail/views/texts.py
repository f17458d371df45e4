"""What a message says, made readable: from the cache, else from its parts, which may have to be asked of the mail
server. Making HTML safe is the dearest thing a message costs, so it is done once for the page and its frame."""

from __future__ import annotations

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

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
    key = f"readable:{VERSION}:{get_language()}:{message.pk}"
    found = cache.get(key)
    if isinstance(found, Readable):
        return found
    made = _read(message)
    if len(made.html) <= LARGEST_KEPT:
        cache.set(key, made, KEPT_FOR)
    return made


def _read(message: Message) -> Readable:
    root = bodies.structure_of(message)
    wanted = wanted_sections(root)
    reading = Reading(
        part_url=lambda part: f"{part_link(message.pk, part.section)}?inline", quote_label=_("Show quoted text")
    )
    return read(root, bodies.sections(message, wanted) if wanted else {}, reading)
