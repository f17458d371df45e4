"""Django's admin behind our own door. Beside `apps`, where Django would take it for this package's own."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "accounts.staff.StaffSite"
