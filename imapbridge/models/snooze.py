"""When what is snoozed comes back, for mail servers that keep no keywords."""

from __future__ import annotations

from django.db import models


class Snooze(models.Model):
    """Until when a message is snoozed. The message's keyword says the same, and is believed first; see
    `terms.snoozed`."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False)
    content_key = models.BinaryField(max_length=16)
    """Of the message, whose row may be made anew meanwhile."""
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "content_key"], name="snooze_message")]

    def __str__(self) -> str:
        return f"snooze={self.pk}"
