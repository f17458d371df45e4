"""How much a person, or a domain, sent within the last day."""

from __future__ import annotations

from django.db import models


class SendingTally(models.Model):
    """One row for each who is counted; locked by whoever counts. See `compose.tally`, which knows what is in it."""

    key = models.CharField(max_length=300, unique=True)
    """`person 12` (of a `User`), or `domain example.com`."""
    slots = models.JSONField(default=dict)
    """`{"5900123": [messages, recipients]}`"""
    usual = models.FloatField(default=0)
    day = models.PositiveIntegerField(default=0)
    today = models.PositiveIntegerField(default=0)
    limited_at = models.DateTimeField(null=True)
    burst_at = models.DateTimeField(null=True)
    """When the audit log was told, so that it is told once of one thing."""

    def __str__(self) -> str:
        return f"tally of {self.key}"
