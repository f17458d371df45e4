"""The mailboxes as the sidebar shows them: names of the special ones in the reader's language, icons, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from imapbridge.queries import MailboxItem
from webmail.screen import people
from webmail.screen.numbers import number

ORDER = ("inbox", "flagged", "snoozed", "sent", "drafts", "all", "archive", "junk", "trash")
"""Special mailboxes in the order they stand in; the inbox's starred ones follow it."""
STARRED = "is:starred"
"""What finds all that has a star."""
_ICONS = {
    "inbox": "inbox", "flagged": "star", "snoozed": "clock", "sent": "send", "drafts": "file-text", "all": "archive",
    "archive": "archive", "junk": "shield-alert", "trash": "trash-2",
}  # fmt: skip
_NAMES = {
    "inbox": gettext_lazy("Inbox"), "flagged": gettext_lazy("Starred"), "snoozed": gettext_lazy("Snoozed"),
    "sent": pgettext_lazy("mailbox", "Sent"),
    "drafts": gettext_lazy("Drafts"), "all": gettext_lazy("All mail"), "archive": pgettext_lazy("mailbox", "Archive"),
    "junk": gettext_lazy("Junk"), "trash": gettext_lazy("Trash"),
}  # fmt: skip
_SHORTCUTS = {"inbox": "g i", "flagged": "g s", "snoozed": "g b", "drafts": "g d", "sent": "g t", "archive": "g a"}


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
    hue: str
    """The folder's colour; empty for none."""
    more: str
    """What the button for its menu is called."""


@dataclass
class Apart(Item):
    """What is no folder, and has no menu."""

    template: ClassVar[str] = "mailbox/_apart.html"


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


Likes = Mapping[str, Mapping[str, Any]]
"""How people like folders shown, by name: see `MailAccount.folders`."""


def is_hidden(box: MailboxItem, likes: Likes) -> bool:
    """Whether the person has hidden it, and no other program has shown it again since."""
    return bool(likes.get(box.path, {}).get("hidden")) and not box.subscribed


def sidebar(mailboxes: Sequence[MailboxItem], current: int, only: str = "", likes: Likes | None = None) -> Sidebar:
    """Favourites stand below the special mailboxes, and in the tree as well. What is open is shown, hidden or not."""
    likes = likes or {}
    mailboxes = [box for box in mailboxes if box.id == current or not is_hidden(box, likes)]
    special = [box for box in mailboxes if box.special_use in ORDER]
    special.sort(key=lambda box: ORDER.index(box.special_use))
    items: list[Item] = [_item(box, likes, open_=box.id == current) for box in special]
    inbox = next((box for box in special if box.special_use == "inbox"), None)
    if inbox and not any(box.special_use == "flagged" for box in special):
        items.insert(1, _starred(open_=only == f"saved:{STARRED}"))
    own = [(box, _folder(box, likes, open_=box.id == current)) for box in mailboxes if box.special_use not in ORDER]
    items += [_favourite(box, item) for box, item in own if likes.get(box.path, {}).get("favourite")]
    return Sidebar(items, [item for _box, item in own])


def name_of(special_use: str, leaf: str) -> str:
    """What a mailbox is called on the screen: a special one in the reader's language."""
    return str(_NAMES[special_use]) if special_use in _NAMES else people.clean(leaf)


def _favourite(box: MailboxItem, item: Item) -> Item:
    """Once more on top, where it stands flat."""
    plain = Item(**{name: value for name, value in vars(item).items() if name not in {"collapse", "expand"}})
    return replace(plain, key=f"f{box.id}", depth=0)


def _item(box: MailboxItem, likes: Likes, *, open_: bool) -> Item:
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
        css="nav-item" + " has-unread" * bool(count and not drafts) + " takes-mail" * box.takes_mail,
        depth=min(box.depth, 6),
        current="page" if open_ else "false",
        hue=str(likes.get(box.path, {}).get("hue", "")),
        more=_("More: {folder}").format(folder=name),
    )


def _folder(box: MailboxItem, likes: Likes, *, open_: bool) -> Item:
    item = _item(box, likes, open_=open_)
    if not box.has_children:
        return item
    collapse, expand = _("Collapse {name}"), _("Expand {name}")
    return Branch(**vars(item), collapse=collapse.format(name=item.name), expand=expand.format(name=item.name))


def _starred(*, open_: bool) -> Item:
    """In all mailboxes: a search."""
    name = str(_NAMES["flagged"])
    return Apart(
        "starred", f"/search?{urlencode({'q': STARRED})}", name, name, "star", "", "g s", "", "", "nav-item", 0,
        "page" if open_ else "false", "", "",
    )  # fmt: skip


def _label(name: str, count: int, *, drafts: bool, failed: bool) -> str:
    if count and drafts:
        label = _("{mailbox}, {n}").format(mailbox=name, n=number(count))
    elif count:
        words = ngettext("{mailbox}, {n} unread", "{mailbox}, {n} unread", count)
        label = words.format(mailbox=name, n=number(count))
    else:
        label = name
    return _("{label}, not up to date").format(label=label) if failed else label
