"""What the server would not do, as sentences for people: what happened, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imapbridge import errors
from imapbridge.queries import NoticeItem
from webmail.models import Outgoing

Text = str | Promise

_WHAT: dict[str, tuple[Text, Text]] = {
    "move": (
        _("“{subject}” was not moved from {source} to {target}; it is back where it was."),
        _("“{subject}” and {n} more were not moved from {source} to {target}; they are back where they were."),
    ),
    "copy": (
        _("“{subject}” was not copied from {source} to {target}."),
        _("“{subject}” and {n} more were not copied from {source} to {target}."),
    ),
    "expunge": (
        _("“{subject}” was not deleted from {source}; it is back where it was."),
        _("“{subject}” and {n} more were not deleted from {source}; they are back where they were."),
    ),
    "append": (_("A message was not saved in {source}."), _("A message was not saved in {source}.")),
    Outgoing.COPY_NOTICE: (
        _("“{subject}” was sent, but {source} did not get its copy. The copy is kept in the outbox."),
        _("“{subject}” was sent, but {source} did not get its copy. The copy is kept in the outbox."),
    ),
    "create": (_("The folder {target} was not made."),) * 2,
    "rename": (_("The folder {source} was not renamed to {target}; it is where it was."),) * 2,
    "delete": (_("The folder {source} was not deleted; all of it is still there."),) * 2,
    "subscribe": (_("Whether the folder {source} is shown in your mail programs was not changed."),) * 2,
    "flags": (
        _("The marks of “{subject}” were not changed; they are as they were."),
        _("The marks of “{subject}” and {n} more were not changed; they are as they were."),
    ),
}
_WHY: dict[str, Text] = {
    errors.OverQuota.code: _("Your mailbox is full: delete something and empty the trash, then repeat it."),
    errors.NotPermitted.code: _("You are not allowed to do this there."),
    errors.MailboxGone.code: _("Another program has renamed or deleted the folder, so look where the mail is now."),
    errors.MessageGone.code: _("It is not there any more."),
    errors.MailArrived.code: _("New mail has come to it meanwhile: look at it first, then delete the folder again."),
    errors.NameTaken.code: _("There is a folder with this name already: choose another one."),
    errors.TooLarge.code: _("It is larger than the mail server takes."),
    errors.ServerBusy.code: _("The mail server is busy, so repeat it in a few minutes."),
}
_OTHERWISE = _("The mail server refused it, so repeat it later.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line of the list."""

    id: int
    what: str
    why: str


def refusal(item: NoticeItem) -> Refusal:
    """The sentences for one notice."""
    one, many = _WHAT[item.kind]
    what = str(one if item.count == 1 else many)
    values = {"subject": item.subject or "…", "n": item.count - 1, "source": item.source, "target": item.target}
    return Refusal(item.id, what.format(**values), str(_WHY.get(item.code, _OTHERWISE)))
