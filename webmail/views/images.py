"""Remote images: letting a message load them, and loading them in the reader's place, so that the sender does not learn
who reads, where, and with what.

What comes is shown when its first bytes prove it to be a picture; what it says of itself counts for nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from imapbridge.models import Message
from webmail import access, csp
from webmail.models import Correspondent
from webmail.models.correspondents import known_as
from webmail.outside.fetching import NotFetched, fetch
from webmail.reading.media import picture
from webmail.reading.pictures import pixels
from webmail.screen.trust import is_doubtful
from webmail.views import consent, senders, shell

LARGEST = 10 * 1024 * 1024
"""Octets of one image."""
MOST_PIXELS = 40_000_000
"""A browser needs four octets for each."""
ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"
CHOICES = ("once", "always", "never")


@require_safe
@login_required
def proxied(request: HttpRequest, seal: str) -> HttpResponse:
    """The image at `url`, whose address we signed for this person."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise PermissionDenied
    url = request.GET.get("url", "")
    if not consent.is_for(seal, shell.person(request).pk, url):
        raise Http404
    try:
        data = fetch(url, accept=ACCEPT, most=LARGEST, ours=settings.ENV.inner_hosts)
    except NotFetched:
        data = b""
    kind = picture(data)
    if not kind or (pixels(data) or MOST_PIXELS + 1) > MOST_PIXELS:
        return HttpResponse(status=404, headers={csp.HEADER: csp.attachment()})
    headers = {csp.HEADER: csp.attachment(), "Cache-Control": f"private, max-age={consent.DAY}, immutable"}
    return HttpResponse(data, content_type=kind, headers=headers)


@require_POST
@login_required
def choose(request: HttpRequest, message_id: int) -> HttpResponse:
    """`show=once|always|never`: load the remote images of this message, or of all that its sender writes; not where the
    sender is probably another. Raises MailError.

    A script gets the consent for the address of its frame; a form leads back to the message.
    """
    message = access.message_for(request.user, message_id)
    wanted = request.POST.get("show", "")
    if wanted not in CHOICES or (wanted == "always" and not message.sender_address):
        return HttpResponseBadRequest()
    if wanted != "never" and is_doubtful(senders.trust_of(message)):
        return HttpResponseBadRequest()  # no page offers it
    if wanted != "once":
        _remember(message, wanted == "always")
    word = "" if wanted == "never" else consent.consent(shell.person(request).pk, message.pk)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"images": word})
    query = request.GET.copy()
    query["images"] = word
    return redirect(f"/message/{message.pk}/?{query.urlencode()}")


def _remember(message: Message, shows: bool) -> None:
    Correspondent.objects.update_or_create(
        account_id=message.account_id, address=known_as(message.sender_address), defaults={"shows_images": shows}
    )
