"""From a draft to what is handed over to be sent: what is said and asked first, when it goes, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import quote

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from webmail import contacts, tasks
from webmail.compose import asking, composed, outbox
from webmail.compose.rates import Refusal
from webmail.contacts.mistaken import mistaken
from webmail.models import Draft, Outgoing
from webmail.screen.account import preferences
from webmail.screen.clock import Clock
from webmail.screen.composer import Problem
from webmail.screen.sizes import size


def problems(draft: Draft, said: set[str], at: datetime | None, clock: Clock) -> list[Problem]:
    """Why it can not go (`at` that moment), else what is asked first and was not `said` yet: `file`, `subject`,
    `crowd`, `alike:` with each address."""
    return _refusals(draft, at, clock) or [one for one in _questions(draft) if one.asks not in said]


def _refusals(draft: Draft, at: datetime | None, clock: Clock) -> list[Problem]:
    to = composed.audience(draft)
    found = [Problem(_("“{typed}” is not a complete address.").format(typed=one), "to") for one in to.wrong]
    if not to.count and not found:
        found.append(Problem(_("Say first to whom it goes."), "to"))
    for one in draft.files.all():
        if not one.is_whole:
            text = _("“{name}” has not arrived yet. Wait for it, or remove it.")
            found.append(Problem(text.format(name=one.name), "files"))
    if refused := outbox.refusal(draft.account, to.count, at=at):
        found.append(Problem(enough(refused, clock), "to"))
    most, octets = limit(draft.account_id), composed.size(draft)
    if most and octets > most:
        text = _("With its files the message has {size}. At most {limit} may be sent.")
        found.append(Problem(text.format(size=size(octets), limit=size(most)), "files"))
    return found


def enough(refused: Refusal, clock: Clock) -> str:
    """That no more may be sent, and from when on it may."""
    if refused.seconds < 0:
        return _too_many(refused).format(n=refused.most)
    moment = (timezone.now() + timedelta(seconds=refused.seconds)).astimezone(clock.tz)
    when = clock.time(moment) if moment.date() == clock.today else clock.full(moment)
    if refused.of_domain:
        text = _("The people of your domain have sent as much as they may for now. You can send again from {when} on, "
                 "or have this message sent later.")  # fmt: skip
    else:
        text = _("You have sent as much as you may for now. You can send again from {when} on, or have this message "
                 "sent later.")  # fmt: skip
    return text.format(when=when)


def _too_many(refused: Refusal) -> str:
    """That it never can go as it is."""
    if not refused.hours:
        return ngettext(
            "One message may go to {n} person at most: write to the others in another one.",
            "One message may go to {n} people at most: write to the others in another one.",
            refused.most,
        )
    if refused.of_domain and refused.hours == 1:
        return ngettext(
            "Within an hour your domain may write to {n} person. Write to the others later, or ask your host for more.",
            "Within an hour your domain may write to {n} people. Write to the others later, or ask your host for more.",
            refused.most,
        )
    if refused.of_domain:
        return ngettext(
            "Within a day your domain may write to {n} person. Write to the others later, or ask your host for more.",
            "Within a day your domain may write to {n} people. Write to the others later, or ask your host for more.",
            refused.most,
        )
    if refused.hours == 1:
        return ngettext(
            "You may write to {n} person within an hour. Write to the others later, or ask your host for more.",
            "You may write to {n} people within an hour. Write to the others later, or ask your host for more.",
            refused.most,
        )
    return ngettext(
        "You may write to {n} person within a day. Write to the others later, or ask your host for more.",
        "You may write to {n} people within a day. Write to the others later, or ask your host for more.",
        refused.most,
    )


def _questions(draft: Draft) -> list[Problem]:
    found = []
    has_files = any(not one.content_id for one in draft.files.all())
    if not has_files and asking.mentions_file(draft.subject, draft.text):
        text = _("You write of an attachment, but no file is attached.")
        found.append(Problem(text, "files", "file", _("Send without it"), _("Attach it")))
    if not draft.subject.strip():
        text = _("It has no subject.")
        found.append(Problem(text, "subject", "subject", _("Send without one"), _("Write one")))
    to = composed.audience(draft)
    for one in mistaken(draft.account, [each.address for each in (*to.to, *to.cc, *to.bcc)]):
        text = _("You have never written to {typed}, which looks like {known}.").format(**one._asdict())
        found.append(Problem(text, "to", f"alike:{quote(one.typed)}", _("It is right"), _("Look again")))
    count = to.count
    if count > asking.CROWD:
        text = ngettext("This goes to {n} person.", "This goes to {n} people.", count).format(n=count)
        found.append(Problem(text, "to", "crowd", _("Send to all of them"), _("Look again")))
    return found


def limit(account_id: int) -> int:
    """Octets that the account's submission server takes of a message; 0: nobody knows yet."""
    return outbox.limit(account_id)


def moment(values: QueryDict, zone: tzinfo) -> datetime | None:
    """When it is to go; None: now. ValueError when that is no moment, or one that has passed."""
    wanted = values.get("later", "")
    if not wanted:
        return None
    at = datetime.fromisoformat(values.get("at", "") if wanted == "at" else wanted).replace(tzinfo=zone)
    if at <= timezone.now():
        raise ValueError(wanted)
    return at.astimezone(UTC)


def send(draft: Draft, user: User, at: datetime | None, clock: Clock) -> dict[str, object]:
    """Hand it over. Returns what the page is told: in words, and for how many seconds it can be had back."""
    seconds = preferences(user).undo_send
    due = at or timezone.now() + timedelta(seconds=seconds)
    outbox.send(
        draft.account,
        composed.composed(draft, timezone.now()),
        due_at=due,
        draft=draft,
        answers=draft.answers,
        dsn=draft.dsn,
    )
    to = composed.audience(draft)
    contacts.wrote_to(draft.account, [(one.name, one.address) for one in (*to.to, *to.cc, *to.bcc)])
    return {"said": _said(at, clock), "draft": draft.pk, "seconds": seconds if at is None else -1}


def sent_already(row: Outgoing, clock: Clock) -> dict[str, object]:
    """The same once more, for who did not hear it."""
    at = row.planned_at if row.scheduled and row.state == Outgoing.State.WAITING else None
    return {"said": _said(at, clock), "draft": row.draft_id or 0, "seconds": -1}


def _said(at: datetime | None, clock: Clock) -> str:
    return _("Goes on {when}").format(when=clock.full(at.astimezone(clock.tz))) if at else _("Sent")


def undo(draft: Draft) -> Draft:
    """Have it back. 404 when it has gone."""
    if not outbox.undo([draft.account_id], draft.outgoing or 0):
        raise Http404
    draft.refresh_from_db()
    return draft


def mirror_soon(draft: Draft) -> None:
    """Have the Drafts mailbox brought up to it, in the background; without a broker, by the clock."""
    tasks.ask_to_mirror(draft.pk)
