"""What was done to mail, in one line each: for the person who did it, beside the button that undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


@dataclass(frozen=True, slots=True)
class Done:
    """The sentence, and the keys of the changes that undo takes."""

    text: str
    changes: Sequence[int]

    @property
    def undo(self) -> str:
        """Where a form undoes it."""
        return f"/undo?{urlencode({'change': self.changes}, doseq=True)}"


_NAMED: dict[str, Promise] = {
    "read": _("Marked “{subject}” as read"),
    "unread": _("Marked “{subject}” as unread"),
    "star": _("Starred “{subject}”"),
    "unstar": _("Took the star from “{subject}”"),
    "archive": _("Archived “{subject}”"),
    "inbox": _("Moved “{subject}” to Inbox"),
    "junk": _("Reported “{subject}” as junk"),
    "trash": _("Deleted “{subject}”"),
    "delete": _("Deleted “{subject}” for ever"),
    "move": _("Moved “{subject}” to {mailbox}"),
    "copy": _("Copied “{subject}” to {mailbox}"),
}
_COUNTED = {
    "read": ngettext_lazy("Marked {n} conversation as read", "Marked {n} conversations as read", "n"),
    "unread": ngettext_lazy("Marked {n} conversation as unread", "Marked {n} conversations as unread", "n"),
    "star": ngettext_lazy("Starred {n} conversation", "Starred {n} conversations", "n"),
    "unstar": ngettext_lazy("Took the star from {n} conversation", "Took the star from {n} conversations", "n"),
    "archive": ngettext_lazy("Archived {n} conversation", "Archived {n} conversations", "n"),
    "inbox": ngettext_lazy("Moved {n} conversation to Inbox", "Moved {n} conversations to Inbox", "n"),
    "junk": ngettext_lazy("Reported {n} conversation as junk", "Reported {n} conversations as junk", "n"),
    "trash": ngettext_lazy("Deleted {n} conversation", "Deleted {n} conversations", "n"),
    "delete": ngettext_lazy("Deleted {n} conversation for ever", "Deleted {n} conversations for ever", "n"),
    "move": ngettext_lazy("Moved {n} conversation to {mailbox}", "Moved {n} conversations to {mailbox}", "n"),
    "copy": ngettext_lazy("Copied {n} conversation to {mailbox}", "Copied {n} conversations to {mailbox}", "n"),
}


def named(deed: str, subject: str, mailbox: str = "") -> str:
    """What was done to one conversation; `mailbox` is where a move or copy went."""
    return str(_NAMED[deed]).format(subject=subject, mailbox=mailbox)


def counted(deed: str, n: int, mailbox: str = "") -> str:
    """What was done to so many conversations."""
    return str(_COUNTED[deed] % {"n": n}).format(n=n, mailbox=mailbox)


def is_known(deed: str) -> bool:
    return deed in _COUNTED
