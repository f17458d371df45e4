"""People, their mail accounts, and how they like things. Precious: not rebuildable from anywhere."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Django looks for models here.
from accounts.errands import Errand as Errand  # noqa: PLC0414
from accounts.steps import Authenticator as Authenticator  # noqa: PLC0414
from accounts.steps import Passkey as Passkey  # noqa: PLC0414
from accounts.steps import RecoveryCode as RecoveryCode  # noqa: PLC0414
from accounts.tenancy import FoundServers as FoundServers  # noqa: PLC0414
from accounts.tenancy import MailDomain as MailDomain  # noqa: PLC0414
from accounts.tenancy import Security as Security  # noqa: PLC0414
from accounts.tenancy import domain_name as domain_name  # noqa: PLC0414
from accounts.trail import AuditEntry as AuditEntry  # noqa: PLC0414


class UserManager(BaseUserManager["User"]):
    """Makes people. Those who sign in with a mailbox have no password here."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return super().get_by_natural_key((username or "").strip().lower())

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with the address and password of a mailbox, or (staff only) with a password of our own."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.email


class MailAccount(models.Model):
    """One mailbox of a person on a mail server, with the encrypted password for it.

    A person may have several, and two people may read the same one, each in their own account. Only the one whose
    address is the person's own (`is_primary`) signs them in: whoever knows the password of a mailbox that is shared
    must not come to the other mail of those who read it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="accounts")
    address = models.EmailField(db_index=True)
    username = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    """Whose word stands for a password: the name of one of `providers`, and the secret is its refresh token. Empty: the
    secret is a password."""
    secret = models.TextField(blank=True, editable=False)
    """See `secrets`; empty when the person has signed out everywhere."""
    secret_version = models.PositiveIntegerField(default=0, editable=False)
    """Raised with every change of the secret: warm connections of an older version are not used."""
    refused = models.BooleanField(default=False)
    """The server refused the password lately: nothing connects until the person signs in again."""
    used_at = models.DateTimeField(null=True, blank=True)
    special_uses = models.JSONField(default=dict, blank=True)
    """What the person chose, which wins over what the server says: `{"sent": "Post/Out"}`; an empty name: none is."""
    folders = models.JSONField(default=dict, blank=True)
    """How the person likes them shown, by name: `{"Co-op": {"favourite": true, "hue": 7, "hidden": true}}`."""
    labels = models.JSONField(default=dict, blank=True)
    """Those that the account has, by keyword, with the colour that the person chose: `{"Fair": {"hue": 7}}`."""
    title = models.CharField(max_length=60, blank=True, default="", db_default="")
    """What its person calls it; empty: by its address."""
    hue = models.PositiveSmallIntegerField(null=True, blank=True)
    """The colour that its person chose; None: by its address."""
    position = models.PositiveIntegerField(default=0, db_default=0)
    """Where it stands among the person's; of equal ones the older is first."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "address"], name="account_of_person")]

    def __str__(self) -> str:
        return self.address

    @property
    def is_primary(self) -> bool:
        """Whether its address and password are what the person signs in with."""
        return self.address == self.user.email


class LeftToken(models.Model):
    """A refresh token whose account has no use for it any more: to be given back to its provider, and forgotten."""

    provider = models.CharField(max_length=32)
    token = models.TextField(editable=False)
    """Sealed: see `secrets`."""
    tries = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"token={self.pk}"


class Identity(models.Model):
    """A name and address a person writes as."""

    account = models.ForeignKey(MailAccount, on_delete=models.CASCADE, related_name="identities")
    name = models.CharField(max_length=200, blank=True)
    address = models.EmailField()
    reply_to = models.CharField(max_length=320, blank=True)
    """Where answers go, as an address; empty: to `address`."""
    bcc = models.TextField(blank=True)
    """Who gets a blind copy of everything, as an address list (RFC 5322 section 3.4); empty: nobody."""
    signature_html = models.TextField(blank=True)
    """Sanitised. Empty with a `signature_text`: that one is used in rich messages too."""
    signature_text = models.TextField(blank=True)
    signature_above = models.BooleanField(default=False)
    """In answers the signature stands above what is quoted, not below it."""
    signs_new = models.BooleanField(default=True)
    signs_replies = models.BooleanField(default=True)
    """Whether new messages, and answers and forwarded ones, begin with the signature."""
    is_default = models.BooleanField(default=False)
    """What new messages are written as. At most one of an account."""
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


