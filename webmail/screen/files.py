"""Attachments as cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webmail.reading.attachments import Attachment
from webmail.reading.thumbnails import MAX_OCTETS
from webmail.reading.viewing import way
from webmail.screen.sizes import size


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
    own_tab: bool
    """The preview needs a tab of its own."""
    thumbnail: str
    """The address of a small picture, or empty."""
    preview_label: str
    download_label: str
    warning: str
    """What to think of before it is opened, or empty."""


def card(message: int, attachment: Attachment, link: str = "") -> File:
    """`link`: where it is saved from, when it is no part of the message that the server knows of; then it can only be
    saved."""
    octets = size(attachment.size)
    seen = "" if link else way(attachment)
    return File(
        stem=attachment.stem,
        ending=attachment.extension,
        size=octets,
        icon=attachment.icon,
        link=link or part_link(message, attachment.section),
        preview=preview_link(message, attachment) if seen else "",
        own_tab=seen == "pdf",
        thumbnail=_thumbnail(message, attachment) if seen == "picture" else "",
        preview_label=_("Preview {name}, {size}").format(name=attachment.name, size=octets),
        download_label=_("Download {name}").format(name=attachment.name),
        warning=_warning(attachment),
    )


def _thumbnail(message: int, attachment: Attachment) -> str:
    return f"{part_link(message, attachment.section)}/thumbnail" if attachment.size <= MAX_OCTETS else ""


def _warning(attachment: Attachment) -> str:
    if attachment.is_dangerous:
        return _("Can run programs")
    return _("Can hold programs") if attachment.kind == "archive" else ""


def preview_link(message: int, attachment: Attachment) -> str:
    """Where the attachment can be looked at; a PDF in the browser's own viewer. Empty for what can only be saved."""
    seen = way(attachment)
    link = part_link(message, attachment.section)
    return f"{link}/pdf" if seen == "pdf" else f"{link}/view" if seen else ""


def part_link(message: int, section: str) -> str:
    return f"/message/{message}/part/{section}"


def title(attachments: Sequence[Attachment]) -> str:
    """`3 attachments, 1.5 MB`."""
    total = size(sum(attachment.size for attachment in attachments))
    count = len(attachments)
    return ngettext("{n} attachment, {size}", "{n} attachments, {size}", count).format(n=count, size=total)
