"""Texts that a person writes often."""

from __future__ import annotations

import re

from django.db import models

_PLACE = re.compile(r"\{\s*(name|first name|date)\s*\}", re.IGNORECASE)


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

    def filled(self, name: str, first_name: str, date: str) -> tuple[str, str]:
        """The subject and the text for somebody; what is not known leaves nothing behind."""
        known = {"name": name, "first name": first_name, "date": date}
        subject, text = (_PLACE.sub(lambda found: known[found[1].lower()], each) for each in (self.subject, self.text))
        return subject, text
