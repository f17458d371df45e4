"""The people and groups a person knows, the address books elsewhere that hold them, and who writes and is written."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class AddressBook(models.Model):
    """An address book on a CardDAV server (RFC 6352) that is kept equal to what is here."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=2000)
    """Of the collection, with the slash at its end."""
    username = models.CharField(max_length=254, blank=True)
    secret = models.TextField(blank=True, editable=False)
    """See `accounts.secrets`."""
    sync_token = models.CharField(max_length=1000, blank=True)
    """Up to where we have seen (RFC 6578); empty: compare everything."""
    synced_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=40, blank=True)
    """The code of what ended the last sync, or empty."""
    notes = models.JSONField(default=list)
    """What the person should know of the last syncs: `[[code, name of a contact], ...]`, newest last."""

    def __str__(self) -> str:
        return f"book={self.pk}"


class Contact(models.Model):
    """A person or a group, as the person knows them."""

    class Kind(models.TextChoices):
        PERSON = "person"
        GROUP = "group"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="contacts", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PERSON)
    uid = models.CharField(max_length=255)
    """Its name for other programs (RFC 6350 section 6.7.6)."""
    name = models.CharField(max_length=200, blank=True)
    given = models.CharField(max_length=200, blank=True)
    family = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    birthday = models.CharField(max_length=40, blank=True)
    """As it was written: a year may be missing."""
    phones = models.JSONField(default=list)
    """`[[number, label], ...]`"""
    note = models.TextField(blank=True)
    photo = models.BinaryField(null=True)
    """A JPEG of ours; or one that came in a vCard, as it came."""
    rest = models.TextField(blank=True)
    """Lines of its vCard that are not understood here, kept for those who do."""
    members = models.ManyToManyField("self", symmetrical=False, related_name="groups")
    found_by = models.TextField(blank=True)
    """What is searched; see `contacts.folding`."""
    is_collected = models.BooleanField(default=False)
    """Nobody wrote it down: it came of being written to."""
    changed_at = models.DateTimeField(default=timezone.now)

    book = models.ForeignKey(AddressBook, on_delete=models.SET_NULL, null=True, related_name="contacts")
    href = models.CharField(max_length=2000, blank=True)
    """Its path on the server of its book; empty: it is not there yet."""
    etag = models.CharField(max_length=500, blank=True)
    is_owed = models.BooleanField(default=False)
    """It was changed here, and the server does not have that yet."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "uid"], name="contact_uid")]
        indexes = [
            models.Index(fields=["user", "name"], name="contact_name"),
            models.Index(fields=["book", "href"], name="contact_href"),
            models.Index(fields=["book"], name="contact_owed", condition=Q(is_owed=True)),
        ]

    def __str__(self) -> str:
        return f"contact={self.pk}"


class ContactAddress(models.Model):
    """One of the mail addresses of a contact."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    known_as = models.CharField(max_length=320)
    """See `correspondents.known_as`."""
    label = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["user", "known_as"], name="contactaddress_known_as")]

    def __str__(self) -> str:
        return f"address={self.pk}"


class GoneContact(models.Model):
    """A contact that was deleted here, and is still in its book on the server."""

    book = models.ForeignKey(AddressBook, on_delete=models.CASCADE, related_name="gone")
    href = models.CharField(max_length=2000)
    etag = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"gone={self.pk}"


class KeptContacts(models.Model):
    """Contacts as they were before they were merged or deleted, so that it can be undone until the next day."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    kept_at = models.DateTimeField(default=timezone.now, db_index=True)
    said = models.CharField(max_length=300)
    """What was done, in the person's words."""
    before = models.JSONField(default=list)
    """See `contacts.keeping`."""

    def __str__(self) -> str:
        return f"kept={self.pk}"


class Acquaintance(models.Model):
    """An address that an account's person wrote to or heard from."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False)
    known_as = models.CharField(max_length=320)
    address = models.CharField(max_length=320)
    name = models.CharField(max_length=200, blank=True)
    sent = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    rank = models.FloatField()
    """Often and lately, in one number that needs no renewing; see `contacts.ranking`."""
    found_by = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "known_as"], name="acquaintance_known_as")]
        indexes = [models.Index(fields=["account", "-rank"], name="acquaintance_rank")]

    def __str__(self) -> str:
        return f"acquaintance={self.pk}"


class Acquainted(models.Model):
    """How far an account's mail was looked through for acquaintances."""

    account = models.OneToOneField("accounts.MailAccount", on_delete=models.CASCADE, primary_key=True, related_name="+")
    marks = models.JSONField(default=dict)
    """`{mailbox name: [uid_validity, lowest, highest]}`: the UIDs in between were counted. Outlives the mirror."""

    def __str__(self) -> str:
        return f"acquainted={self.account_id}"
