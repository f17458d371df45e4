"""What was done to mail, in one line each: for the person who did it, beside the button that undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Done:
    """The sentence, and the keys of the changes that undo takes, if it can be undone; or of the job."""

    text: str
    changes: Sequence[int]
    is_job: bool = False

    @property
    def undo(self) -> str:
        """Where a form undoes it."""
        if self.is_job:
            return undo_of(self.changes)
        return f"/undo?{urlencode({'change': self.changes}, doseq=True)}"


def undo_of(jobs: Sequence[int]) -> str:
    """Where a form undoes these jobs."""
    if len(jobs) == 1:
        return f"/jobs/{jobs[0]}/undo"
    return f"/inbox/undo?{urlencode({'job': jobs}, doseq=True)}"


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
    "move": _("Moved “{subject}” to {what}"),
    "copy": _("Copied “{subject}” to {what}"),
    "label": _("Labelled “{subject}” {what}"),
    "unlabel": _("Took the label {what} from “{subject}”"),
    "snooze": _("Snoozed “{subject}”"),
    "mute": _("Muted “{subject}”"),
    "unmute": _("You will hear of “{subject}” again"),
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
    "move": ngettext_lazy("Moved {n} conversation to {what}", "Moved {n} conversations to {what}", "n"),
    "copy": ngettext_lazy("Copied {n} conversation to {what}", "Copied {n} conversations to {what}", "n"),
    "label": ngettext_lazy("Labelled {n} conversation {what}", "Labelled {n} conversations {what}", "n"),
    "unlabel": ngettext_lazy(
        "Took the label {what} from {n} conversation", "Took the label {what} from {n} conversations", "n"
    ),
    "snooze": ngettext_lazy("Snoozed {n} conversation", "Snoozed {n} conversations", "n"),
    "mute": ngettext_lazy("Muted {n} conversation", "Muted {n} conversations", "n"),
    "unmute": ngettext_lazy("You will hear of {n} conversation again", "You will hear of {n} conversations again", "n"),
    "folder": ngettext_lazy("Deleted {n} folder", "Deleted {n} folders", "n"),
}
_COUNTED_BY_MESSAGE = {
    "read": ngettext_lazy("Marked {n} message as read", "Marked {n} messages as read", "n"),
    "unread": ngettext_lazy("Marked {n} message as unread", "Marked {n} messages as unread", "n"),
    "star": ngettext_lazy("Starred {n} message", "Starred {n} messages", "n"),
    "unstar": ngettext_lazy("Took the star from {n} message", "Took the star from {n} messages", "n"),
    "archive": ngettext_lazy("Archived {n} message", "Archived {n} messages", "n"),
    "inbox": ngettext_lazy("Moved {n} message to Inbox", "Moved {n} messages to Inbox", "n"),
    "junk": ngettext_lazy("Reported {n} message as junk", "Reported {n} messages as junk", "n"),
    "trash": ngettext_lazy("Deleted {n} message", "Deleted {n} messages", "n"),
    "delete": ngettext_lazy("Deleted {n} message for ever", "Deleted {n} messages for ever", "n"),
    "move": ngettext_lazy("Moved {n} message to {what}", "Moved {n} messages to {what}", "n"),
    "copy": ngettext_lazy("Copied {n} message to {what}", "Copied {n} messages to {what}", "n"),
    "label": ngettext_lazy("Labelled {n} message {what}", "Labelled {n} messages {what}", "n"),
    "unlabel": ngettext_lazy("Took the label {what} from {n} message", "Took the label {what} from {n} messages", "n"),
    "snooze": ngettext_lazy("Snoozed {n} message", "Snoozed {n} messages", "n"),
    "mute": ngettext_lazy("Muted {n} message", "Muted {n} messages", "n"),
    "unmute": ngettext_lazy("You will hear of {n} message again", "You will hear of {n} messages again", "n"),
}
"""Where each message stands by itself."""
_NO_LONGER_NAMED = {
    "move": ngettext_lazy("Moved {n} conversation", "Moved {n} conversations", "n"),
    "copy": ngettext_lazy("Copied {n} conversation", "Copied {n} conversations", "n"),
    "label": ngettext_lazy("Labelled {n} conversation", "Labelled {n} conversations", "n"),
    "unlabel": ngettext_lazy("Took a label from {n} conversation", "Took a label from {n} conversations", "n"),
}
_NO_LONGER_NAMED_BY_MESSAGE = {
    "move": ngettext_lazy("Moved {n} message", "Moved {n} messages", "n"),
    "copy": ngettext_lazy("Copied {n} message", "Copied {n} messages", "n"),
    "label": ngettext_lazy("Labelled {n} message", "Labelled {n} messages", "n"),
    "unlabel": ngettext_lazy("Took a label from {n} message", "Took a label from {n} messages", "n"),
}
"""Where nobody knows any more where to, or which label."""


def named(deed: str, subject: str, what: str = "") -> str:
    """What was done to one conversation; `what` is where a move or copy went, or the label."""
    return str(_NAMED[deed]).format(subject=subject, what=what)


def counted(deed: str, n: int, what: str = "", *, by_message: bool = False) -> str:
    """What was done to so many conversations, or messages by themselves."""
    patterns = _COUNTED_BY_MESSAGE if by_message else _COUNTED
    if not what:
        patterns = patterns | (_NO_LONGER_NAMED_BY_MESSAGE if by_message else _NO_LONGER_NAMED)
    return str(patterns[deed] % {"n": n}).format(n=n, what=what)


def partly_undone() -> str:
    return gettext("Some of it was undone. The rest cannot be undone any more.")


def afoot() -> str:
    """Of what is done to everything, and is not over."""
    return gettext("What you did to everything goes on in the background.")


def is_known(deed: str) -> bool:
    return deed in _COUNTED
