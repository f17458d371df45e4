"""Every address of the product."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from webmail import health
from webmail.views import (
    actions,
    archive,
    enclosed,
    folder_buttons,
    folders,
    images,
    installed,
    looks,
    mailboxes,
    messages,
    notifications,
    parts,
    preferences,
    refusals,
    source,
    suggestions,
    thumbnails,
    trust,
    viewer,
)

urlpatterns = [
    path("", include("accounts.urls")),
    path("", mailboxes.home, name="home"),
    path("mailbox/<int:mailbox_id>/", mailboxes.show, name="mailbox"),
    path("mailbox/<int:mailbox_id>/changes", mailboxes.changes, name="mailbox-changes"),
    path("mailbox/<int:mailbox_id>/act", actions.act, name="act"),
    path("mailbox/<int:mailbox_id>/dialogs", actions.dialogs, name="dialogs"),
    path("undo", actions.undo, name="undo"),
    path("mailbox/<int:mailbox_id>/refresh", mailboxes.refresh, name="mailbox-refresh"),
    path("message/<int:message_id>/", messages.show, name="message"),
    path("message/<int:message_id>/body", messages.body, name="message-body"),
    path("message/<int:message_id>/images", images.choose, name="images"),
    path("message/<int:message_id>/colours", looks.colours, name="colours"),
    path("message/<int:message_id>/unsubscribe", trust.unsubscribe, name="unsubscribe"),
    path("text-size", looks.size, name="text-size"),
    path("proxy/<str:seal>", images.proxied, name="proxy"),
    path("message/<int:message_id>/source", source.source, name="source"),
    path("message/<int:message_id>/headers", source.headers, name="message-headers"),
    path("message/<int:message_id>/download", source.download, name="message-download"),
    path("message/<int:message_id>/attachments.zip", archive.show, name="archive"),
    path("message/<int:message_id>/part/<str:section>", parts.show, name="part"),
    path("message/<int:message_id>/part/<str:section>/body", enclosed.body, name="part-body"),
    path("message/<int:message_id>/part/<str:section>/inside/<str:inner>", enclosed.inside, name="part-inside"),
    path("message/<int:message_id>/part/<str:section>/pdf", parts.pdf, name="part-pdf"),
    path("message/<int:message_id>/part/<str:section>/thumbnail", thumbnails.show, name="part-thumbnail"),
    path("message/<int:message_id>/part/<str:section>/view", viewer.show, name="part-view"),
    path("message/<int:message_id>/flags", actions.flags, name="flags"),
    path("refusals", refusals.show, name="refusals"),
    path("folders", folders.show, name="folders"),
    path("folders/new", folders.new, name="folder-new"),
    path("folders/<int:mailbox_id>/", folders.one, name="folder"),
    path("folders/<int:mailbox_id>/rename", folders.rename, name="folder-rename"),
    path("folders/<int:mailbox_id>/move", folders.move, name="folder-move"),
    path("folders/<int:mailbox_id>/delete", folders.delete, name="folder-delete"),
    path("folders/<int:mailbox_id>/empty", folders.empty, name="folder-empty"),
    path("folders/<int:mailbox_id>/read", folder_buttons.read, name="folder-read"),
    path("folders/<int:mailbox_id>/like", folder_buttons.like, name="folder-like"),
    path("folders/<int:mailbox_id>/use", folder_buttons.use, name="folder-use"),
    path("jobs/<int:job_id>/stop", folder_buttons.stop, name="job-stop"),
    path("jobs/<int:job_id>/undo", folder_buttons.undo, name="job-undo"),
    path("contacts/suggest", suggestions.show, name="suggestions"),
    path("settings", preferences.show, name="preferences"),
    path("settings/notifications", notifications.settings, name="notifications"),
    path("settings/notifications/device", notifications.device, name="notifications-device"),
    path("settings/notifications/forget", notifications.forget, name="notifications-forget"),
    path("notifications/news", notifications.news, name="notifications-news"),
    path("notifications/read", notifications.read, name="notifications-read"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("service-worker.js", installed.service_worker, name="service-worker"),
    path("offline", installed.offline, name="offline"),
    path("health/live", health.live, name="health"),
    path("admin/", admin.site.urls),
]

handler400 = "webmail.error_pages.bad_request"
handler403 = "webmail.error_pages.forbidden"
handler404 = "webmail.error_pages.not_found"
handler500 = "webmail.error_pages.server_error"
