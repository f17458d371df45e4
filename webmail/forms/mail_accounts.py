"""A mail account: where its mail is read from, and what its person calls it. Texts for people; knows no request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import MailAccount, domain_name
from imapbridge.actions.liking import HUES
from webmail.forms.fields import Address, Line

_PASSWORD = forms.PasswordInput({"class": "input", "autocomplete": "off"})


class PasswordForm(forms.Form):
    """The password of an account whose address is known."""

    password = forms.CharField(
        label=_("Password of this mailbox"),
        max_length=1000,
        strip=False,
        widget=_PASSWORD,
        error_messages={"required": _("Enter the password of this mailbox.")},
        help_text=_("Kept sealed until you sign out. If the account uses two-step sign-in, enter an app password."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if any(character in password for character in "\r\n\0"):  # as for signing in: see `accounts.forms`
            raise ValidationError(_("Enter the password on one line."))
        return password


class JoiningForm(PasswordForm):
    """One more account."""

    address = Address(
        label=_("Email address"),
        required=True,
        attributes={"autocomplete": "off"},
        error_messages={"required": _("Enter the whole address of the mailbox.")},
    )
    field_order = ["address", "password"]

    def clean_address(self) -> str:
        local, _at, domain = self.cleaned_data["address"].rpartition("@")
        return f"{local.lower()}@{domain_name(domain)}"


class CallingForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an account is called, and its colour."""

    title = Line(label=_("What you call it"), max_length=60, help_text=_("Empty: its address stands for it."))
    hue = forms.TypedChoiceField(
        choices=[("", ""), *((str(number), str(number)) for number in HUES)],
        coerce=int, empty_value=None, required=False,
    )  # fmt: skip

    class Meta:
        model = MailAccount
        fields = ("title", "hue")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["title"].widget.attrs["placeholder"] = self.instance.address
