"""The second steps of signing in that a person has set up, as tables. What they are good for is `second`'s business."""

from __future__ import annotations

from django.db import models


class Authenticator(models.Model):
    """A program that shows codes which change every half minute (TOTP, RFC 6238). At most one of a person."""

    user = models.OneToOneField("accounts.User", models.CASCADE, related_name="authenticator")
    secret = models.TextField(editable=False)
    """Shared with the program. Sealed: see `secrets`."""
    last_step = models.BigIntegerField(default=0, editable=False)
    """The half minute of the last code that was taken: no code is taken twice (RFC 6238 section 5.2)."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class Passkey(models.Model):
    """A key that a device or browser keeps for its person (WebAuthn). Here is its public half, which is no secret."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    host = models.CharField(max_length=253, editable=False)
    """The WebAuthn relying party id that it was made for: it works under no other host."""
    credential_id = models.CharField(max_length=1400, unique=True, editable=False)
    """As base64url."""
    public_key = models.TextField(editable=False)
    """As base64url."""
    sign_count = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """For who has lost the device. Goes when it is used."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, editable=False)
    """Of eighty random bits, which no table of guesses holds: a fast digest is enough."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_of_person")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"
