"""An account's mirror as a whole, and its mailboxes."""

from __future__ import annotations

from django.db import models


class Mirror(models.Model):
    """How far the mirror of one account is."""

    account = models.OneToOneField(
        "accounts.MailAccount", on_delete=models.CASCADE, primary_key=True, related_name="mirror"
    )
    listed_at = models.DateTimeField(null=True)
    """When the mailbox list was last read; None: never."""
    error = models.CharField(max_length=40, blank=True)
    """The code of the MailError that ended the last sync, or empty."""
    error_at = models.DateTimeField(null=True)
    quota_used = models.BigIntegerField(null=True)
    quota_limit = models.BigIntegerField(null=True)
    """Octets; None where the server has no quota."""
    messages_read = models.BigIntegerField(default=0, db_default=0)
    bodies_read = models.BigIntegerField(default=0, db_default=0)
    """The highest keys of Message and Body whose words are in MessageText; see `search.catching_up`."""


class Mailbox(models.Model):
    """A mailbox of the server (screen: Folder)."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="mailboxes")
    raw_name = models.BinaryField(max_length=1000)
    """The name's octets as the server sent them: the key, for decoding is not always reversible."""
    name = models.CharField(max_length=1000)
    """The whole name, decoded: `Co-op/Lease`. Once a person has renamed it, the new one, before the server has it."""
    delimiter = models.CharField(max_length=1, blank=True)
    special_use = models.CharField(max_length=12, blank=True)
    """A `terms.special_use.SpecialUse` value, or empty."""
    object_id = models.CharField(max_length=255, blank=True)
    """The server's own name for it, which a renamed mailbox keeps (RFC 8474), where it has one."""
    attributes = models.JSONField(default=list)
    selectable = models.BooleanField(default=True)
    subscribed = models.BooleanField(default=True)
    leaving = models.BooleanField(default=False)
    """A person has deleted it, and the server has not done so yet: it is shown no more."""

    uid_validity = models.BigIntegerField(null=True)
    uid_next = models.BigIntegerField(null=True)
    highest_modseq = models.BigIntegerField(null=True)
    """The three as they were when the mailbox was last found equal to the server."""
    lowest_uid = models.BigIntegerField(null=True)
    """Backfill's cursor: all from here up is in the index. 1: the first sync is complete. None: not begun."""
    server_total = models.BigIntegerField(null=True)
    server_unread = models.BigIntegerField(null=True)
    """MESSAGES and UNSEEN of the last STATUS."""
    flags_at = models.DateTimeField(null=True)
    """When all flags were last compared, on servers without CONDSTORE."""
    synced_at = models.DateTimeField(null=True)
    undelivered = models.JSONField(default=dict)
    """`{"uids": "3,7", "since": 1700000000, "again": 1700000060}`; see `sync.undelivered`."""
    error = models.CharField(max_length=40, blank=True)

    total = models.BigIntegerField(default=0)
    unread = models.BigIntegerField(default=0)
    """What the screen shows: the index's counts once complete, the server's before."""
    state = models.BigIntegerField(default=0)
    """Raised by every write to this mailbox; see `events`."""
    sweep_mark = models.BigIntegerField(default=0)
    """The state at the last sweep: tombstones up to it go with the next."""
    changes_from = models.BigIntegerField(default=0)
    """`changes since` an older state than this cannot be told any more."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "raw_name"], name="mailbox_name")]

    def __str__(self) -> str:
        return f"mailbox={self.pk}"

    @property
    def complete(self) -> bool:
        return self.lowest_uid == 1

    @property
    def leaf(self) -> str:
        """The last component of the name: `Lease`."""
        return self.name.rsplit(self.delimiter, 1)[-1] if self.delimiter else self.name
