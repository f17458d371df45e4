"""Receipts that senders ask for: one is sent when its reader says so. Either answer is remembered."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.identities import for_addresses, identities_of
from imapbridge import actions
from imapbridge.mime.headers import clean
from imapbridge.models import Message
from imapbridge.terms.envelope import Address
from imapbridge.terms.flags import MDN_SENT
from webmail import access
from webmail.compose import outbox
from webmail.compose.receipts import receipt
from webmail.screen.trust import is_doubtful
from webmail.views import senders, texts


@require_POST
@login_required
def answer(request: HttpRequest, message_id: int) -> HttpResponse:
    """`receipt=yes|no`; back to the message. 400 where none was asked for. Raises MailError."""
    message = access.message_for(request.user, message_id)
    to, wanted = texts.readable(message).trust.receipt_to, request.POST.get("receipt", "")
    if not to or wanted not in ("yes", "no") or (wanted == "yes" and is_doubtful(senders.trust_of(message))):
        return HttpResponseBadRequest()
    if wanted == "no" or _is_sent(message, to):
        actions.set_label(message.account_id, [message.pk], MDN_SENT, wanted=True)
    return redirect(f"/message/{message_id}/?{request.GET.urlencode()}")


def _is_sent(message: Message, to: str) -> bool:
    named = [address for kind in ("to", "cc") for _name, address in message.recipients.get(kind, ())]
    me = for_addresses(identities_of(message.account), named)
    now = timezone.now()
    try:
        made = receipt(to, Address(clean(me.name), me.address), message.subject, message.message_id, now)
        outbox.send(message.account, made, due_at=now)
    except (ValueError, OSError, outbox.TooMany):
        return False
    return True
