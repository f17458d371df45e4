"""Searches that a person keeps, as they stand beside the mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from webmail.screen.sidebar import Apart, Item


class Saved(Protocol):
    """As `access` reads it."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def unread(self) -> int: ...


def address(query: str) -> str:
    return f"/search?{urlencode({'q': query})}"


def saved_searches(kept: Sequence[Saved], shown: str) -> list[Item]:
    """`shown` is the search whose results are on the screen."""
    return [_item(each, shown) for each in kept]


def _item(each: Saved, shown: str) -> Apart:
    label = _("{mailbox}, {n} unread").format(mailbox=each.name, n=each.unread) if each.unread else each.name
    return Apart(
        key=f"q{each.id}",
        link=address(each.query),
        name=each.name,
        label=label,
        icon="bookmark",
        flip="",
        shortcut="",
        count=str(each.unread) if each.unread else "",
        quiet="",
        css="nav-item" + " has-unread" * bool(each.unread),
        depth=0,
        current="page" if each.query == shown else "false",
        hue="",
        more="",
    )
