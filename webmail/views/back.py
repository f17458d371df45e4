"""The answer to a form: nothing for a script, which has changed the screen already; else back to where it was sent.

The page there says what was done, and undoes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from imapbridge.models import Job
from imapbridge.queries import MailboxItem
from webmail.screen import done
from webmail.screen.done import Done
from webmail.screen.sidebar import name_of

COOKIE = "__Host-done" if settings.SESSION_COOKIE_SECURE else "done"
SECONDS = 15
MOST = 60
"""Changes that are remembered: more would be no cookie."""
_MESSAGES = "m"
_PARTLY = "partly"
"""Instead of all that: not all of it could be undone."""


def is_for_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def after_post(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the form's `next` when that is an address of ours, else to `otherwise`."""
    if is_for_script(request):
        return HttpResponse(status=204)
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if ours and wanted.startswith("/") else otherwise)


def remember(
    answer: HttpResponse,
    deed: str,
    count: int,
    target: int,
    changes: Sequence[int | str],
    *,
    by_message: bool = False,
) -> None:
    """The next page says what was done, and undoes it: for who has no script, and for who leaves or reloads the page.
    `changes`: their keys; or `j` and the key of a job, for each. `by_message`: messages are counted.

    The browser keeps it for some seconds. Numbers only: nothing of the mail, and nothing that is believed.
    """
    if 0 < len(changes) <= MOST:
        words = ".".join(map(str, changes))
        _keep(answer, f"{deed}-{count}{_MESSAGES if by_message else ''}-{target}-{words}")


def remember_partly(answer: HttpResponse) -> None:
    """The next page says that not all of it could be undone."""
    _keep(answer, _PARTLY)


def _keep(answer: HttpResponse, value: str) -> None:
    answer.set_cookie(
        COOKIE, value, max_age=SECONDS, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def remember_jobs(answer: HttpResponse, deed: str, jobs: Sequence[Job], target: int) -> None:
    """The same of jobs. What goes on in the background has no number yet; of those that found nothing to do, nothing is
    said."""
    if not is_begun(jobs):
        return
    is_over = all(job.finished_at for job in jobs)
    count = sum(job.done for job in jobs) if is_over else 0
    by_message = all(job.by_message for job in jobs)
    remember(answer, deed, count, target, [f"j{job.pk}" for job in jobs], by_message=by_message)


def is_begun(jobs: Sequence[Job]) -> bool:
    """Whether any of them has done something, or goes on."""
    return any(job.done or job.finished_at is None for job in jobs)


def said_of_jobs(deed: str, jobs: Sequence[Job], what: str) -> str:
    """What jobs of several accounts have done, together. `what`: where to, or which label."""
    if all(job.finished_at for job in jobs):
        return done.counted(deed, sum(job.done for job in jobs), what, by_message=all(job.by_message for job in jobs))
    return done.afoot()


def forget(answer: HttpResponse) -> None:
    answer.delete_cookie(COOKIE, samesite="Lax")


def done_before(request: HttpRequest, boxes: Sequence[MailboxItem]) -> Done | None:
    """What the page is to say of the last form; None when there was none, or its cookie is not ours."""
    if request.COOKIES.get(COOKIE) == _PARTLY:
        return Done(done.partly_undone(), ())
    deed, count, target, changes = (*request.COOKIES.get(COOKIE, "").split("-"), "", "", "")[:4]
    keys = [int(word) for word in changes.replace("j", "").split(".") if word.isdecimal() and len(word) < 19]
    by_message, count = count.endswith(_MESSAGES), count.removesuffix(_MESSAGES)
    if not done.is_known(deed) or not count.isdecimal() or len(count) > 6 or not keys:
        return None
    box = next((each for each in boxes if str(each.id) == target), None)
    if changes.startswith("j") and count == "0":
        return Done(done.afoot(), keys, is_job=True)
    text = done.counted(deed, int(count), name_of(box.special_use, box.name) if box else "", by_message=by_message)
    return Done(text, keys, is_job=changes.startswith("j"))
