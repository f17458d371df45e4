"""A message's content, once, and its places."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from imapbridge.mime.parse import Parsed


class Message(models.Model):
    """The content of a message: never changes, shared by all its places in one account."""

    account = models.ForeignKey(
        "accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    content_key = models.BinaryField(max_length=16)
    """A digest that two copies of one message share; see `sync.apply`."""
    thread = models.BigIntegerField()
    """The conversation's number within the account; see `sync.threads`."""
    message_id = models.CharField(max_length=998, blank=True)
    in_reply_to = models.CharField(max_length=998, blank=True)
    references = models.TextField(blank=True)
    date = models.DateTimeField(null=True)
    """The Date header; may be missing or nonsense. Lists sort by `Entry.sort_at`."""
    subject = models.TextField(blank=True)
    sender_name = models.CharField(max_length=400, blank=True)
    sender_address = models.CharField(max_length=320, blank=True)
    recipients = models.JSONField(default=dict)
    """`{"from": [[name, address]], "reply_to": ..., "to": ..., "cc": ..., "bcc": ...}`, empty ones left out."""
    size = models.BigIntegerField(default=0)
    structure = models.JSONField(null=True)
    """`terms.part.Part.to_json()`; None when the server could not tell: the body is parsed when it is opened."""
    has_attachment = models.BooleanField(default=False)
    preview = models.CharField(max_length=300, blank=True)
    list_id = models.CharField(max_length=300, blank=True)
    subject_key = models.BigIntegerField(null=True)
    """A digest of the base subject, None without one; see `sync.subjects`."""
    stray = models.BooleanField(default=False)
    """A reply by its subject that does not name what it answers."""

    parsed: Parsed | None = None
    """Not kept: what `bodies` read of a message without a structure, for as long as this object lives."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "content_key"], name="message_content")]
        indexes = [
            models.Index(fields=["account", "thread"], name="message_thread"),
            models.Index(
                fields=["account", "subject_key"], name="message_subject", condition=Q(subject_key__isnull=False)
            ),
            models.Index(fields=["account", "subject_key"], name="message_stray", condition=Q(stray=True)),
        ]

    def __str__(self) -> str:
        return f"message={self.pk}"


class Entry(models.Model):
    """A message's place in a mailbox: its UID and its flags."""

    account = models.ForeignKey(
        "accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    mailbox = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, related_name="entries", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="entries")
    uid = models.BigIntegerField()
    """Negative, the row's own key: a place that the server has not told the UID of; see `sync.places`."""
    thread = models.BigIntegerField()
    sort_at = models.BigIntegerField()
    """Seconds since 1970: the Date header when it is believable, else the internal date."""
    seen = models.BooleanField(default=False)
    flagged = models.BooleanField(default=False)
    answered = models.BooleanField(default=False)
    draft = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)
    keywords = models.JSONField(default=list)
    """Sorted keywords, `$Forwarded` among them."""
    state = models.BigIntegerField()
    """The mailbox's state when this row last changed."""
    expunged = models.BooleanField(default=False)
    """A tombstone: gone on the server, kept a while so that `changes since` can tell."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "uid"], name="entry_uid")]
        indexes = [
            models.Index(fields=["mailbox", "thread"], name="entry_thread"),
            models.Index(fields=["mailbox", "uid"], name="entry_unread", condition=Q(seen=False, expunged=False)),
            models.Index(fields=["mailbox", "-sort_at", "-message"], name="entry_list", condition=Q(expunged=False)),
        ]

    def __str__(self) -> str:
        return f"entry={self.pk}"
