"""The admin's door: a password of our own, even for somebody whose mailbox is signed in.

A mail server decides who owns an address; it never decides who runs this webmail.
"""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest

from accounts.forms import StaffSignInForm

OWN_PASSWORD = "django.contrib.auth.backends.ModelBackend"  # noqa: S105


class StaffSite(AdminSite):
    login_form = StaffSignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and request.session.get(BACKEND_SESSION_KEY) == OWN_PASSWORD
