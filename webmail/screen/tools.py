"""The buttons for what can be done to conversations, as the mailbox they are in and its account have it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imapbridge.queries import MailboxItem
from webmail.screen.rows import Place


@dataclass(frozen=True, slots=True)
class Tool:
    """One button. `do` is what its form sends; `row` its name beside a conversation, with `{subject}` in it."""

    do: str
    name: Promise
    icon: str
    key: str
    row: Promise
    css: str = ""


@dataclass(frozen=True, slots=True)
class Tools:
    """What can be done in a mailbox. `quick` has a button on every row; an address takes `c=` and a conversation."""

    mailbox: int
    address: str
    quick: tuple[Tool, ...]
    junk: tuple[Tool, ...]
    """Report junk or Not junk; nothing where there is no mailbox for it."""
    mute: tuple[Tool, ...] = ()
    """Mute, or in the archive its opposite."""


_ARCHIVE = Tool("archive", _("Archive"), "archive", "e", _("Archive: {subject}"))
_INBOX = Tool("inbox", _("Move to Inbox"), "inbox", "e", _("Move to Inbox: {subject}"))
_TRASH = Tool("trash", _("Delete"), "trash-2", "#", _("Delete: {subject}"), "danger")
_DELETE = Tool("delete", _("Delete for ever"), "trash-2", "#", _("Delete for ever: {subject}"), "danger")
_SNOOZE = Tool("snooze", _("Snooze"), "clock", "b", _("Snooze: {subject}"))
_JUNK = Tool("junk", _("Report junk"), "shield-alert", "!", _("Report junk: {subject}"))
_MUTE = Tool("mute", _("Mute"), "bell", "m", _("Mute: {subject}"))
_UNMUTE = Tool("unmute", _("Unmute"), "bell", "m", _("Unmute: {subject}"))
_NOT_JUNK = Tool("inbox", _("Not junk"), "inbox", "!", _("Not junk: {subject}"))


_NOT_SNOOZED = {"drafts", "sent", "junk", "trash"}


def tools(box: MailboxItem, place: Place, boxes: Collection[MailboxItem]) -> Tools:
    """`boxes` are all of the account."""
    uses = {each.special_use for each in boxes if each.selectable}
    return Tools(
        box.id, place.act, _quick(box.special_use, uses), _junk(box.special_use, uses), _mute(box.special_use, uses)
    )


def _quick(here: str, uses: Collection[str]) -> tuple[Tool, ...]:
    to_trash = "trash" in uses and here != "trash"
    comes_back = here in {"archive", "snoozed"}
    is_there = ("inbox" if comes_back else "archive") in uses
    filing = (_INBOX if comes_back else _ARCHIVE,) if is_there else ()
    snooze = () if here in _NOT_SNOOZED or "inbox" not in uses else (_SNOOZE,)
    return (*filing, _TRASH if to_trash else _DELETE, *snooze)


def _mute(here: str, uses: Collection[str]) -> tuple[Tool, ...]:
    if here == "archive":
        return (_UNMUTE,)
    return (_MUTE,) if "archive" in uses and here not in _NOT_SNOOZED else ()


def _junk(here: str, uses: Collection[str]) -> tuple[Tool, ...]:
    if here == "junk":
        return (_NOT_JUNK,) if "inbox" in uses else ()
    return (_JUNK,) if "junk" in uses else ()
