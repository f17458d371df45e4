"""Messages while they are written, and the files that go with them. Precious: the only copy of what somebody typed."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models


class Words(models.Model):
    """What somebody typed into a message, and what stands below it."""

    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    bcc = models.TextField(blank=True)
    """The three as they were typed, faults included."""
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    """What was typed, as plain text; of a rich message what its HTML says."""
    html = models.TextField(blank=True)
    """What was typed, sanitised; images of the message's own as `cid:`. Empty unless `is_rich`."""
    is_rich = models.BooleanField(default=True)
    quote = models.TextField(blank=True)
    """What is quoted below it: sanitised HTML that is sent as it stands."""
    quote_text = models.TextField(blank=True)
    """The same for plain messages."""

    class Meta:
        abstract = True


class Draft(Words):
    """One message being written. Its Message-ID is for life: its copies in Drafts and what is sent have it."""

    class Priority(models.TextChoices):
        HIGH = "high"
        NORMAL = ""
        LOW = "low"

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="drafts")
    identity = models.ForeignKey("accounts.Identity", on_delete=models.SET_NULL, null=True, related_name="+")
    """Whom it is from; None: the account's default, for the one that was chosen is gone."""
    message_id = models.CharField(max_length=998)
    in_reply_to = models.CharField(max_length=998, blank=True)
    references = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    """What it answers: `{"kind": "reply", "message_id": "<a@b>", "message": 12}`; `forward` likewise. Empty: nothing.
    The number is where it was in the mirror, which may have another by now."""

    priority = models.CharField(max_length=4, choices=Priority.choices, blank=True)
    receipt = models.BooleanField(default=False)
    """Asks its readers to confirm that they have seen it (RFC 8098)."""
    dsn = models.BooleanField(default=False, db_default=False)
    """Asks the mail servers to tell when it has been delivered (RFC 3461)."""

    revision = models.PositiveIntegerField(default=0)
    """Raised by each save; a save must name the one that it knows."""
    tab = models.CharField(max_length=40, blank=True)
    """Which open page saved it last."""
    is_open = models.BooleanField(default=False, db_default=False)
    """That page has not said since that it is left."""
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    mirrored = models.PositiveIntegerField(default=0)
    """The revision that is in the Drafts mailbox; 0: none is."""
    mirrored_size = models.BigIntegerField(default=0)
    """Octets of what was put there. One of another size, under the same Message-ID, is another program's."""
    outgoing = models.BigIntegerField(null=True)
    """The key of the `Outgoing` it was sent as; while there is one it is open in no composer."""
    discarded_at = models.DateTimeField(null=True)
    """Thrown away: can be had back for a while."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "message_id"], name="draft_message_id")]

    def __str__(self) -> str:
        return f"draft={self.pk}"


class DraftVersion(Words):
    """Words of a draft that gave way to others; it can have them back. Files have no versions."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="versions")
    is_foreign = models.BooleanField(default=False)
    """Another program wrote it, into the copy in the Drafts mailbox."""
    kept_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"draftversion={self.pk}"


class Upload(models.Model):
    """A file of a draft, or the part of it that has arrived. Its octets are on disk, under a name of our own."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    key = models.CharField(max_length=32, unique=True)
    """What it is called on disk and in addresses: random."""
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127, default="application/octet-stream")
    size = models.BigIntegerField()
    """Octets it will have."""
    received = models.BigIntegerField(default=0)
    """Octets that are here."""
    content_id = models.CharField(max_length=250, blank=True)
    """Of an image in the text, without angle brackets; empty: an attachment."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"upload={self.pk}"

    @property
    def path(self) -> Path:
        return folder() / self.key

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


def folder() -> Path:
    """Where the octets of uploads are; only this program may look inside."""
    place = settings.ENV.data_path / "uploads"
    place.mkdir(mode=0o700, exist_ok=True)
    return place
