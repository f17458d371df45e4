"""Texts that a person writes often."""

from __future__ import annotations

from django.db import models


class Template(models.Model):
    """A subject and a text to begin a message with. `{name}`, `{first name}` and `{date}` in them stand for those."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return f"template={self.pk}"
