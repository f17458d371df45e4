"""The list pane: its head, its rows under headings, and what stands there when there are none."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imapbridge.queries import MailboxItem
from webmail.screen.jobs import Work
from webmail.screen.numbers import number
from webmail.screen.sidebar import name_of
from webmail.screen.tools import Tools


@dataclass(frozen=True, slots=True)
class Part:
    """Rows under one heading; `shown` is False when the page before ended under the same one."""

    key: str
    title: str
    rows: SafeString
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Blank:
    """What stands in the place of rows. `kind`: `empty`, `alert` or `loading`."""

    kind: str
    title: str = ""
    text: str = ""

    @property
    def alone(self) -> bool:
        """Whether it has the window for itself: there will be nothing to read beside it."""
        return self.kind != "loading"


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of the menu for what is listed, and in which order. `current` is `true` or `false`."""

    name: str
    link: str
    current: str


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of the mailbox above its rows, and in the window's title."""

    mailbox: int
    name: str
    title: str
    sub: str
    window: str
    """`Inbox, 3 unread`."""
    changes: str
    refresh: str
    """Addresses."""
    progress: int | None
    """Percent of the first sync, None once it is complete."""
    progress_label: str
    failed: str
    """A sentence when the last sync failed."""
    filters: tuple[Filter, ...]
    orders: tuple[Filter, ...]
    work: tuple[Work, ...] = ()
    """What is under way for all of it."""
    everything: str = ""
    """How the box is called that chooses all there is, and not what is loaded alone."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The list pane, as `mailbox/_list.html` prints it."""

    head: Head
    address: str
    state: int | str
    """Of several mailboxes each one's: `12.8842-15.77`."""
    order: list[tuple[int, int]]
    """(thread, its latest message) of every row, from the top."""
    parts: list[Part]
    older: str
    """The address of the next page, empty at the end."""
    blank: Blank | None
    is_cut: bool = False
    """Whether it begins below the newest."""
    tools: Tools | None = None
    """What can be done to what is chosen; only where the whole pane is printed."""
    newer: str = ""
    """The address of the page before, where the list begins with a later one."""


def head(box: MailboxItem, only: str, sort: str, failed: str, work: tuple[Work, ...] = ()) -> Head:
    name = name_of(box.special_use, box.name)
    title = _("Starred") if only == "starred" else name
    sub = _sub(box, name, only)
    return Head(
        mailbox=box.id,
        name=name,
        title=title,
        sub=sub,
        window=_window(box, title, sub),
        changes=f"/mailbox/{box.id}/changes",
        refresh=f"/mailbox/{box.id}/refresh",
        progress=box.syncing,
        progress_label=_("Syncing {mailbox}").format(mailbox=name),
        failed=failed,
        filters=_filters(box.id, only),
        orders=_orders(box.id, sort),
        work=work,
        everything=_everything(box, name, only),
    )


def _everything(box: MailboxItem, name: str, only: str) -> str:
    if only == "starred":
        return _("All that is starred in {mailbox}").format(mailbox=name)
    if only == "unread":
        return _("All that is unread in {mailbox}").format(mailbox=name)
    words = ngettext("All in {mailbox}: {n} message", "All in {mailbox}: {n} messages", box.total)
    return words.format(mailbox=name, n=number(box.total))


def _sub(box: MailboxItem, name: str, only: str) -> str:
    """The few words beside the title."""
    if only == "unread":
        return _("Unread only")
    if only == "starred":
        return _("in {mailbox}").format(mailbox=name)
    return ngettext("{n} unread", "{n} unread", box.unread).format(n=number(box.unread)) if box.unread else ""


def _window(box: MailboxItem, title: str, sub: str) -> str:
    if sub:
        return _("{mailbox}, {few}").format(mailbox=title, few=sub)
    return title if box.total else _("{mailbox}, empty").format(mailbox=title)


def _filters(mailbox: int, only: str) -> tuple[Filter, ...]:
    names = {"": _("All"), "unread": _("Unread"), "starred": _("Starred")}
    return tuple(
        Filter(name, f"/mailbox/{mailbox}/" + (f"?only={key}" if key else ""), "true" if key == only else "false")
        for key, name in names.items()
    )


def _orders(mailbox: int, sort: str) -> tuple[Filter, ...]:
    """They are for the whole list: choosing one ends a filter, and a filter is newest first."""
    names = {"": _("Newest first"), "unread": _("Unread first")}
    return tuple(
        Filter(name, f"/mailbox/{mailbox}/" + (f"?sort={key}" if key else ""), "true" if key == sort else "false")
        for key, name in names.items()
    )


def blank(box: MailboxItem, only: str, failure: tuple[str, str] | None) -> Blank:
    """What to say in a list without rows; `failure` is the heading and the sentence of the last sync's error."""
    if not box.selectable:
        return Blank("empty", _("Only folders here"), _("This folder holds other folders and no messages."))
    if failure:
        return Blank("alert", *failure)
    if box.syncing is not None:
        return Blank("loading")
    return _empty(only or box.special_use)


def _empty(kind: str) -> Blank:
    """`kind` is a filter or a special use."""
    if kind == "unread":
        return Blank("empty", _("Nothing unread"), _("You have read everything in this folder."))
    if kind == "starred":
        return Blank("empty", _("No stars yet"), _("Star a conversation to find it here again."))
    if kind == "inbox":
        return Blank("empty", _("Nothing waiting"), _("New mail appears here by itself."))
    if kind == "snoozed":
        return Blank("empty", _("Nothing snoozed"), _("What you snooze waits here until its time comes."))
    return Blank("empty", _("Nothing here"), _("There are no messages in this folder."))
