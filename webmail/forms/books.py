"""An address book elsewhere. Texts for people; knows no request."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from webmail.forms.fields import Line, Switch


class BookForm(forms.Form):
    """Where it is and who the person is there."""

    url = Line(
        label=_("Address of the server"),
        required=True,
        max_length=1000,
        attributes={"dir": "ltr", "inputmode": "url", "spellcheck": "false", "placeholder": "https://dav.example.com/"},
        error_messages={"required": _("Enter the CardDAV address that your provider names.")},
    )
    username = Line(
        label=_("User name there"),
        required=True,
        max_length=254,
        attributes={"dir": "ltr", "spellcheck": "false"},
        error_messages={"required": _("Enter your user name on that server. It is often your mail address.")},
    )
    password = forms.CharField(
        label=_("Password there"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Enter your password on that server.")},
        help_text=_("Kept sealed until you disconnect. Some providers want a password made for this program alone."),
    )
    takes_ours = Switch(label=_("Put the contacts that are here into it too"), initial=True)
