"""Messages that were handed over to be sent. Precious: until the mail server has one, this is where it is."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypedDict

from django.conf import settings
from django.db import models
from django.db.models import Q


class Recipient(TypedDict):
    """One address that the message goes to, and how far it is on its way there."""

    address: str
    """As it stands in the envelope."""
    state: str
    """Of `Outgoing.Fate`."""
    code: str
    """Enhanced status (RFC 3463) or reply code, as the server gave it; may be empty."""
    said: str
    """What the server said, in its own words; may be empty."""


class Outgoing(models.Model):
    """One message on its way out. What happens to it is told in `webmail.compose.outbox`."""

    class State(models.TextChoices):
        WAITING = "waiting"
        """For its time, or to be tried again. `begun`: some have it already."""
        SENDING = "sending"
        SENT = "sent"
        PARTLY = "partly"
        """Some recipients were refused."""
        REFUSED = "refused"
        """All were."""
        UNKNOWN = "unknown"
        """All of it was sent, and no answer came. It is not sent again by itself."""
        TAKEN_BACK = "taken-back"

    class Fate(models.TextChoices):
        """Of one recipient."""

        WAITING = ""
        ACCEPTED = "accepted"
        REFUSED = "refused"
        UNKNOWN = "unknown"
        # What a delivery status notification told later (RFC 3464 2.3.3).
        FAILED = "failed"
        DELAYED = "delayed"
        DELIVERED = "delivered"
        RELAYED = "relayed"
        EXPANDED = "expanded"

    class Copy(models.TextChoices):
        """The one in the Sent mailbox."""

        NONE = ""
        """Not seen to yet."""
        OWED = "owed"
        """It is listed, and the server will have it: the change of `filing` says so."""
        FILED = "filed"
        HELD = "held"
        """The server would not take it: `copy_problem` says why. It is kept, and offered again."""
        SERVER = "server"
        """The server files it by itself."""
        NOWHERE = "nowhere"
        """Its person does without, or its octets are gone."""

    TROUBLE = (Fate.REFUSED, Fate.UNKNOWN, Fate.FAILED, Fate.DELAYED)
    """Of a recipient: what is told on the message."""
    OPEN = (State.WAITING, State.SENDING, State.UNKNOWN, State.REFUSED, State.PARTLY)
    """What the outbox shows, until it is dismissed."""

    LIMITED: ClassVar = "sending-limit"
    """The `problem` of what waits since its person, or the domain, has sent as much as may be."""

    COPY_NOTICE: ClassVar = "sent-copy"
    """The kind of the notice that the server did not take a copy for Sent."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="outgoing")
    message_id = models.CharField(max_length=998)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    turn = models.PositiveIntegerField(default=0)
    """Raised by whoever takes it in hand: of two, the later one has it."""
    ending = models.BooleanField(default=False)
    """Written down before the last octet is sent: from then on the server may have it."""
    due_at = models.DateTimeField()
    """When it is tried; while it is being sent, until when whoever does so is believed to live."""
    planned_at = models.DateTimeField()
    """When it was to go."""
    attempts = models.PositiveIntegerField(default=0)
    counted = models.BooleanField(default=False, db_default=False)
    """It is among what its person sent lately; see `compose.rates`."""
    problem = models.CharField(max_length=40, blank=True)
    """The code of a MailError: why it has not gone yet."""
    said = models.TextField(blank=True)
    """What the server said to that."""
    refused_secret = models.PositiveIntegerField(null=True)
    """The `MailAccount.secret_version` that the server refused: it is not tried with that one again, unless its person
    says so."""
    sender = models.CharField(max_length=320)
    """Of the envelope."""
    recipients = models.JSONField(default=list)
    """`Recipient`s, in order."""
    scheduled = models.BooleanField(default=False)
    """It was to go later, and not only after the moment in which it can be had back."""
    troubled = models.BooleanField(default=False)
    """Somebody has not got it, or not yet, or nobody knows."""
    begun = models.BooleanField(default=False)
    """The server has taken it for somebody, or may have."""
    subject = models.TextField(blank=True)
    octets = models.CharField(max_length=32)
    """The file that it is in, until the copy is in Sent; see `path`. Empty: it is gone."""
    size = models.BigIntegerField()
    private = models.PositiveIntegerField(default=0)
    """Octets at its beginning (Bcc) that only the Sent copy has."""
    eight_bit = models.BooleanField(default=False)
    utf8 = models.BooleanField(default=False)
    """Only SMTPUTF8 can carry it."""
    dsn = models.BooleanField(default=False)
    """Asked to be told when it is delivered (RFC 3461)."""
    draft = models.ForeignKey("webmail.Draft", on_delete=models.SET_NULL, null=True, related_name="+")
    """What it was written as; removed when it is sent."""
    answers = models.JSONField(default=dict)
    """`Draft.answers`: the original that is marked as answered or forwarded."""
    copy = models.CharField(max_length=8, choices=Copy.choices, blank=True)
    filing = models.BigIntegerField(null=True)
    """Key of the change by which the copy is owed, as long as it is; the mirror, whose it is, may be without it."""
    copy_problem = models.CharField(max_length=40, blank=True, default="", db_default="")
    """The code of a MailError: why the server did not take the copy the last time."""
    copy_due_at = models.DateTimeField(null=True)
    """When a held copy is offered again by itself."""
    dismissed = models.BooleanField(default=False)
    """Its person has read how it ended."""
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "message_id"], name="outgoing_message_id")]
        indexes = [
            models.Index(fields=["due_at"], name="outgoing_due", condition=Q(state__in=("waiting", "sending"))),
            models.Index(
                fields=["account"], name="outgoing_open",
                condition=Q(state__in=("waiting", "sending", "unknown", "refused", "partly"), dismissed=False),
            ),
            models.Index(fields=["account"], name="outgoing_held", condition=Q(copy="held")),
            models.Index(fields=["filing"], name="outgoing_owed", condition=Q(filing__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"outgoing={self.pk}"

    @property
    def is_troubled(self) -> bool:
        """What `troubled` is to be."""
        return any(one["state"] in self.TROUBLE for one in self.recipients)

    @property
    def path(self) -> Path:
        return folder() / self.octets


def folder() -> Path:
    """Where the octets are; only this program may look inside."""
    place = settings.ENV.data_path / "outbox"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place
