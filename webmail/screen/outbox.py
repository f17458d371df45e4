"""What is on its way out, as the page of the outbox shows it: how it stands, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imapbridge import actions, errors
from webmail.models import Outgoing
from webmail.screen import people
from webmail.screen.clock import Clock
from webmail.screen.delivery import Delivery, deliveries
from webmail.screen.sidebar import Apart

State = Outgoing.State
_NAMED = 3
"""Recipients whose addresses stand in the line."""

_PROBLEMS: dict[str, Promise] = {
    errors.SignInRefused.code: gettext_lazy("Your mail server refused the password: sign in again."),
    errors.CertificateRefused.code: gettext_lazy("Your mail server could not prove who it is, so nothing was sent."),
    errors.NotPermitted.code: gettext_lazy("Your mail server may not be used without encryption."),
    errors.NotPrivate.code: gettext_lazy("Your mail server offered no encryption, so nothing was sent."),
    errors.ServerBusy.code: gettext_lazy("Your mail server is busy."),
    errors.ServerTimedOut.code: gettext_lazy("Your mail server did not answer in time."),
}
_SAYS_WHY = (errors.SignInRefused.code, errors.ServerBusy.code)
"""The server's own words may tell what to do, as that it wants a password for this program alone."""
_UNREACHED = gettext_lazy("Your mail server could not be reached.")
_SIGNED_OUT = gettext_lazy("You were signed out, so it could not be sent.")
_NO_WAY_IN = gettext_lazy("Your mail server does not let you sign in with a password.")
_STANDS: dict[str, Promise] = {
    State.SENDING: gettext_lazy("It is being sent."),
    State.UNKNOWN: gettext_lazy(
        "All of it was sent, and the mail server did not answer, so nobody knows whether it came. Ask somebody it was "
        "for; it is not sent again by itself."
    ),
    State.REFUSED: gettext_lazy("Nobody got it. You can change it and send it again."),
    State.PARTLY: gettext_lazy("Not everybody got it."),
}
_COPY = gettext_lazy("It was sent, but there is no copy in your Sent folder yet.")
_COPY_WHY: dict[str, Promise] = {
    errors.OverQuota.code: gettext_lazy("Your mailbox is full: make room in it, then save the copy."),
    errors.TooLarge.code: gettext_lazy("It is larger than the mail server keeps."),
    errors.MailboxGone.code: gettext_lazy("The folder is gone: it is made anew when you save the copy."),
    actions.NoMailboxFor.code: gettext_lazy("There is no such folder: choose one in the settings, or make one."),
}
_COPY_REFUSED = gettext_lazy("The mail server did not take it; it is tried again now and then.")


@dataclass(frozen=True, slots=True)
class Button:
    """`do` is what the form says."""

    do: str
    label: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One message."""

    id: int
    subject: str
    to: str
    stands: str
    told: list[Delivery]
    buttons: list[Button]


def line(row: Outgoing, clock: Clock) -> Line:
    """How it stands."""
    subject = people.clean(row.subject) or _("(no subject)")
    told = [] if row.state == State.UNKNOWN or row.dismissed else _told(row)
    buttons = [*_buttons(row), *(_copy_buttons() if _lacks_copy(row) else ())]
    return Line(row.pk, subject, _to(row), _stands(row, clock), told, buttons)


def _told(row: Outgoing) -> list[Delivery]:
    """Of whom there is something to tell; who has not got it yet, when others have."""
    lacking = [one for one in row.recipients if row.begun and one["state"] == Outgoing.Fate.WAITING]
    return [*deliveries(row.recipients, only_trouble=True), *deliveries(lacking)]


def _to(row: Outgoing) -> str:
    names = [people.clean(one["address"]) for one in row.recipients]
    shown, more = ", ".join(names[:_NAMED]), len(names) - _NAMED
    return _("{names} and {n} more").format(names=shown, n=more) if more > 0 else shown


def _lacks_copy(row: Outgoing) -> bool:
    return row.copy == Outgoing.Copy.HELD


def _stands(row: Outgoing, clock: Clock) -> str:
    sent = "" if row.state == State.SENT or row.dismissed else _sending(row, clock)
    copy = f"{_COPY} {_COPY_WHY.get(row.copy_problem, _COPY_REFUSED)}" if _lacks_copy(row) else ""
    return " ".join(filter(None, (sent, copy)))


def _sending(row: Outgoing, clock: Clock) -> str:
    if row.state == State.REFUSED and row.problem:
        return f"{_why(row)} {_STANDS[row.state]}"
    if row.state != State.WAITING:
        return str(_STANDS[row.state])
    when = clock.full(row.due_at.astimezone(clock.tz))
    if row.problem == Outgoing.LIMITED and not row.counted:
        return _("As much was sent as may be for now. This goes by itself on {when}.").format(when=when)
    if not row.attempts:
        return _("It goes on {when}.").format(when=when)
    again = _("It is tried again on {when}.").format(when=when) if row.due_at > timezone.now() else ""
    begun = _("Some have got it already.") if row.begun else ""
    return " ".join(filter(None, (_why(row), begun, again)))


def _why(row: Outgoing) -> str:
    if row.problem == errors.NotPermitted.code and row.said:
        return str(_NO_WAY_IN)
    if row.problem == errors.SignInRefused.code and row.refused_secret is None:
        return str(_SIGNED_OUT)
    if row.problem:
        said = _("The mail server said: “{said}”").format(said=people.clean(row.said)[:300])
        why = str(_PROBLEMS.get(row.problem, _UNREACHED))
        return f"{why} {said}" if row.said and row.problem in _SAYS_WHY else why
    said = next((one["said"] for one in row.recipients if one["state"] == Outgoing.Fate.WAITING and one["said"]), "")
    if said:
        return _("Your mail server wants it later: “{said}”").format(said=people.clean(said)[:300])
    return _("Your mail server wants it later.")


def _buttons(row: Outgoing) -> list[Button]:
    if row.state == State.UNKNOWN:
        return [Button("arrived", _("It came")), Button("again", _("Send it again"))]
    if row.state == State.PARTLY and not row.dismissed:
        return [Button("dismiss", _("I have read this"))]
    if row.state == State.REFUSED:
        return [*_edit(row, _("Edit")), Button("discard", _("Discard"), "ghost")]
    if row.state != State.WAITING:
        return []
    now = Button("now", _("Send now"))
    if row.begun:
        return [now, Button("cancel", _("Stop trying"), "ghost")]
    return [now, *_edit(row, _("Take back and edit")), Button("discard", _("Discard"), "ghost")]


def _copy_buttons() -> list[Button]:
    return [Button("file", _("Save the copy")), Button("forgo", _("Do without it"), "ghost")]


def _edit(row: Outgoing, label: str) -> list[Button]:
    """What was not written here, such as what is passed on, would only be gone."""
    return [Button("edit", label)] if row.draft_id else []


def outbox_item(count: int, *, open_: bool) -> Sequence[Apart]:
    """Its place beside the mailboxes, while it holds something."""
    if not count:
        return ()
    name = _("Outbox")
    label = _("{mailbox}, {n}").format(mailbox=name, n=count)
    return (
        Apart(
            key="outbox", link="/outbox", name=name, label=label, icon="clock", flip="", shortcut="", count=str(count),
            quiet="quiet", css="nav-item", depth=0, current="page" if open_ else "false", hue="", more="",
        ),
    )  # fmt: skip
