"""How a sender is treated from now on: blocked, or trusted in spite of a doubt."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imapbridge import actions
from imapbridge.models import Entry, Message
from imapbridge.terms.flags import NOT_PHISHING
from webmail import access
from webmail.models import Correspondent
from webmail.models.correspondents import known_as
from webmail.reading.trust import FAILED, Trust
from webmail.screen.trust import judged
from webmail.views import texts

TREATMENTS = {"block": {"is_blocked": True}, "unblock": {"is_blocked": False}, "safe": {"is_trusted": True}}


@require_POST
@login_required
def treat(request: HttpRequest, message_id: int) -> HttpResponse:
    """`treat=block|unblock|safe`, of who sent the message; back to it. Raises MailError.

    Where the mail server found that a message is not from its sender, only the message is marked as safe: whoever
    else writes in that name is told of as before.
    """
    message = access.message_for(request.user, message_id)
    wanted = request.POST.get("treat", "")
    if wanted not in TREATMENTS or not message.sender_address:
        return HttpResponseBadRequest()
    if wanted == "safe":
        actions.set_label(message.account_id, [message.pk], NOT_PHISHING, wanted=True)
    if wanted != "safe" or texts.readable(message).trust.standing != FAILED:
        Correspondent.objects.update_or_create(
            account_id=message.account_id, address=known_as(message.sender_address), defaults=TREATMENTS[wanted]
        )
    return redirect(f"/message/{message_id}/?{request.GET.urlencode()}")


def trust_of(message: Message) -> Trust:
    """As its page judges it. Two queries beside those for its text. Raises MailError."""
    held = Entry.objects.filter(message=message.pk, expunged=False).values_list("keywords", flat=True)
    trusted = Correspondent.objects.filter(
        account=message.account_id, address=known_as(message.sender_address), is_trusted=True
    )
    keywords = {word for words in held for word in words}
    return judged(texts.readable(message).trust, keywords, is_trusted=trusted.exists())
