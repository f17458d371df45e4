"""Passwords that stay for a while though their person is signed in nowhere: something is still to be done with them.

Who says so, and sees that it ends, is elsewhere (`webmail.compose.lingering`). `models.py` has it for Django.
"""

from __future__ import annotations

from django.db import models


class Errand(models.Model):
    """What an account's person wanted done before its password is forgotten. Its row goes when that is done."""

    account = models.OneToOneField("accounts.MailAccount", on_delete=models.CASCADE, related_name="errand")
    until = models.DateTimeField()
    """By then the password goes in any case."""

    def __str__(self) -> str:
        return f"errand of account={self.account_id}"
