"""Redirecting a message: somebody else gets it as it came, and answers go to who wrote it."""

from __future__ import annotations

import re
import secrets

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identities import for_addresses, identities_of
from imapbridge import bodies, queries
from imapbridge.mime.headers import clean
from imapbridge.models import Message
from imapbridge.terms.envelope import Address
from webmail import access
from webmail.compose import outbox
from webmail.compose.recipients import recipients
from webmail.compose.redirecting import Resent
from webmail.screen import people
from webmail.views import sending, shell

_KEY = re.compile(r"[0-9a-f]{32}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def redirected(request: HttpRequest, message_id: int) -> HttpResponse:
    """A page that asks for `to`; then back to the message. Its `key` is the same however often it is sent, so that
    nobody gets it twice. Raises MailError."""
    message = access.message_for(request.user, message_id)
    if request.method != "POST":
        return _page(request, message, "", secrets.token_hex(16))
    key, typed = request.POST.get("key", ""), request.POST.get("to", "")
    if not _KEY.fullmatch(key):
        return HttpResponseBadRequest()
    problem = _passed_on(request, message, typed, key)
    if problem:
        return _page(request, message, typed, key, problem)
    return redirect(f"/message/{message_id}/?{request.GET.urlencode()}")


def _passed_on(request: HttpRequest, message: Message, typed: str, key: str) -> str:
    """What is in the way, in words; empty when it is on its way."""
    found = recipients(typed)
    if wrong := next((one.typed for one in found if not one.is_valid), ""):
        return _("“{typed}” is not a complete address.").format(typed=wrong)
    if not found:
        return _("Say first to whom it goes.")
    named = [address for kind in ("to", "cc") for _name, address in message.recipients.get(kind, ())]
    me = for_addresses(identities_of(message.account), named)
    to = tuple(one.value for one in found)
    try:
        domain = me.address.rpartition("@")[2].encode("idna").decode()
        resent = Resent(f"<{key}@{domain}>", timezone.now(), Address(clean(me.name), me.address), to)
        outbox.pass_on(message.account, resent, bodies.open_message(message), subject=message.subject)
    except outbox.TooMany as fault:
        return sending.enough(fault.refusal, shell.clock(request))
    except ValueError:
        return _("One of the addresses is none that mail can go to.")
    except OSError:
        return _("There is no room to keep the message until it has gone. Try again later.")
    return ""


def _page(request: HttpRequest, message: Message, typed: str, key: str, problem: str = "") -> HttpResponse:
    holder = access.holder_of_message(request.user, message.pk)
    page = shell.context(request, holder, queries.mailboxes(holder.account.pk))
    shown = {
        "message": message.pk,
        "subject": people.clean(message.subject) or _("(no subject)"),
        "to": typed,
        "key": key,
        "problem": problem,
    }
    return render(request, "message/redirect.html", page | shown, status=422 if problem else 200)
