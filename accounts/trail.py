"""The audit log's one table: rows are added, and taken out when they are old; nothing changes one in between.

What may stand in it, and who may ask for what, is `audit`'s business.
"""

from __future__ import annotations

from typing import Any, ClassVar, Never

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TrailIsFixed(Exception):
    """Somebody wanted to change what was written down."""


class TrailQuerySet(models.QuerySet["AuditEntry"]):
    """Without the ways to change rows. `delete` is for `audit.sweep` alone."""

    def update(self, **_values: Any) -> Never:
        raise TrailIsFixed

    def bulk_update(self, *_args: Any, **_options: Any) -> Never:
        raise TrailIsFixed


class AuditEntry(models.Model):
    """One thing that happened to somebody's sign-ins, sending or settings. Outlives the people whom it is about."""

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    kind = models.CharField(max_length=40, editable=False)
    """An `audit.Kind`."""
    user = models.ForeignKey(
        "accounts.User", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", editable=False
    )
    address = models.CharField(max_length=320, blank=True, db_index=True, editable=False)
    """The mail address that it is about, in lower case; for what an operator did: whose hand it was."""
    network = models.CharField(max_length=64, blank=True, editable=False)
    """Where it came from; see `networks`. Empty: from here."""
    facts = models.JSONField(default=dict, editable=False)
    """Short words and numbers by name. No content of mail, no password."""

    objects: ClassVar[models.Manager[AuditEntry]] = TrailQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TrailIsFixed
        super().save(*args, **options)

    def delete(self, *_args: Any, **_options: Any) -> Never:
        raise TrailIsFixed
