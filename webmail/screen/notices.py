"""What a reader is told around a message's text, in whole sentences."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webmail.reading.message import Readable


@dataclass(frozen=True, slots=True)
class Notice:
    """`css` is a class: empty, `warn` or `danger`."""

    icon: str
    css: str
    text: str


def notices(readable: Readable) -> list[Notice]:
    told = [Notice("info", "", _(notice.text)) for notice in readable.notices]
    if readable.misleading_links:
        link = readable.misleading_links[0]
        sentence = _("A link here says {shown} but leads to {target}.")
        told.append(Notice("triangle-alert", "warn", sentence.format(shown=link.shown, target=link.target)))
    if readable.remote_images:
        told.append(Notice("image-off", "", _blocked(readable.remote_images)))
    if readable.kind == "empty":
        told.append(Notice("info", "", _("This message has no text.")))
    return told


def _blocked(count: int) -> str:
    return ngettext(
        "{n} remote image is blocked to keep your reading private.",
        "{n} remote images are blocked to keep your reading private.",
        count,
    ).format(n=count)
