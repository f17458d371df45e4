"""Whom somebody writes as, what stands below it, and texts that they write often."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Identity
from imapbridge.mime.preview import html_lines
from webmail.forms.fields import Address, Addresses, Line, Switch, Text
from webmail.models import Template
from webmail.reading.sanitize import Options, sanitize

LONGEST = 64 * 1024
_TOO_LONG = {"max_length": _("This is too long. At most 65,536 characters can be kept.")}


class IdentityForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name and an address."""

    name = Line(label=_("Name people see"), attributes={"autocomplete": "name"})
    address = Address(
        label=_("Address"),
        required=True,
        attributes={"autocomplete": "email"},
        error_messages={"required": _("Enter the address that you write from.")},
        help_text=_(
            "Another address of this mailbox, such as an alias or one with a plus sign. The mail server decides which "
            "ones it sends for, and refuses a message from any other."
        ),
    )
    reply_to = Address(label=_("Reply to"), help_text=_("Leave empty unless answers should go elsewhere."))
    bcc = Addresses(
        label=_("Always send a blind copy to"),
        help_text=_("Addresses between commas. Nobody else sees that they get a copy."),
    )
    is_default = Switch(label=_("New messages are written as this"))

    class Meta:
        model = Identity
        fields = ("name", "address", "reply_to", "bcc", "is_default")


class SignatureForm(forms.ModelForm):  # type: ignore[type-arg]
    """What stands below what an identity writes."""

    signature_text = Text(
        label=_("As plain text"),
        max_length=LONGEST,
        error_messages=_TOO_LONG,
        help_text=_("For messages without formatting, and for all when the field below is empty."),
    )
    signature_html = Text(
        label=_("With formatting"),
        max_length=LONGEST,
        error_messages=_TOO_LONG,
        attributes={"class": "input code", "spellcheck": "false", "dir": "ltr"},
        help_text=_(
            "As HTML; empty, the plain text is used. For example <b>Noor Eklund</b><br><i>Print Co-op</i>. Pictures "
            "must stand on a web server, by https. What could do harm is taken out when you save."
        ),
    )
    signs_new = Switch(label=_("Use in new messages"))
    signs_replies = Switch(label=_("Use in replies and forwards"))
    signature_above = Switch(label=_("In replies, put it above the quoted message"))

    class Meta:
        model = Identity
        fields = ("signature_text", "signature_html", "signs_new", "signs_replies", "signature_above")

    def clean_signature_html(self) -> str:
        return written_html(self.cleaned_data["signature_html"])

    def clean(self) -> dict[str, Any]:
        """Messages without formatting have the words of the other one, when they have none of their own."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("signature_html") and not cleaned.get("signature_text"):
            lines = filter(None, html_lines(cleaned["signature_html"]))
            cleaned["signature_text"] = "\n".join(lines)
        return cleaned


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A text to begin a message with."""

    TOO_MANY = _("There are 200 templates already. Remove one first.")

    name = Line(
        label=_("Name of this template"),
        required=True,
        error_messages={"required": _("Give it a name, to find it by.")},
    )
    subject = Line(label=_("Subject"), max_length=500)
    text = Text(
        label=_("Text"),
        max_length=LONGEST,
        error_messages=_TOO_LONG,
        attributes={"rows": 10},
        help_text=_("{name} becomes the name of whom you write to, {first name} the first part of it, {date} the day."),
    )

    class Meta:
        model = Template
        fields = ("name", "subject", "text")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not (cleaned.get("subject") or cleaned.get("text")):
            self.add_error("text", _("Write a subject or a text."))
        return cleaned


class UseForm(forms.Form):
    """Whom a template is filled for."""

    to = Addresses(
        label=_("To"),
        help_text=_("With a name, as in Wren Calloway <wren@example.org>, the template can say it. May stay empty."),
    )


def written_html(html: str) -> str:
    """HTML of the person's own, for mail to others: safe, in one piece, and loading from nowhere but by https."""
    safe = sanitize(html, Options(remote_url=lambda url: url if url.startswith("https:") else None))
    if safe.cut:
        raise ValidationError(_("This is too large or too deeply nested. Make it simpler."))
    if 'src="data:' in safe.html:
        raise ValidationError(_("A picture is part of this text. Put it on a web server and link it by https instead."))
    inner = safe.html.rpartition("</style>")[2].partition(">")[2].removesuffix("</div>").strip()
    return inner if safe.html and (html.strip() and _says_something(inner)) else ""


def _says_something(html: str) -> bool:
    return "<img" in html or bool("".join(piece.partition(">")[2] for piece in f">{html}".split("<")).strip())
