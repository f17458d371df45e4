"""Fields that several forms have: a line of text, an address, a list of them, a long text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from imapbridge.mime.headers import clean, parse_addresses

MOST_ADDRESSES = 20


class Line(forms.CharField):
    """Text in one line, without what can not be shown."""

    def __init__(self, **options: Any) -> None:
        attributes = {"class": "input", "dir": "auto", "autocomplete": "off", **options.pop("attributes", {})}
        super().__init__(widget=forms.TextInput(attributes), **{"max_length": 200, "required": False, **options})

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class Address(Line):
    """One mail address; the name system's form of its domain is left to whoever sends."""

    def __init__(self, **options: Any) -> None:
        attributes = {"dir": "ltr", "inputmode": "email", "spellcheck": "false", **options.pop("attributes", {})}
        super().__init__(attributes=attributes, **{"max_length": 254, **options})

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            checked(value)


class Addresses(Line):
    """Some mail addresses, with names or without, between commas; given back as they were written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 2000, **options})

    def validate(self, value: str) -> None:
        super().validate(value)
        found = parse_addresses(value, MOST_ADDRESSES + 1)
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(_("Enter at most 20 addresses."))
        for each in found:
            checked(each.address or each.name)


class Text(forms.CharField):
    """A text of several lines."""

    def __init__(self, **options: Any) -> None:
        attributes = {"class": "input", "dir": "auto", "rows": 6, **options.pop("attributes", {})}
        super().__init__(widget=forms.Textarea(attributes), **{"required": False, "strip": False, **options})

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\x00", "").strip("\n")


class Switch(forms.BooleanField):
    """On or off."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxInput({"class": "switch", "role": "switch"}), required=False, **options)


def checked(address: str) -> None:
    """Raises ValidationError, which names it, for what is no mail address."""
    try:
        validate_email(address)
    except ValidationError as fault:
        said = _("“%(address)s” is not a mail address. Write it as name@example.com.")
        raise ValidationError(said, params={"address": address}) from fault
