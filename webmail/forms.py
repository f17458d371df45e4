"""What people send to the pages of settings. Texts for people; knows no mail."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils.translation import gettext_lazy as _


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
        try:
            return ZoneInfo(name).key if name else ""
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:  # OSError: it names a directory, such as Europe
            raise forms.ValidationError(_("Enter a time zone such as Europe/Berlin.")) from fault

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begin: time | None = cleaned.get("quiet_from")
        end: time | None = cleaned.get("quiet_until")
        if not self.errors and (begin is None) != (end is None):
            missing = "quiet_until" if end is None else "quiet_from"
            self.add_error(missing, _("Enter both times, or leave both empty for no quiet hours."))
        return cleaned
