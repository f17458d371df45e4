"""Work owed to the server: what people did that it has not confirmed yet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


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
    refusals = models.PositiveIntegerField(default=0)
    """How often the server said NO, which is not the same as not answering."""
    not_before = models.DateTimeField(null=True)
    """Not to be tried before; also the claim of whoever is trying it now."""
    confirmed_at = models.DateTimeField(null=True)
    """When the server said yes. Kept a little longer: flags fetched before that moment are older than this change."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="pending_queue", condition=Q(confirmed_at=None))]
