"""Work on everything that a list shows, in words: while it is under way, and once it is done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from imapbridge.queries import JobItem
from imapbridge.terms import labels
from webmail.screen import people
from webmail.screen.numbers import number
from webmail.screen.sidebar import name_of


@dataclass(frozen=True, slots=True)
class Work:
    """A job that is under way, or can be undone still."""

    id: int
    text: str
    total: int
    """0: nobody knows."""
    done: int
    is_over: bool

    @property
    def figures(self) -> str:
        """How far it is, where that is known."""
        return gettext("{done} of {all}").format(done=number(self.done), all=number(self.total)) if self.total else ""


_DOING = {
    "read": _("Marking {folder} as read"),
    "unread": _("Marking {folder} as unread"),
    "star": _("Starring everything in {folder}"),
    "unstar": _("Taking the stars from {folder}"),
    "move": _("Moving everything from {folder} to {what}"),
    "copy": _("Copying everything from {folder} to {what}"),
    "label": _("Labelling everything in {folder} {what}"),
    "unlabel": _("Taking the label {what} from {folder}"),
    "relabel": _("Renaming a label to {what} in {folder}"),
    "mute": _("Muting everything in {folder}"),
    "unmute": _("Ending the mute of everything in {folder}"),
    "filter": _("Applying the rule {what} to {folder}"),
    "empty": _("Emptying {folder}"),
    "undo": _("Putting {folder} back as it was"),
}
_DONE = {
    "read": ngettext_lazy("{n} message in {folder} marked as read", "{n} messages in {folder} marked as read", "n"),
    "unread": ngettext_lazy(
        "{n} conversation in {folder} marked as unread", "{n} conversations in {folder} marked as unread", "n"
    ),
    "star": ngettext_lazy("{n} conversation in {folder} starred", "{n} conversations in {folder} starred", "n"),
    "unstar": ngettext_lazy(
        "Took the star from {n} conversation in {folder}", "Took the star from {n} conversations in {folder}", "n"
    ),
    "move": ngettext_lazy(
        "Moved {n} conversation from {folder} to {what}", "Moved {n} conversations from {folder} to {what}", "n"
    ),
    "copy": ngettext_lazy(
        "Copied {n} conversation from {folder} to {what}", "Copied {n} conversations from {folder} to {what}", "n"
    ),
    "label": ngettext_lazy(
        "Labelled {n} conversation in {folder} {what}", "Labelled {n} conversations in {folder} {what}", "n"
    ),
    "unlabel": ngettext_lazy(
        "Took the label {what} from {n} conversation in {folder}",
        "Took the label {what} from {n} conversations in {folder}",
        "n",
    ),
    "relabel": ngettext_lazy(
        "Renamed the label of {n} conversation in {folder} to {what}",
        "Renamed the label of {n} conversations in {folder} to {what}",
        "n",
    ),
    "mute": ngettext_lazy("Muted {n} conversation in {folder}", "Muted {n} conversations in {folder}", "n"),
    "unmute": ngettext_lazy(
        "You will hear of {n} conversation in {folder} again",
        "You will hear of {n} conversations in {folder} again",
        "n",
    ),
    "filter": ngettext_lazy(
        "Applied the rule {what}: looked at {n} message in {folder}",
        "Applied the rule {what}: looked at {n} messages in {folder}",
        "n",
    ),
    "empty": ngettext_lazy("{n} deleted from {folder} for ever", "{n} deleted from {folder} for ever", "n"),
    "undo": ngettext_lazy("{folder} is as it was", "{folder} is as it was", "n"),
}


_DONE_BY_MESSAGE = _DONE | {
    "unread": ngettext_lazy(
        "{n} message in {folder} marked as unread", "{n} messages in {folder} marked as unread", "n"
    ),
    "star": ngettext_lazy("{n} message in {folder} starred", "{n} messages in {folder} starred", "n"),
    "unstar": ngettext_lazy(
        "Took the star from {n} message in {folder}", "Took the star from {n} messages in {folder}", "n"
    ),
    "move": ngettext_lazy(
        "Moved {n} message from {folder} to {what}", "Moved {n} messages from {folder} to {what}", "n"
    ),
    "copy": ngettext_lazy(
        "Copied {n} message from {folder} to {what}", "Copied {n} messages from {folder} to {what}", "n"
    ),
    "label": ngettext_lazy("Labelled {n} message in {folder} {what}", "Labelled {n} messages in {folder} {what}", "n"),
    "unlabel": ngettext_lazy(
        "Took the label {what} from {n} message in {folder}",
        "Took the label {what} from {n} messages in {folder}",
        "n",
    ),
    "mute": ngettext_lazy("Muted {n} message in {folder}", "Muted {n} messages in {folder}", "n"),
    "unmute": ngettext_lazy(
        "You will hear of {n} message in {folder} again", "You will hear of {n} messages in {folder} again", "n"
    ),
}
"""Where each message stands by itself."""


def work(job: JobItem) -> Work:
    folder = people.clean(name_of(job.special_use, job.name))
    if job.words:
        folder = gettext("Search: {words}").format(words=people.clean(job.words)[:200])
    there = people.clean(name_of(job.target_use, job.target_name)) if job.target_name else ""
    given = job.keyword if job.kind == "filter" else labels.name_of(job.keyword.rpartition(" ")[2])
    what = there or people.clean(given)
    over = (_DONE_BY_MESSAGE if job.by_message else _DONE)[job.kind]
    pattern = over % {"n": job.done} if job.is_over else _DOING[job.kind]
    text = str(pattern).format(folder=folder, what=what, n=job.done)
    return Work(job.id, text, max(job.total, job.done) if job.total else 0, job.done, job.is_over)


def of_account(one: Work, name: str) -> Work:
    """For who has several."""
    return replace(one, text=gettext("{account}: {folder}").format(account=name, folder=one.text))


def stopped(job: JobItem) -> str:
    """What is said to who has stopped it: what is done stays done."""
    if job.kind == "undo":
        return gettext("Stopped. What was put back by then stays as it is now.")
    return gettext("Stopped. {done}").format(done=work(job).text)
