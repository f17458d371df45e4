"""Searches that a person keeps by a name, beside their mailboxes."""

from __future__ import annotations

from django.db import models


class SavedSearch(models.Model):
    """A text of the search language, which is searched for anew each time. Knows nothing of the mirror."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000)
    unread = models.IntegerField(default=0)
    """Conversations with unread mail, when it was last looked."""

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"saved_search={self.pk}"
