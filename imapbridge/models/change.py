"""Work owed to the server: what people did that it has not confirmed yet."""

from __future__ import annotations

from django.db import models


class PendingChange(models.Model):
    """One change to replay, written in the transaction that changed the index. The only rows here that are precious."""

    class Kind(models.TextChoices):
        FLAGS = "flags"

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="pending")
    mailbox = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, related_name="pending")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    uid_validity = models.BigIntegerField()
    uids = models.TextField()
    """A UID set, `1:3,7`."""
    add = models.JSONField(default=list)
    remove = models.JSONField(default=list)
    """Flags and keywords."""
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
