"""What can be done to a folder, in words, and where it can be put. Knows no request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from imapbridge.actions.folders import NameRefused, NotToBeChanged
from imapbridge.queries import MailboxItem
from webmail.screen.numbers import number
from webmail.screen.sidebar import ORDER, is_hidden, name_of

Likes = Mapping[str, Mapping[str, Any]]
USES = {
    "drafts": gettext_lazy("Drafts"), "sent": gettext_lazy("Sent mail"), "archive": pgettext_lazy("mailbox", "Archive"),
    "junk": gettext_lazy("Junk"), "trash": gettext_lazy("Trash"),
}  # fmt: skip
EMPTIED = {"trash", "junk"}
_REASONS: dict[str, str | Promise] = {
    "empty": gettext_lazy("Enter a name."),
    "long": gettext_lazy("This name is too long: 200 characters are the most."),
    "control": gettext_lazy("This name has characters in it that cannot be shown."),
    "delimiter": gettext_lazy("This mail server keeps {delimiter} for itself: leave it out of the name."),
    "taken": gettext_lazy("A folder with this name is already there."),
    "leaving": gettext_lazy("The folder with this name is being deleted: try again in half a minute."),
    "inbox": gettext_lazy("There is one inbox only: choose another name."),
    "special": gettext_lazy(
        "It, or a folder inside it, is used for sent mail, deleted mail or the like. Choose another one for that first."
    ),
    "inside": gettext_lazy("A folder cannot be put inside itself."),
    "flat": gettext_lazy("This mail server has no folders inside others."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """A link to a page that asks (`name` is empty), or a button of the form `act`."""

    label: str
    icon: str
    address: str
    name: str = ""
    value: str = ""
    css: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """A folder that others can be in; `id` 0 is the top."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A folder in the list of all."""

    id: int
    link: str
    address: str
    label: str
    more: str
    below: str
    """How much is in it, and what is special about it."""


def refused(error: NameRefused | NotToBeChanged) -> str:
    """Why a folder cannot be called so, or be put there."""
    return str(_REASONS[error.reason]).format(delimiter=getattr(error, "delimiter", ""))


def path_of(boxes: Sequence[MailboxItem], box: MailboxItem) -> str:
    """`Co-op / Lease`."""
    above = next((each for each in boxes if each.id == box.parent), None)
    name = name_of(box.special_use, box.name)
    return f"{path_of(boxes, above)} / {name}" if above else name


def where(boxes: Sequence[MailboxItem], without: Collection[int] = ()) -> list[Where]:
    """Where a folder can be put: at the top, or in one that is for nothing else."""
    inside = [box for box in boxes if box.special_use not in ORDER and box.delimiter and box.id not in without]
    return [Where(0, _("Top level")), *(Where(box.id, path_of(boxes, box)) for box in inside)]


def actions(box: MailboxItem, likes: Likes) -> list[Action]:
    """What can be done to a folder, in the order of its menu."""
    base, mine = f"/folders/{box.id}/", likes.get(box.path, {})
    found = []
    if box.selectable and box.unread:
        found.append(Action(_("Mark all as read"), "mail-open", f"{base}read", "all", "1"))
    if box.special_use not in ORDER:
        found += _own(box, base, mine, hidden=is_hidden(box, likes))
    if box.selectable:
        found.append(Action(_("Colour and use"), "folder", base))
    if box.special_use in EMPTIED and box.total:
        label = _("Empty {folder}").format(folder=name_of(box.special_use, box.name))
        found.append(Action(label, "trash-2", f"{base}empty", css="danger"))
    if not box.special_use:
        found.append(Action(_("Delete"), "trash-2", f"{base}delete", css="danger"))
    return found


def _own(box: MailboxItem, base: str, mine: Mapping[str, Any], *, hidden: bool) -> list[Action]:
    """Of a folder that the person made."""
    favourite = bool(mine.get("favourite"))
    found = [Action(_("New folder inside"), "folder-plus", f"/folders/new?in={box.id}")] if box.delimiter else []
    if not box.special_use:
        found += [
            Action(_("Rename"), "square-pen", f"{base}rename"),
            Action(_("Move to"), "folder-input", f"{base}move"),
        ]
    words = _("Remove from favourites") if favourite else _("Add to favourites")
    found.append(Action(words, "star", f"{base}like", "favourite", "0" if favourite else "1"))
    words = _("Show in the sidebar") if hidden else _("Hide")
    return [*found, Action(words, "eye", f"{base}like", "shown", "1" if hidden else "0")]


def lines(boxes: Sequence[MailboxItem], likes: Likes) -> list[Line]:
    """All folders, also those that the sidebar hides."""
    return [_line(boxes, box, likes) for box in boxes]


def _line(boxes: Sequence[MailboxItem], box: MailboxItem, likes: Likes) -> Line:
    label = path_of(boxes, box)
    about = [ngettext("{n} message", "{n} messages", box.total).format(n=number(box.total))] if box.selectable else []
    about += [ngettext("{n} unread", "{n} unread", box.unread).format(n=number(box.unread))] if box.unread else []
    about += [_("favourite")] if likes.get(box.path, {}).get("favourite") else []
    about += [_("hidden")] if is_hidden(box, likes) else []
    more = _("More: {folder}").format(folder=label)
    return Line(box.id, f"/mailbox/{box.id}/", f"/folders/{box.id}/", label, more, " · ".join(about))


def deletion(boxes: Sequence[MailboxItem], family: Collection[int], box: MailboxItem) -> str:
    """What goes with a folder."""
    total = sum(each.total for each in boxes if each.id in family)
    count = len(family) - 1
    if not count:
        return ngettext(
            "{n} message in it will be deleted for ever, with the folder.",
            "{n} messages in it will be deleted for ever, with the folder.",
            total,
        ).format(n=total)
    # Counted as a list has it: a sentence could go by one of the two numbers only.
    words = _("With the folder, everything in it will be deleted for ever. Messages: {messages}. Folders: {folders}.")
    return words.format(messages=total, folders=count)
