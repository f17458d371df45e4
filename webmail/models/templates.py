"""Texts that a person writes often."""

from __future__ import annotations

import re

from django.db import models

_PLACE = re.compile(
    r"(?P<before>^|[ \t]*)\{\s*(?P<what>name|first name|date)\s*\}(?P<after>[,;:]?[ \t]*)", re.IGNORECASE | re.MULTILINE
)


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
        """The subject and the text for somebody. What is not known leaves nothing behind, and no gap: "Dear {name}," is
        "Dear," then."""
        known = {"name": name, "first name": first_name, "date": date}

        def put(found: re.Match[str]) -> str:
            before, value, after = found["before"], known[found["what"].lower()], found["after"]
            if value:
                return f"{before}{value}{after}"
            return after if found.start() and found.string[found.start() - 1] != "\n" else ""

        subject, text = (_PLACE.sub(put, each) for each in (self.subject, self.text))
        return subject, text
