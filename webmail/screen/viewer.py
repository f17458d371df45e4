"""An attachment that is looked at: what stands around it, and what of it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from webmail.reading.attachments import Attachment
from webmail.reading.viewing import way
from webmail.screen.files import part_link, preview_link
from webmail.screen.sizes import size


@dataclass(frozen=True, slots=True)
class Viewed:
    """One attachment in the viewer. Addresses are empty where there is nothing."""

    name: str
    icon: str
    facts: str
    """`1.2 MB · 2 of 3`."""
    back: str
    """The message it belongs to."""
    link: str
    """To save it."""
    download_label: str
    earlier: str
    later: str
    shown: str
    """How it is shown: `picture`, `sound`, `film`, `text`, `letter` or `pdf`; empty: not at all."""
    source: str = ""
    """The address of a picture, a sound, a film or a PDF; of contacts, where they are taken over."""
    text: str = ""
    cut: str = ""
    """That only the beginning is shown, or empty."""


def viewed(message: int, attachment: Attachment, listed: Sequence[Attachment]) -> Viewed:
    """`listed` are all attachments of the message, in the order of their cards."""
    at = next((number for number, each in enumerate(listed) if each.section == attachment.section), -1)
    facts = [size(attachment.size)]
    if at >= 0 and len(listed) > 1:
        facts.append(_("{number} of {count}").format(number=at + 1, count=len(listed)))
    shown = way(attachment)
    return Viewed(
        name=attachment.name,
        icon=attachment.icon,
        facts=" · ".join(facts),
        back=f"/message/{message}/",
        link=part_link(message, attachment.section),
        download_label=_("Download {name}").format(name=attachment.name),
        earlier=_view(message, listed[:at][::-1]) if at > 0 else "",
        later=_view(message, listed[at + 1 :]) if at >= 0 else "",
        shown=shown,
        source=_source(message, attachment, shown),
    )


def _view(message: int, beside: Sequence[Attachment]) -> str:
    """The viewer of the next one that can be looked at."""
    seen = next((each for each in beside if way(each)), None)
    return f"{part_link(message, seen.section)}/view" if seen else ""


def _source(message: int, attachment: Attachment, shown: str) -> str:
    link = part_link(message, attachment.section)
    played = f"{link}?play"
    sources = {"picture": f"{link}?inline", "sound": played, "film": played, "contacts": f"{link}/contacts"}
    return preview_link(message, attachment) if shown == "pdf" else sources.get(shown, "")
