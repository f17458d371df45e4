"""Conversations: which message belongs to which, and the list of a mailbox, materialised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ThreadRef(models.Model):
    """The digest of a Message-ID that was seen, as a message's own or in its references, and its conversation."""

    pk = models.CompositePrimaryKey("account", "ref")
    account = models.ForeignKey(
        "accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    ref = models.BigIntegerField()
    thread = models.BigIntegerField()
    said = models.CharField(max_length=1, db_default="", default="")
    """What its person said of it, which outlives the mirror: `PARTED`, `JOINED`, or empty."""

    PARTED = "p"
    """A conversation begins with it, whatever it refers to."""
    JOINED = "j"
    """It was put together with others that have the same conversation and this word."""

    class Meta:
        indexes = [models.Index(fields=["account", "thread"], name="threadref_thread")]


class MailboxThread(models.Model):
    """One row of a mailbox's conversation list: what the screen shows, so that a page is one indexed query."""

    account = models.ForeignKey(
        "accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    mailbox = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, related_name="+", db_index=False)
    thread = models.BigIntegerField()
    latest = models.ForeignKey(
        "imapbridge.Message", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    """The newest message here: its subject, preview and link are the row's."""
    sort_at = models.BigIntegerField()
    count = models.IntegerField()
    """Messages of the conversation in this mailbox; 0 is a tombstone."""
    unread = models.IntegerField()
    flagged = models.IntegerField()
    has_attachment = models.BooleanField()
    senders = models.JSONField()
    """`[[name, address], ...]` oldest first, each person once: who wrote the conversation, in whatever mailbox; in
    mailboxes of what was written here, whom it is for."""
    whole = models.IntegerField(default=0)
    """Messages of the conversation in all mailboxes; see `sync.wholes`."""
    keywords = models.JSONField(default=list)
    state = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "thread"], name="mailboxthread_thread")]
        indexes = [
            models.Index(fields=["mailbox", "-sort_at", "-thread"], name="mt_list", condition=Q(count__gt=0)),
            models.Index(
                fields=["mailbox", "-sort_at", "-thread"], name="mt_unread", condition=Q(count__gt=0, unread__gt=0)
            ),
            models.Index(fields=["mailbox", "-sort_at", "-thread"], name="mt_read", condition=Q(count__gt=0, unread=0)),
            models.Index(
                fields=["mailbox", "-sort_at", "-thread"], name="mt_flagged", condition=Q(count__gt=0, flagged__gt=0)
            ),
            models.Index(fields=["mailbox", "state"], name="mt_state"),
        ]
