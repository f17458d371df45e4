"""Attachments as cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webmail.reading.attachments import Attachment
from webmail.screen.sizes import size

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What a browser may show in a tab of its own; whether it really is one is seen from its bytes when it is asked for."""


@dataclass(frozen=True, slots=True)
class File:
    """One card. The name comes in two, `stem` and `ending`, so that a long one is cut before its ending."""

    stem: str
    ending: str
    size: str
    icon: str
    link: str
    preview: str
    """The address to look at it, empty when it can only be downloaded."""
    preview_label: str
    download_label: str
    warning: str
    """What to think of before it is opened, or empty."""


def card(message: int, attachment: Attachment) -> File:
    octets = size(attachment.size)
    link = part_link(message, attachment.section)
    return File(
        stem=attachment.stem,
        ending=attachment.extension,
        size=octets,
        icon=attachment.icon,
        link=link,
        preview=f"{link}?inline" if attachment.media_type in PICTURES else "",
        preview_label=_("Preview {name}, {size}").format(name=attachment.name, size=octets),
        download_label=_("Download {name}").format(name=attachment.name),
        warning=_("Can run programs") if attachment.is_dangerous else "",
    )


def part_link(message: int, section: str) -> str:
    return f"/message/{message}/part/{section}"


def title(attachments: Sequence[Attachment]) -> str:
    """`3 attachments, 1.5 MB`."""
    total = size(sum(attachment.size for attachment in attachments))
    count = len(attachments)
    return ngettext("{n} attachment, {size}", "{n} attachments, {size}", count).format(n=count, size=total)
