"""How a person wants somebody's mail treated."""

from __future__ import annotations

from django.db import models


def known_as(address: str) -> str:
    """An address as it is kept and compared: in lower case, where it is ASCII. All databases agree on no more."""
    return address.encode(errors="replace").lower().decode()


class Correspondent(models.Model):
    """Somebody who writes to an account, as far as its person has said how they are to be treated."""

    account = models.ForeignKey("accounts.MailAccount", on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    """As `known_as` has it."""
    shows_images = models.BooleanField(default=False)
    """Remote images in their mail are shown without asking."""
    is_blocked = models.BooleanField(default=False)
    """What they send from now on goes to Junk."""
    is_trusted = models.BooleanField(default=False)
    """The person says that they are who they say, whatever their name or domain resembles. Says nothing where the mail
    server found that a message is not theirs."""
    is_darkened = models.BooleanField(default=False)
    """The colours of their mail are darkened on a dark screen, in place of white paper."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="correspondent_address")]

    def __str__(self) -> str:
        return f"correspondent={self.pk}"
