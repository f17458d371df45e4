"""Every address of the product."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from webmail import health

urlpatterns = [
    path("", include("accounts.urls")),
    path("health/live", health.live, name="health"),
    path("admin/", admin.site.urls),
]

handler400 = "webmail.error_pages.bad_request"
handler403 = "webmail.error_pages.forbidden"
handler404 = "webmail.error_pages.not_found"
handler500 = "webmail.error_pages.server_error"
