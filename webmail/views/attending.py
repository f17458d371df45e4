"""Answering an invitation: the answer goes to its organiser, and a keyword on the message remembers which it was."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.identities import for_addresses, identities_of
from imapbridge import actions
from imapbridge.mime.headers import clean
from imapbridge.models import Entry, Message
from imapbridge.terms.envelope import Address
from webmail import access
from webmail.compose import attending, outbox
from webmail.reading.invitations import Invitation
from webmail.screen.trust import is_doubtful
from webmail.views import senders, texts

KEYWORDS = {answer: f"$Invitation{answer.capitalize()}" for answer in attending.ANSWERS}


def answered(keywords: Collection[str]) -> str:
    """What was answered, of `attending.ANSWERS`; or empty."""
    return next((answer for answer, keyword in KEYWORDS.items() if keyword in keywords), "")


@require_POST
@login_required
def answer(request: HttpRequest, message_id: int) -> HttpResponse:
    """`answer=accepted|tentative|declined`; back to the message, which says so. Raises MailError.

    400 for what is no invitation that can be answered, or comes from somebody who is probably another.
    """
    message = access.message_for(request.user, message_id)
    wanted, found = request.POST.get("answer", ""), texts.readable(message).invitation
    if wanted not in KEYWORDS or found is None or not attending.can_answer(found):
        return HttpResponseBadRequest()
    if is_doubtful(senders.trust_of(message)):
        return HttpResponseBadRequest()
    query = request.GET.copy()
    query["answer"] = "no"
    if _send(message, found, wanted):
        _remember(message, wanted)
        del query["answer"]
    return redirect(f"/message/{message_id}/?{query.urlencode()}")


def _send(message: Message, found: Invitation, wanted: str) -> bool:
    identities = identities_of(message.account)
    me = for_addresses(identities, [guest.address for guest in found.guests])
    now = timezone.now()
    try:
        composed = attending.reply(found, Address(clean(me.name), me.address), wanted, now, message.message_id)
        outbox.send(message.account, composed, due_at=now)
    except (ValueError, OSError, outbox.TooMany):
        return False
    return True


def _remember(message: Message, wanted: str) -> None:
    held = Entry.objects.filter(message=message.pk, expunged=False).values_list("keywords", flat=True)
    before = {word for words in held for word in words}
    for answer, keyword in KEYWORDS.items():
        if answer == wanted or keyword in before:
            actions.set_label(message.account_id, [message.pk], keyword, wanted=answer == wanted)
