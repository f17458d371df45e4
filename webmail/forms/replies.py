"""The vacation reply and forwarding as forms. Texts for people; know no request."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imapbridge.mime.headers import parse_addresses
from imapbridge.sieve.rules import DAYS, LONGEST_REPLY, Forwarding, Vacation, is_address
from webmail.forms.fields import Addresses, Line, Switch, Text


class Day(forms.DateField):
    """A day of the calendar, or none."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d")
        said = {"invalid": _("Enter a day as year, month and day: 2026-12-31.")}
        super().__init__(widget=widget, required=False, input_formats=["%Y-%m-%d"], error_messages=said, **options)


class ReplyForm(forms.Form):
    """`dates`: the server can begin and end it by itself."""

    is_on = Switch(label=_("Answer mail that arrives"))
    first = Day(label=_("First day"), help_text=_("Empty: from now on."))
    last = Day(label=_("Last day"), help_text=_("Empty: until you turn it off."))
    subject = Line(label=_("Subject"), help_text=_("Empty: the mail server puts a word before that of the message."))
    text = Text(label=_("Text"), max_length=LONGEST_REPLY)
    days = forms.TypedChoiceField(
        label=_("Answer the same person again after"),
        choices=[(1, _("1 day")), (3, _("3 days")), (7, _("7 days")), (14, _("14 days")), (30, _("30 days"))],
        coerce=int,
        widget=forms.Select({"class": "input"}),
    )
    addresses = Addresses(
        label=_("Your other addresses"),
        help_text=_("Only mail that is addressed to you is answered: to this account's address, or to one of these."),
    )

    def __init__(self, *arguments: Any, dates: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not dates:
            del self.fields["first"], self.fields["last"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_on") and not data.get("text", "").strip():
            self.add_error("text", _("Write what is answered."))
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        return data

    def vacation(self, zone: str) -> Vacation:
        data = self.cleaned_data
        addresses = [one.address for one in parse_addresses(data["addresses"], 20)]
        first: date | None = data.get("first")
        return Vacation(
            data["is_on"], data["subject"], data["text"].strip(), data["days"] if data["days"] in DAYS else 7,
            tuple(one for one in addresses if is_address(one)), first, data.get("last"), zone,
        )  # fmt: skip


class ForwardingForm(forms.Form):
    address = Line(
        label=_("Send everything on to"),
        attributes={"dir": "ltr", "inputmode": "email", "spellcheck": "false"},
        help_text=_("Empty: nothing is sent on."),
    )
    keeps = Switch(label=_("Keep a copy here"), initial=True)

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if address and not is_address(address):
            raise forms.ValidationError(_("Enter one mail address, such as name@example.com."))
        return address

    def forwarding(self) -> Forwarding:
        return Forwarding(self.cleaned_data["address"], self.cleaned_data["keeps"])
