"""The admin's door: a password of our own, even for somebody whose mailbox is signed in, and a second step.

A mail server decides who owns an address; it never decides who runs this webmail. Who has no second step yet is sent to
set one up, unless the operator's environment says that none is needed (WEBMAIL_ADMIN_SECOND_FACTOR).
"""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts import entering, second
from accounts.forms import StaffSignInForm
from accounts.models import User

OWN_PASSWORD = "django.contrib.auth.backends.ModelBackend"  # noqa: S105


class StaffSignIn(LoginView):
    """Django's page, but for what comes after the password."""

    authentication_form = StaffSignInForm
    template_name = "admin/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        user.backend = OWN_PASSWORD  # the form knows no other
        if entering.enter(self.request, user, place="admin"):
            return redirect(entering.wanted(self.request) or "admin:index")
        return redirect(entering.address(self.request))


class StaffSite(AdminSite):
    site_header = site_title = settings.ENV.product_name

    def has_permission(self, request: HttpRequest) -> bool:
        return self._has_password(request) and _is_enough(request)

    def login(  # type: ignore[override]  # the class-based page answers with a base class
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if self._has_password(request) and not _is_enough(request):
            return redirect("authenticator")  # confirmed first, which asks who has a second step already for it
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        context = {
            **self.each_context(request), "title": _("Log in"), "subtitle": None, "app_path": request.get_full_path(),
            "username": request.user.get_username(), "next": entering.wanted(request) or reverse("admin:index"),
        }  # fmt: skip
        return never_cache(StaffSignIn.as_view(extra_context={**context, **(extra_context or {})}))(request)

    def _has_password(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and request.session.get(BACKEND_SESSION_KEY) == OWN_PASSWORD


def _is_enough(request: HttpRequest) -> bool:
    """Whether the password, with what came after it, opens the admin."""
    if request.session.get(second.PASSED):
        return True
    return not settings.ENV.admin_second_factor and not second.is_set_up(cast(User, request.user))
