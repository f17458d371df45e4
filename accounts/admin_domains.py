"""Mail domains as the operator keeps them in the admin. What stands in the operator's file is only looked at here.

Django's admin classes are generic for the type checker alone, hence the ignored `type-arg`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import applying, colours, logos
from accounts.declared import LIMITS
from accounts.models import FoundServers, MailDomain


class MailDomainForm(forms.ModelForm):  # type: ignore[type-arg]
    new_logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG or WebP; it is made small enough for the sign-in page.")
    )
    no_logo = forms.BooleanField(label=_("Without a logo"), required=False)

    def clean_new_logo(self) -> bytes | None:
        given: UploadedFile[Any] | None = self.cleaned_data["new_logo"]
        if given is None:
            return None
        try:
            return logos.png(given.read(logos.LARGEST + 1))
        except ValueError as fault:
            raise ValidationError(_("Give a PNG, JPEG or WebP picture of at most 2 MB.")) from fault

    def _post_clean(self) -> None:
        if self.cleaned_data.get("no_logo"):
            self.instance.logo = None
        self.instance.logo = self.cleaned_data.get("new_logo") or self.instance.logo
        super()._post_clean()  # type: ignore[misc]  # Django's own, not in its stubs


@admin.register(MailDomain)
class MailDomainAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = MailDomainForm
    list_display = ("name", "imap_host", "imap_port", "imap_security", "smtp_host", "brand_name", "is_declared")
    search_fields = ("name", "imap_host")
    readonly_fields = ("tones",)
    fieldsets = (
        (None, {"fields": ("name", "hosts")}),
        (_("Reading"), {"fields": (("imap_host", "imap_port", "imap_security"),)}),
        (_("Sending"), {"fields": (("smtp_host", "smtp_port", "smtp_security"),)}),
        (_("Filters"), {"fields": (("sieve_host", "sieve_port", "sieve_security"),)}),
        (_("Safety of all three"), {"fields": ("least_tls",)}),
        (_("Limits"), {"fields": LIMITS, "description": _("Empty: the installation's. 0: none.")}),
        (_("Looks"), {"fields": ("brand_name", "accent", "tones", "new_logo", "no_logo")}),
    )

    @admin.display(description=_("contrast"))
    def tones(self, domain: MailDomain) -> str:
        """How readable the colour is, in both themes."""
        if not domain.accent:
            return "–"
        tone = colours.accent(domain.accent)
        said = _("%(light).1f : 1 in the light theme, %(dark).1f : 1 in the dark one; %(needed).1f : 1 is needed")
        return str(said % {"light": tone.light, "dark": tone.dark, "needed": colours.NEEDED})

    def save_model(self, request: HttpRequest, obj: MailDomain, form: Any, change: bool) -> None:
        applying.save(obj, request.user)  # type: ignore[arg-type]  # staff are Users

    def delete_model(self, request: HttpRequest, obj: MailDomain) -> None:
        applying.remove(obj, request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[MailDomain]) -> None:
        for row in queryset:
            applying.remove(row, request.user)  # type: ignore[arg-type]

    def has_change_permission(self, request: HttpRequest, obj: MailDomain | None = None) -> bool:
        """What the file says would be back at the next start."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_declared)

    def has_delete_permission(self, request: HttpRequest, obj: MailDomain | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_declared)


@admin.register(FoundServers)
class FoundServersAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What people agreed to, to look at; what is removed is looked for anew when somebody signs in there."""

    list_display = ("domain", "imap", "source", "found_at")
    search_fields = ("domain",)

    @admin.display(description=_("reading"))
    def imap(self, found: FoundServers) -> str:
        return f"{found.servers['imap']['host']}:{found.servers['imap']['port']}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: FoundServers | None = None) -> bool:
        return False
