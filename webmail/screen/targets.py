"""Folders to choose from, when something is to be put into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imapbridge.queries import MailboxItem
from webmail.screen.people import clean
from webmail.screen.sidebar import sidebar


@dataclass(frozen=True, slots=True)
class Target:
    """One folder; `above` are the names of those it is in."""

    id: int
    name: str
    above: str
    icon: str
    flip: str


def targets(boxes: Sequence[MailboxItem], current: int) -> list[Target]:
    """All but the one that it comes from, as the sidebar has them."""
    side = sidebar(boxes, 0)
    shown = {item.key: item for item in (*side.special, *side.folders)}
    return [
        Target(box.id, item.name, clean(box.path[: -len(box.name) - 1]), item.icon, item.flip)
        for box in boxes
        if box.id != current and box.takes_mail
        if (item := shown.get(f"m{box.id}"))
    ]
