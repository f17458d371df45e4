"""Texts that somebody writes often: the list, and the forms that make, change and remove one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from webmail import access
from webmail.forms import TemplateForm
from webmail.models import Template
from webmail.views import settings_pages, shell

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
