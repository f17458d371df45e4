"""A person or a group that somebody knows, and the file that they bring. Texts for people; knows no request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from imapbridge.mime.headers import clean, parse_addresses
from webmail import unpacking
from webmail.contacts.card import MOST_LINES, MOST_MEMBERS, MOST_NOTE, Card, Labelled
from webmail.contacts.vcard import MOST_OCTETS
from webmail.forms.fields import Line, Text, checked
from webmail.reading.thumbnails import MAX_OCTETS


class ContactForm(forms.Form):
    """One person. `card` is what was there before; what the form does not show of it stays."""

    given = Line(label=_("First name"), attributes={"autocomplete": "off"})
    family = Line(label=_("Last name"))
    company = Line(label=_("Company"))
    title = Line(label=_("Job title"))
    birthday = Line(label=_("Birthday"), max_length=40, help_text=_("For example 1990-02-28."))
    note = Text(label=_("Note"), max_length=MOST_NOTE, attributes={"rows": 4})
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput({"class": "input", "accept": "image/*"}),
        help_text=_("A PNG, JPEG, GIF or WebP picture of at most 8 MB."),
    )
    no_photo = forms.BooleanField(label=_("Remove the photo"), required=False)

    def __init__(self, card: Card, data: QueryDict | None = None, files: Any = None) -> None:
        given, family = _names(card)
        shown = {name: getattr(card, name) for name in ("company", "title", "birthday", "note")}
        super().__init__(data, files, initial=shown | {"given": given, "family": family})
        self.card = card
        self.addresses = _rows(data, "address") if data is not None else card.addresses
        self.phones = _rows(data, "phone") if data is not None else card.phones
        self.address_fault = ""

    @property
    def address_rows(self) -> tuple[Labelled, ...]:
        """With an empty one to fill in; two of them where there is none."""
        return (*self.addresses, *[Labelled("")] * (1 if self.addresses else 2))

    @property
    def phone_rows(self) -> tuple[Labelled, ...]:
        return (*self.phones, Labelled(""))

    def clean_photo(self) -> bytes | None:
        """A small picture of ours in the place of what was sent, without what was written into that."""
        sent: UploadedFile[Any] | None = self.cleaned_data["photo"]
        if not sent:
            return None
        small = unpacking.portrait(sent.read()) if (sent.size or 0) <= MAX_OCTETS else None
        if small is None:
            raise ValidationError(_("This is no picture that can be shown. Choose a PNG or JPEG of at most 8 MB."))
        return small

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            for each in self.addresses:
                checked(each.value)
        except ValidationError as fault:
            self.address_fault = fault.messages[0]
            raise
        if not (self.addresses or any(cleaned.get(name) for name in ("given", "family", "company"))):
            self.add_error("given", _("Enter a name, a company or a mail address."))
        return cleaned

    def changed(self) -> Card:
        """The card as it is to be. For a valid form."""
        said = {name: self.cleaned_data[name] for name in ("given", "family", "company", "title", "birthday", "note")}
        name = self.card.name
        if (said["given"], said["family"]) != _names(self.card):
            name = " ".join(filter(None, (said["given"], said["family"])))
        photo = self.cleaned_data["photo"] or (None if self.cleaned_data["no_photo"] else self.card.photo)
        card = replace(self.card, addresses=self.addresses, phones=self.phones, name=name, photo=photo)
        return replace(card, **said).fitted()


class GroupForm(forms.Form):
    """A group. Whoever is named and is no contact yet becomes one."""

    name = Line(label=_("Name"), required=True, error_messages={"required": _("Give the group a name.")})
    members = Text(
        label=_("Members"),
        max_length=200_000,
        attributes={"rows": 10, "spellcheck": "false"},
        help_text=_("One on each line, such as Wren Calloway <wren@example.org>."),
    )

    def clean_members(self) -> list[tuple[str, str]]:
        """(name, address)"""
        lines = [line for line in self.cleaned_data["members"].split("\n") if line.strip()]
        if len(lines) > MOST_MEMBERS:
            raise ValidationError(_("A group has at most 1,000 members."))
        found = [each for line in lines for each in parse_addresses(line, 50)]
        for each in found:
            checked(each.address or each.name)
        return [(each.name, each.address) for each in found]


class ImportForm(forms.Form):
    """A file of contacts."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"class": "input", "accept": ".vcf,.csv,text/vcard,text/csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
        help_text=_("A vCard file (.vcf) or a CSV file as Google and Outlook write it, of at most 8 MB."),
    )

    def clean_file(self) -> bytes:
        sent: UploadedFile[Any] = self.cleaned_data["file"]
        if (sent.size or 0) > MOST_OCTETS:
            raise ValidationError(_("This file is larger than 8 MB. Split it and bring the pieces one by one."))
        data: bytes = sent.read()
        return data


def _rows(data: QueryDict, name: str) -> tuple[Labelled, ...]:
    values, labels = data.getlist(name)[: MOST_LINES + 2], data.getlist(f"{name}_label")
    pairs = zip(values, [*labels, *[""] * len(values)], strict=False)
    return tuple(Labelled(clean(value)[:320], clean(label)[:40]) for value, label in pairs if value.strip())


def _names(card: Card) -> tuple[str, str]:
    """The first and the last name; of a name that came in one piece its last word is the last name."""
    if card.given or card.family or not card.name or card.name == card.company:
        return card.given, card.family
    first, _space, last = card.name.rpartition(" ")
    return (first, last) if first else (last, "")
