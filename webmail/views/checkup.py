"""Settings, Connection: what stands between the person and their mail, looked at by a worker."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from webmail import checkups, tasks
from webmail.screen.checkup import told
from webmail.views import settings_pages, shell, whose

logger = logging.getLogger(__name__)

AGAIN = 3
"""Seconds after which a page that waits is asked for again, by the browser itself."""


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """What was found lately; while it is looked for, the page comes again by itself."""
    holder = whose.holder(request)
    checkup = checkups.found(holder.account.pk)
    report = checkup.report
    page = {"told": told(report, shell.clock(request)) if report else None, "runs": checkup.runs}
    response = settings_pages.page(request, "settings/connection.html", page, holder=holder)
    if checkup.runs:
        response.headers["Refresh"] = str(AGAIN)
    return response


@require_POST
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Have a worker look. Who asks again meanwhile waits for the same."""
    account_id = whose.holder(request).account.pk
    if checkups.ask(account_id):
        try:
            tasks.examine_account.delay(account_id)
        except OperationalError as fault:
            logger.warning("account=%d not examined: %s", account_id, type(fault).__name__)
            checkups.done(account_id)
    return redirect("connection")


@require_safe
@login_required
def transcript(request: HttpRequest) -> HttpResponse:
    """What was said, for the people who run the mail server."""
    report = checkups.found(whose.holder(request).account.pk).report
    if report is None:
        raise Http404
    response = HttpResponse(report.transcript, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="connection.txt"'
    return response
