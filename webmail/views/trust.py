"""Leaving a mailing list in the reader's place, on the reader's word only: one form, sent by the server (RFC 8058), or
a message to the address that the list names (RFC 2369)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.identities import for_addresses, identities_of
from imapbridge.mime.build import Composed, new_message_id
from imapbridge.mime.headers import clean
from imapbridge.models import Message
from imapbridge.terms.envelope import Address
from webmail import access
from webmail.compose import outbox
from webmail.outside.fetching import NotFetched, post
from webmail.reading.trust import Leaving
from webmail.screen.trust import is_doubtful
from webmail.views import senders, texts

FORM = "application/x-www-form-urlencoded"
WORDS = b"List-Unsubscribe=One-Click"
SUBJECT = "unsubscribe"


@require_POST
@login_required
def unsubscribe(request: HttpRequest, message_id: int) -> HttpResponse:
    """Back to the message, which says how it went. 400 for one that offers no such way out."""
    message = access.message_for(request.user, message_id)
    ways = texts.readable(message).trust.leaving
    if ways.one_click:
        is_done = _posted(ways.one_click)
    elif ways.mail and not ways.page and not is_doubtful(senders.trust_of(message)):
        is_done = _written(message, ways)
    else:
        return HttpResponseBadRequest()
    query = request.GET.copy()
    query["left"] = "yes" if is_done else "no"
    return redirect(f"/message/{message_id}/?{query.urlencode()}")


def _posted(where: str) -> bool:
    try:
        return 200 <= post(where, WORDS, FORM, ours=settings.ENV.inner_hosts) < 300
    except NotFetched:
        return False


def _written(message: Message, ways: Leaving) -> bool:
    """From the address that the list writes to."""
    named = [address for kind in ("to", "cc") for _name, address in message.recipients.get(kind, ())]
    me = for_addresses(identities_of(message.account), named)
    now = timezone.now()
    subject = ways.mail_subject or SUBJECT
    try:
        composed = Composed(
            message_id=new_message_id(me.address.rpartition("@")[2]), date=now,
            from_=Address(clean(me.name), me.address), to=(Address("", ways.mail),), subject=subject, text=subject,
        )  # fmt: skip
        outbox.send(message.account, composed, due_at=now)
    except (ValueError, OSError, outbox.TooMany):
        return False
    return True
