"""Leaving a mailing list in the reader's place (RFC 8058): one form, sent by the server, on the reader's word only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from webmail import access
from webmail.outside.fetching import NotFetched, post
from webmail.views import texts

FORM = "application/x-www-form-urlencoded"
WORDS = b"List-Unsubscribe=One-Click"


@require_POST
@login_required
def unsubscribe(request: HttpRequest, message_id: int) -> HttpResponse:
    """Back to the message, which says how it went. 400 for one that offers no such way out."""
    message = access.message_for(request.user, message_id)
    where = texts.readable(message).trust.leaving.one_click
    if not where:
        return HttpResponseBadRequest()
    try:
        status = post(where, WORDS, FORM, ours=settings.ENV.inner_hosts)
    except NotFetched:
        status = 0
    query = request.GET.copy()
    query["left"] = "yes" if 200 <= status < 300 else "no"
    return redirect(f"/message/{message_id}/?{query.urlencode()}")