class Preferences(models.Model):
    """How a person likes it. A missing row means the defaults."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="preferences")
    theme = models.CharField(max_length=8, blank=True)
    accent = models.CharField(max_length=12, blank=True)
    density = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    pane = models.CharField(max_length=8, blank=True)
    """Where an open conversation stands: beside the list (empty), `below` it, or `off`: in its place."""
    after_filing = models.CharField(max_length=8, blank=True)
    """What is shown once an open conversation was archived, moved or deleted: `next`, `previous` or `list`; empty: the
    next one where it is beside the list, else the list."""
    read_after = models.SmallIntegerField(default=0)
    """Seconds after which what is open is marked as read; -1: never."""
    is_flat = models.BooleanField(default=False, db_default=False)
    """Lists show each message by itself, and it is read without its conversation."""
    swipe_start = models.CharField(max_length=8, blank=True)
    swipe_end = models.CharField(max_length=8, blank=True)
    """What a finger does to a row that it moves there, by the names of deeds; `none`: nothing. Empty: archive towards
    the end of a line, snooze towards its start."""
    undo_send = models.SmallIntegerField(default=10)
    """Seconds that what was sent is held back for, and can be had back in."""
    images_of_contacts = models.BooleanField(default=False)
    """Remote images of who is among the contacts are shown without asking."""
    cleans_links = models.BooleanField(default=False)
    """Links in mail lose what only tells the sender who followed them."""
    collects_contacts = models.BooleanField(default=False)
    """Whoever the person writes to is put among the contacts."""
    keeps_syncing = models.BooleanField(default=False, db_default=False)
    """The mail passwords stay when the person signs out everywhere, so that mail goes on being fetched."""

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class SignIn(models.Model):
    """One browser that is signed in. The last one to leave takes the mail passwords with it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_digest = models.CharField(max_length=64, unique=True)
    device = models.CharField(max_length=200, blank=True)
    network = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    """When its person did something there, to some minutes."""
    session = models.TextField(blank=True, default="", db_default="", editable=False)
    """The session's key, sealed, so that it can be ended from elsewhere."""
    stays = models.BooleanField(default=False, db_default=False)
    """Whether a token brings the sign-in back when its session is over: see `staying`."""
    seed = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    """Which of its tokens is the good one, and since when."""
    second = models.BooleanField(default=False, db_default=False)
    """Whether it has passed a second step."""

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


def inbox_only() -> list[str]:
    """The default of `Notifications.mailboxes`."""
    return ["INBOX"]


class Notifications(models.Model):
    """Of which new mail of an account its person is told, and how. A missing row means the defaults."""

    account = models.OneToOneField(MailAccount, on_delete=models.CASCADE, related_name="notifications")
    mailboxes = models.JSONField(default=inbox_only)
    """The whole names of those whose new mail is told."""
    private = models.BooleanField(default=False)
    """Neither sender nor subject is shown."""
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    """Between the two, by the person's own clock, nothing is told. Both or neither."""

    def __str__(self) -> str:
        return f"notifications of {self.account_id}"


class PushSubscription(models.Model):
    """Where a signed-in browser is reached while no page is open (RFC 8030). Goes when its sign-in goes."""

    sign_in = models.OneToOneField(SignIn, on_delete=models.CASCADE, related_name="push")
    endpoint = models.CharField(max_length=1000, unique=True)
    key = models.CharField(max_length=100)
    """The browser's public key (RFC 8291 `p256dh`), as base64url."""
    secret = models.CharField(max_length=50)
    """What the browser and we alone know (RFC 8291 `auth`), as base64url."""
    told = models.JSONField(default=dict)
    """`{"<account> <mailbox>": [uid_validity, uid]}`: up to where the browser was told of new mail."""

    def __str__(self) -> str:
        return f"push={self.pk}"
