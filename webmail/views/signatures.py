"""What stands below what somebody writes: one signature for each identity."""

from __future__ import annotations

from html import escape

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Identity
from webmail import csp
from webmail.forms import SignatureForm
from webmail.reading.document import document
from webmail.reading.sanitize import sanitize
from webmail.screen import account as person
from webmail.screen.settings import identity_line
from webmail.views import identities, settings_pages, shell


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """One for each identity."""
    return settings_pages.page(
        request, "settings/signatures.html", {"identities": identities.lines(identities.accounts_of(request))}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, identity_id: int) -> HttpResponse:
    identity = identities.identity_for(request, identity_id)
    form = SignatureForm(settings_pages.sent(request)[0], instance=identity)
    if request.method == "POST" and form.is_valid():
        form.save()
        return settings_pages.done(request.path)
    line = identity_line(Identity.objects.get(pk=identity.pk), "")
    page = {"form": form, "identity": line, "preview": reverse("signature-preview", args=[identity.pk])}
    return settings_pages.page(request, "settings/signature.html", page, status=422 if form.errors else 200)


@require_safe
@login_required
def preview(request: HttpRequest, identity_id: int) -> HttpResponse:
    """The document of a frame: the signature as it was saved, without its remote pictures."""
    identity = identities.identity_for(request, identity_id)
    plain = f'<div class="plain"><div class="text">{escape(identity.signature_text)}</div></div>'
    fragment = sanitize(identity.signature_html).html if identity.signature_html else plain
    answer = HttpResponse(document(fragment, scheme=person.preferences(shell.person(request)).theme))
    answer.headers[csp.HEADER] = csp.message_body(request)
    return answer
