"""Searches on the mail server while they run, and what they found. Kept for hours; losing them loses nothing."""

from __future__ import annotations

from django.db import models


class ServerSearch(models.Model):
    """One account's part in the second wave of a search."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="searches")
    token = models.CharField(max_length=32, db_index=True)
    """What the page knows it by: the same for all accounts that are searched together."""
    query = models.TextField()
    everywhere = models.BooleanField(default=False)
    """In Trash and Junk as well."""
    mailbox = models.CharField(max_length=1000, blank=True)
    """The name of the one that is looked into."""
    special_use = models.CharField(max_length=12, blank=True)
    """That one's."""
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    """Mailboxes."""
    skipped = models.IntegerField(default=0)
    """Of them those that could not be searched, or took too long."""
    ascii_only = models.BooleanField(db_default=False, default=False)
    """The server looks for no other letters: words with such were left out."""
    stopped = models.BooleanField(default=False)
    """The person has enough: whoever runs it closes its connection."""
    error = models.CharField(max_length=40, blank=True)
    """The code of the MailError that ended it."""
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"search={self.pk}"


class SearchHit(models.Model):
    """A message that the server found, and the index did not."""

    search = models.ForeignKey(ServerSearch, on_delete=models.CASCADE, related_name="hits")
    message = models.BigIntegerField()
    exact = models.BooleanField(db_default=False, default=False)
    """It has the words as they were typed; others have what the server's own index takes for the same. Only this is
    done something to with all that is found."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "message"], name="search_hit")]
