"""The words of messages, for search."""

from __future__ import annotations

from django.db import models


class MessageText(models.Model):
    """What a message can be found by. Made from the message and its cached bodies, and made anew when it is lost.

    On SQLite an FTS5 table follows it by triggers; PostgreSQL has a `words tsvector` beside it, and nothing in `heads`
    and `text`. See `search.fulltext`.
    """

    key = models.BigIntegerField(primary_key=True)
    """Sorts by date: see `search.document.key_of`."""
    account = models.ForeignKey(
        "accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    message = models.OneToOneField(
        "imapbridge.Message", on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    heads = models.TextField(default="")
    text = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["account", "key"], name="text_account")]
