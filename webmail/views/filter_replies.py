"""The vacation reply, and forwarding of everything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imapbridge import scripts
from imapbridge.errors import NoFilters
from imapbridge.sieve.rules import Filters, Vacation
from webmail.forms.replies import ForwardingForm, ReplyForm
from webmail.screen import account as person
from webmail.screen.clock import zone
from webmail.views import settings_pages, shell
from webmail.views.filter_pages import Asked, asking, shown

_SAID = re.compile(r'#[^\n]*|require\s*[^;]*;|"(?:[^"\\]|\\.)*"')
"""What is no command: comments, the list of extensions, and strings."""
_REPLIES = re.compile(r"\bvacation\b")


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def reply(asked: Asked) -> HttpResponse:
    found = asked.found
    if not found.abilities.vacation:
        raise NoFilters
    form = ReplyForm(asked.request.POST or None, dates=found.abilities.dates, initial=_shown(found.filters.vacation))
    if asked.request.method == "POST" and form.is_valid() and not _is_answered_twice(asked, form):
        told = _zone(asked.request, form)
        vacation = form.vacation(told)
        asked.save(lambda filters: replace(filters, vacation=vacation))
        return settings_pages.done(reverse("filters"))
    return asked.page("reply.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def forwarding(asked: Asked) -> HttpResponse:
    now = asked.found.filters.forwarding
    form = ForwardingForm(asked.request.POST or None, initial={"address": now.address, "keeps": now.keeps})
    if asked.request.method == "POST" and form.is_valid():
        wanted = form.forwarding()

        def changed(filters: Filters) -> Filters:
            return replace(filters, forwarding=wanted)

        asked.save(changed)
        return settings_pages.done(reverse("filters"))
    return asked.page("forwarding.html", {"form": form}, status=422 if form.errors else 200)


def _shown(vacation: Vacation) -> dict[str, object]:
    return {
        "is_on": vacation.is_on, "first": vacation.first, "last": vacation.last, "subject": vacation.subject,
        "text": vacation.text, "days": vacation.days, "addresses": ", ".join(vacation.addresses),
    }  # fmt: skip


def _is_answered_twice(asked: Asked, form: ReplyForm) -> bool:
    """RFC 5230 4.7: a message with two vacation replies is a fault, and then no rule at all is followed."""
    other = asked.found.foreign or asked.found.host or asked.found.filters.included
    if not other or not form.cleaned_data["is_on"]:
        return False
    shelf = asked.found.shelf
    text = shelf.texts.get(other) or scripts.read(asked.account, other).texts.get(other, "")
    if not _REPLIES.search(_SAID.sub("", text)):
        return False
    said = _("The script “{name}” of another program, which goes on running, answers mail itself. Take that out first.")
    form.add_error("is_on", said.format(name=shown(other)))
    return True


def _zone(request: HttpRequest, form: ReplyForm) -> str:
    """What the person's clock is ahead by on the first day, as `+0130` (RFC 5260 4)."""
    first = form.cleaned_data.get("first")
    there = zone(person.zone_name(shell.person(request)), settings.TIME_ZONE)
    at = datetime.combine(first, time(), there) if first else timezone.now().astimezone(there)
    return at.strftime("%z")[:5] or "+0000"
