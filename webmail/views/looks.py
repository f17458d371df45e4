"""How messages look to a person: darkened or in their own colours by sender, and how large their text is here."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST

from webmail import access
from webmail.models import Correspondent
from webmail.models.correspondents import known_as
from webmail.reading.document import SIZES
from webmail.views import back
from webmail.views.framing import SIZE_COOKIE, text_size

YEAR = 365 * 24 * 3600


@require_POST
@login_required
def colours(request: HttpRequest, message_id: int) -> HttpResponse:
    """`colours=dark|original`: of all that this message's sender writes, where the screen is dark."""
    message = access.message_for(request.user, message_id)
    wanted = request.POST.get("colours", "")
    if wanted not in {"dark", "original"} or not message.sender_address:
        return HttpResponseBadRequest()
    Correspondent.objects.update_or_create(
        account_id=message.account_id,
        address=known_as(message.sender_address),
        defaults={"is_darkened": wanted == "dark"},
    )
    return back.after_post(request, f"/message/{message_id}/?{request.GET.urlencode()}")


@require_POST
@login_required
def size(request: HttpRequest) -> HttpResponse:
    """`size=larger|smaller`: one step from what this browser has; each screen may have its own."""
    steps = {"larger": 1, "smaller": -1}
    step = steps.get(request.POST.get("size", ""))
    if step is None:
        return HttpResponseBadRequest()
    at = min(max(SIZES.index(text_size(request)) + step, 0), len(SIZES) - 1)
    is_script = request.headers.get("X-Requested-With") == "fetch"
    answer = JsonResponse({"size": SIZES[at]}) if is_script else back.after_post(request, "/")
    answer.set_cookie(
        SIZE_COOKIE, str(SIZES[at]), max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer
