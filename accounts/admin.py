"""What the operator sees of people and their servers. Shows no password and cannot set a mailbox's.

Django's admin classes are generic for the type checker alone, hence the ignored `type-arg`.
"""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import admin_audit, admin_domains  # noqa: F401 - they register themselves
from accounts.models import Identity, MailAccount, Preferences, SignIn, User


class PersonCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email",)


class PersonChangeForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name", "password", "is_active", "is_staff", "is_superuser", "groups", "user_permissions")


class PreferencesInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Preferences


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    form = PersonChangeForm
    add_form = PersonCreationForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    search_fields = ("email", "name")
    inlines = (PreferencesInline,)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "usable_password", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")


class IdentityInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Identity
    extra = 0
    fields = ("name", "address", "reply_to", "is_default")


@admin.register(MailAccount)
class MailAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("address", "user", "refused", "used_at")
    list_select_related = ("user",)
    search_fields = ("address", "user__email")
    raw_id_fields = ("user",)
    readonly_fields = ("refused", "used_at")
    inlines = (IdentityInline,)


@admin.register(SignIn)
class SignInAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at only."""

    list_display = ("user", "device", "network", "created_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("session_digest",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SignIn | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SignIn | None = None) -> bool:
        return False
