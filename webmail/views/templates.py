"""Texts that somebody writes often: the list, and the forms that make, change and remove one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identities import identities_of
from imapbridge.mime.headers import parse_addresses
from webmail import access
from webmail.compose import beginning, drafts
from webmail.forms import TemplateForm, UseForm
from webmail.models import ContactAddress, Template
from webmail.models.correspondents import known_as
from webmail.screen import people
from webmail.views import settings_pages, shell, whose

MOST = 200


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    rows = Template.objects.filter(user=shell.person(request))
    return settings_pages.page(request, "settings/templates.html", {"templates": rows[:MOST]})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, Template(user=shell.person(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, template_id: int) -> HttpResponse:
    return _edit(request, _template(request, template_id))


def _edit(request: HttpRequest, template: Template) -> HttpResponse:
    form = TemplateForm(settings_pages.sent(request)[0], instance=template)
    if request.method == "POST" and form.is_valid():
        if template.pk is None and Template.objects.filter(user=template.user).count() >= MOST:
            form.add_error(None, form.TOO_MANY)
        else:
            form.save()
            return settings_pages.done(reverse("templates"))
    page = {"form": form, "template": template}
    return settings_pages.page(request, "settings/template.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def use(request: HttpRequest, template_id: int) -> HttpResponse:
    """Begin a message with it: whom to is asked first, then the composer opens with what is filled in."""
    template, form = _template(request, template_id), UseForm(settings_pages.sent(request)[0])
    if request.method != "POST" or not form.is_valid():
        page = {"form": form, "template": template}
        return settings_pages.page(request, "settings/template_use.html", page, status=422 if form.errors else 200)
    account = whose.holder(request).account
    draft = beginning.from_nothing(account, identities_of(account))
    draft.to = form.cleaned_data["to"]
    draft.subject, text = filled(request, template, draft.to)
    draft.save()
    drafts.begin_with(draft, text)
    return redirect("compose", draft.pk)


def names(request: HttpRequest) -> list[tuple[int, str]]:
    """(key, name) of each. One query."""
    return list(Template.objects.filter(user=shell.person(request)).values_list("pk", "name")[:MOST])


def filled(request: HttpRequest, template: Template, to: str) -> tuple[str, str]:
    """The template's subject and text for whom it goes to. One query."""
    clock = shell.clock(request)
    return template.filled(*_whom(request, to), clock.day(clock.today))


def _whom(request: HttpRequest, to: str) -> tuple[str, str]:
    """(name, first name) of the only recipient, as the person or a contact of theirs has it; else nothing."""
    found = parse_addresses(to)
    if len(found) != 1:
        return "", ""
    known = ContactAddress.objects.filter(user=shell.person(request), known_as=known_as(found[0].address))
    name = found[0].name or known.values_list("contact__name", flat=True).first() or ""
    return name, people.person(name, found[0].address).first_name if name else ""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, template_id: int) -> HttpResponse:
    """Asks first."""
    template = _template(request, template_id)
    if request.method == "POST":
        template.delete()
        return settings_pages.done(reverse("templates"), "removed")
    asked = {"heading": template.name, "action": request.path, "back": reverse("templates"), "kind": "template"}
    return settings_pages.page(request, "settings/remove.html", asked)


def _template(request: HttpRequest, template_id: int) -> Template:
    return access.own(Template.objects.all(), request.user, template_id)
