"""What people type to sign in, and whether it can be true at all. Asks no server."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts import audit
from accounts.models import domain_name
from accounts.networks import client_network
from accounts.problems import CannotSignIn, explain
from accounts.throttle import Attempt, TooMany


class SignInForm(forms.Form):
    """Address and password of a mailbox. `domain`: whose web address the page has; its people may leave it out."""

    address = forms.CharField(max_length=254)
    password = forms.CharField(max_length=1000, strip=False)
    stay = forms.BooleanField(required=False)

    def __init__(self, *args: Any, domain: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self._domain = domain

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"]
        whole = f"{typed}@{self._domain}" if self._domain and "@" not in typed else typed
        local, _at, domain = forms.EmailField(max_length=254).clean(whole).rpartition("@")
        return f"{local.lower()}@{domain_name(domain)}"

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        # No browser's password field can hold these, and no IMAP string may (RFC 9051 9, `quoted` and CHAR8).
        if any(character in password for character in "\r\n\0"):
            raise ValidationError(gettext("Enter the password on one line."))
        return password


class StaffSignInForm(AdminAuthenticationForm):
    """The admin's own sign-in, as hard to guess at as the mailboxes'."""

    def clean(self) -> dict[str, Any]:
        address = str(self.cleaned_data.get("username", "")).lower()
        assert self.request is not None
        network = client_network(self.request)
        try:
            attempt = Attempt(address, network)
        except TooMany as fault:
            audit.refused("too-many", address, network, place="admin")
            raise ValidationError(explain(CannotSignIn("too-many", wait=fault.wait)).sentence) from fault
        try:
            cleaned = super().clean()
        except ValidationError:
            audit.refused("sign-in-refused", address, network, place="admin")
            raise
        user = self.get_user()
        if user is None:  # name or password is missing: nothing was tried, and nothing is forgotten of what was
            attempt.undecided()
            return cleaned
        attempt.succeeded()
        return cleaned
