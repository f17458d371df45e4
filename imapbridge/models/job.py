"""Work on everything that a list shows, which takes longer than a click may."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """Done in chunks, each in one transaction with what it writes here: whoever is killed has lost one, and the next
    goes on where it ended."""

    class Kind(models.TextChoices):
        READ = "read"
        EMPTY = "empty"
        """Delete for good."""
        UNREAD = "unread"
        STAR = "star"
        """The newest message of each conversation."""
        UNSTAR = "unstar"
        MOVE = "move"
        COPY = "copy"
        LABEL = "label"
        UNLABEL = "unlabel"
        RELABEL = "relabel"
        """Another label in the place of one."""
        MUTE = "mute"
        UNMUTE = "unmute"
        FILTER = "filter"
        """What `rule` says, to the messages that it holds for."""
        UNDO = "undo"
        """The inverse of what another one has done."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="jobs")
    mailbox = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    target = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, null=True, related_name="+")
    """Where a MOVE or COPY goes; of a MUTE, what leaves the inbox."""
    keyword = models.CharField(max_length=511, blank=True)
    """What a LABEL gives and an UNLABEL takes; of a RELABEL first the one that is taken; or the time of a MOVE to what
    is snoozed."""
    rule = models.TextField(blank=True, db_default="")
    """Of a FILTER, as `sieve.kept.rule_out` writes it; its name is the keyword."""
    only = models.CharField(max_length=8, blank=True)
    """Which conversations of the mailbox: a `queries.Only`."""
    by_message = models.BooleanField(default=False, db_default=False)
    """Each message by itself, and not whole conversations."""
    sought = models.JSONField(null=True)
    """What a search finds, in whatever mailbox: see `actions.seeking`. `mailbox` is then where it is told of."""
    undone = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")
    """Of an UNDO: what it undoes."""
    up_to = models.BigIntegerField()
    """The highest key of an entry when it was asked for: what came since is left alone."""
    older = models.BigIntegerField(default=0)
    """UIDs up to this one are in no index yet, for the first sync is not complete: they are for the server only."""
    below = models.BigIntegerField(null=True)
    """The lowest UID or the lowest conversation that is done, so that each is done once and the way to those left is
    short."""
    total = models.BigIntegerField(default=0)
    """Of conversations or messages; 0 until they are counted, which may take longer than a click."""
    done = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)
    """When a chunk was done: one that is not touched any more is begun again."""
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="job_account")]

    def __str__(self) -> str:
        return f"job={self.pk}"
