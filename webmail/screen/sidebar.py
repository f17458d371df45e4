"""The mailboxes as the sidebar shows them: names of the special ones in the reader's language, icons, counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imapbridge.queries import MailboxItem
from webmail.screen import people

ORDER = ("inbox", "flagged", "sent", "drafts", "all", "archive", "junk", "trash")
"""Special mailboxes in the order they stand in; the inbox's starred ones follow it."""
_ICONS = {
    "inbox": "inbox", "flagged": "star", "sent": "send", "drafts": "file-text", "all": "archive",
    "archive": "archive", "junk": "shield-alert", "trash": "trash-2",
}  # fmt: skip
_NAMES = {
    "inbox": gettext_lazy("Inbox"), "flagged": gettext_lazy("Starred"), "sent": gettext_lazy("Sent"),
    "drafts": gettext_lazy("Drafts"), "all": gettext_lazy("All mail"), "archive": gettext_lazy("Archive"),
    "junk": gettext_lazy("Junk"), "trash": gettext_lazy("Trash"),
}  # fmt: skip
_SHORTCUTS = {"inbox": "g i", "flagged": "g s", "drafts": "g d", "sent": "g t", "archive": "g a"}


@dataclass
class Item:
    """One mailbox."""

    template: ClassVar[str] = "mailbox/_item.html"
    key: str
    """Its id on the page: `m12`."""
    link: str
    name: str
    label: str
    """The accessible name: `Inbox, 3 unread`."""
    icon: str
    flip: str
    shortcut: str
    count: str
    quiet: str
    """A class: the count is not of unread mail."""
    css: str
    depth: int
    current: str
    """`page` or `false`."""


@dataclass
class Branch(Item):
    """A folder that holds others."""

    template: ClassVar[str] = "mailbox/_branch.html"
    collapse: str
    expand: str


@dataclass(frozen=True, slots=True)
class Sidebar:
    """`special` stand on top, `folders` are the tree under a heading of its own."""

    special: list[Item]
    folders: list[Item]


def sidebar(mailboxes: Sequence[MailboxItem], current: int, only: str = "") -> Sidebar:
    special = [box for box in mailboxes if box.special_use in ORDER]
    special.sort(key=lambda box: ORDER.index(box.special_use))
    items = [_item(box, open_=box.id == current and only != "starred") for box in special]
    inbox = next((box for box in special if box.special_use == "inbox"), None)
    if inbox and not any(box.special_use == "flagged" for box in special):
        items.insert(1, _starred(inbox, open_=inbox.id == current and only == "starred"))
    folders = [_folder(box, open_=box.id == current) for box in mailboxes if box.special_use not in ORDER]
    return Sidebar(items, folders)


def name_of(special_use: str, leaf: str) -> str:
    """What a mailbox is called on the screen: a special one in the reader's language."""
    return str(_NAMES[special_use]) if special_use in _NAMES else people.clean(leaf)


def _item(box: MailboxItem, *, open_: bool) -> Item:
    name = name_of(box.special_use, box.name)
    drafts = box.special_use == "drafts"
    count = box.total if drafts else box.unread
    return Item(
        key=f"m{box.id}",
        link=f"/mailbox/{box.id}/",
        name=name,
        label=_label(name, count, drafts=drafts, failed=bool(box.error)),
        icon="triangle-alert"
        if box.error
        else _ICONS.get(box.special_use, "folder-open" if box.has_children else "folder"),
        flip="i-flip" if box.special_use == "sent" else "",
        shortcut=_SHORTCUTS.get(box.special_use, ""),
        count=str(count) if count else "",
        quiet="quiet" if drafts else "",
        css="nav-item" + " has-unread" * bool(count and not drafts),
        depth=min(box.depth, 6),
        current="page" if open_ else "false",
    )


def _folder(box: MailboxItem, *, open_: bool) -> Item:
    item = _item(box, open_=open_)
    if not box.has_children:
        return item
    collapse, expand = _("Collapse {name}"), _("Expand {name}")
    return Branch(**vars(item), collapse=collapse.format(name=item.name), expand=expand.format(name=item.name))


def _starred(inbox: MailboxItem, *, open_: bool) -> Item:
    name = str(_NAMES["flagged"])
    return Item(
        "starred", f"/mailbox/{inbox.id}/?only=starred", name, name, "star", "", "g s", "", "", "nav-item", 0,
        "page" if open_ else "false",
    )  # fmt: skip


def _label(name: str, count: int, *, drafts: bool, failed: bool) -> str:
    if count and drafts:
        label = _("{mailbox}, {n}").format(mailbox=name, n=count)
    elif count:
        label = _("{mailbox}, {n} unread").format(mailbox=name, n=count)
    else:
        label = name
    return _("{label}, not up to date").format(label=label) if failed else label
