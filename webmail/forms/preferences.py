"""How somebody likes the screen, and how they are told of new mail. Texts for people; knows no mail."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import zones

_SWIPES = {"trash": _("Delete"), "seen": _("Mark as read, unread"), "flagged": _("Star"), "none": _("Nothing")}


class PreferencesForm(forms.Form):
    """How somebody likes the screen. What is no choice is left out of `cleaned_data`, and stays as it was."""

    CHOICES: ClassVar[dict[str, dict[str, Any]]] = {
        "language": {"": _("Same as browser"), **dict(settings.LANGUAGES)},
        "theme": {"": _("Same as device"), "light": _("Light"), "dark": _("Dark")},
        "accent": {
            "": _("Petrol"), "indigo": _("Indigo"), "plum": _("Plum"), "brick": _("Brick"), "moss": _("Moss"),
            "graphite": _("Graphite"),
        },
        "density": {"": _("Comfortable"), "compact": _("Compact")},
        "pane": {"": _("Beside the list"), "below": _("Below the list"), "off": _("Off")},
        "after_filing": {
            "": _("The next one; on a phone the list"), "next": _("The next one"), "previous": _("The previous one"),
            "list": _("The list"),
        },
        "is_flat": {"0": _("Conversations"), "1": _("Each message by itself")},
        "read_after": {
            "0": _("At once"), "2": _("After 2 seconds"), "5": _("After 5 seconds"), "20": _("After 20 seconds"),
            "-1": _("Never by itself"),
        },
        "swipe_start": {"": _("Snooze"), "archive": _("Archive"), **_SWIPES},
        "swipe_end": {"": _("Archive"), "snooze": _("Snooze"), **_SWIPES},
        "undo_send": {
            "0": _("Never"), "5": _("5 seconds"), "10": _("10 seconds"), "20": _("20 seconds"), "30": _("30 seconds"),
        },
        "images_of_contacts": {"0": _("Ask"), "1": _("Show those of contacts")},
        "cleans_links": {"0": _("As they came"), "1": _("Without tracking")},
    }  # fmt: skip

    language = forms.ChoiceField(required=False, choices=[*CHOICES["language"].items()])
    time_zone = forms.ChoiceField(
        required=False, choices=lambda: [("", ""), *((name, name) for name in zones.choices())]
    )
    theme = forms.ChoiceField(required=False, choices=[*CHOICES["theme"].items()])
    accent = forms.ChoiceField(required=False, choices=[*CHOICES["accent"].items()])
    density = forms.ChoiceField(required=False, choices=[*CHOICES["density"].items()])
    pane = forms.ChoiceField(required=False, choices=[*CHOICES["pane"].items()])
    after_filing = forms.ChoiceField(required=False, choices=[*CHOICES["after_filing"].items()])
    is_flat = forms.TypedChoiceField(choices=[*CHOICES["is_flat"].items()], coerce=lambda text: text == "1")
    read_after = forms.TypedChoiceField(choices=[*CHOICES["read_after"].items()], coerce=int)
    swipe_start = forms.ChoiceField(required=False, choices=[*CHOICES["swipe_start"].items()])
    swipe_end = forms.ChoiceField(required=False, choices=[*CHOICES["swipe_end"].items()])
    undo_send = forms.TypedChoiceField(choices=[*CHOICES["undo_send"].items()], coerce=int)
    images_of_contacts = forms.TypedChoiceField(
        choices=[*CHOICES["images_of_contacts"].items()], coerce=lambda text: text == "1"
    )
    cleans_links = forms.TypedChoiceField(choices=[*CHOICES["cleans_links"].items()], coerce=lambda text: text == "1")


class NotificationsForm(forms.Form):
    """How somebody wants to be told of new mail. `mailboxes` are (name, shown name) to choose from."""

    private = forms.BooleanField(required=False)
    quiet_from = forms.TimeField(required=False, error_messages={"invalid": _("Enter a time such as 22:00.")})
    quiet_until = forms.TimeField(required=False, error_messages={"invalid": _("Enter a time such as 07:00.")})
    mailboxes = forms.MultipleChoiceField(required=False)
    time_zone = forms.CharField(required=False, max_length=64)

    def __init__(self, data: Any, mailboxes: list[tuple[str, str]]) -> None:
        super().__init__(data)
        chosen: Any = self.fields["mailboxes"]
        chosen.choices = mailboxes

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name and not zones.known(name):
            raise forms.ValidationError(_("Enter a time zone such as Europe/Berlin."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begin: time | None = cleaned.get("quiet_from")
        end: time | None = cleaned.get("quiet_until")
        if not self.errors and (begin is None) != (end is None):
            missing = "quiet_until" if end is None else "quiet_from"
            self.add_error(missing, _("Enter both times, or leave both empty for no quiet hours."))
        return cleaned
