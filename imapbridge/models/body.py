"""Cached bytes of parts, so that a message opens without the mail server."""

from __future__ import annotations

from django.db import models


class Body(models.Model):
    """One part of a message as the server sent it, still transfer-encoded. Bounded and swept; never the only copy."""

    message = models.ForeignKey("imapbridge.Message", on_delete=models.CASCADE, related_name="bodies", db_index=False)
    account_id = models.BigIntegerField(null=True)
    """The message's, with the body's own key an index for `search.catching_up`. None: nobody said."""
    section = models.CharField(max_length=100)
    """`1.2`, or `HEADER`, or empty for the whole message."""
    data = models.BinaryField()
    fetched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "section"], name="body_section")]
        indexes = [models.Index(fields=["account_id", "id"], name="body_account")]
