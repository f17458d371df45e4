"""Work owed to the server: what people did that it has not confirmed yet; and what it would not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


def filing_folder() -> Path:
    """Where messages lie that are to be filed and too large for a row; only this program may look inside."""
    place: Path = settings.ENV.data_path / "filing"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


class PendingChange(models.Model):
    """One change to replay, written in the transaction that changed the index. The only rows here that are precious."""

    class Kind(models.TextChoices):
        FLAGS = "flags"
        MOVE = "move"
        COPY = "copy"
        EXPUNGE = "expunge"
        APPEND = "append"
        CREATE = "create"
        RENAME = "rename"
        DELETE = "delete"
        SUBSCRIBE = "subscribe"

    OF_MAILBOXES = frozenset({Kind.CREATE, Kind.RENAME, Kind.DELETE, Kind.SUBSCRIBE})
    """Changes of the mailbox itself, and not of messages; see `sync.hierarchy`."""

    class Step(models.TextChoices):
        """How far a change is that takes more than one command."""

        NONE = ""
        COPYING = "copying"
        """The target's UIDNEXT is written down: a COPY or APPEND may have been sent, and is looked for above it."""
        COPIED = "copied"
        """The copies are confirmed; what is left is to remove the originals."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="pending")
    mailbox = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, related_name="pending")
    """Where the messages are; of an APPEND, where it goes; or the mailbox that is made, renamed or deleted itself."""
    target = models.ForeignKey("imapbridge.Mailbox", on_delete=models.CASCADE, null=True, related_name="arriving")
    """Where a MOVE or COPY goes."""
    kind = models.CharField(max_length=12, choices=Kind.choices)
    step = models.CharField(max_length=8, choices=Step.choices, blank=True, default=Step.NONE)
    uid_validity = models.BigIntegerField()
    uids = models.TextField()
    """A UID set, `1:3,7`. Of a DELETE, the messages that were asked about: with others in it the mailbox stays."""
    unplaced = models.JSONField(default=list)
    """Keys of entries that this change is about too, once the server has told their UIDs; see `sync.places`."""
    waits = models.BooleanField(default=False)
    """Not to be replayed: some of its messages have no UID yet, or others' deleted messages stand in the way."""
    places = models.JSONField(default=dict)
    """MOVE and COPY: {key of the entry in the source: key of its entry in the target}. APPEND: `sync.places.OWN`."""
    target_from = models.BigIntegerField(null=True)
    """The target's UIDNEXT before the first COPY or APPEND was sent; of a DELETE, the mailbox's when it was asked for:
    what is below was asked about as well."""
    add = models.JSONField(default=list)
    remove = models.JSONField(default=list)
    """Flags and keywords; of an APPEND, those of the message; of a SUBSCRIBE, `\\Subscribed` in one of the two; of a
    CREATE or RENAME, whether the mailbox is to be subscribed under its name."""
    name = models.CharField(max_length=1000, blank=True)
    name_before = models.CharField(max_length=1000, blank=True)
    """CREATE and RENAME: the whole name that the mailbox is to have, decoded; RENAME: and the one that it had."""
    data = models.BinaryField(null=True)
    """APPEND: the message, with CRLF line ends, until it is confirmed."""
    file = models.CharField(max_length=40, blank=True)
    """APPEND: the message's name in `filing_folder` when it is not in `data`; removed when it is confirmed."""
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0)
    """How often the server said NO, which is not the same as not answering."""
    not_before = models.DateTimeField(null=True)
    """Not to be tried before; also the claim of whoever is trying it now."""
    job = models.ForeignKey("imapbridge.Job", on_delete=models.SET_NULL, null=True, related_name="changes")
    """What it is a part of, and can be undone with: until then, or until nobody may any more, it is kept."""
    confirmed_at = models.DateTimeField(null=True)
    """When the server said yes. Kept a little longer: what was fetched before that moment is older than this change."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="pending_queue", condition=Q(confirmed_at=None))]

    @classmethod
    def undoable(cls, job: Any) -> models.QuerySet[PendingChange]:
        """What of a job can be undone: of what the server was asked to delete nothing comes back."""
        return cls.objects.filter(job=job).exclude(kind=cls.Kind.EXPUNGE, attempts__gt=0)


class Notice(models.Model):
    """Something that a person did and the server would not do: the index is back at the truth, and they are told."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=PendingChange.Kind.choices)
    code = models.CharField(max_length=40)
    """The code of a MailError: why."""
    subject = models.TextField(blank=True)
    """Of the first message."""
    count = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=1000, blank=True)
    target = models.CharField(max_length=1000, blank=True)
    """Names of mailboxes, as they were then."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="notice_account")]
