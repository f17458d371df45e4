"""Who lives in the demo. Their password is printed on the terminal: it opens nothing but the demo."""

from __future__ import annotations

PASSWORD = "whimbrel"  # noqa: S105

#: Address -> key of the person in the seed.
PEOPLE = {"noor@example.com": "noor", "tomas@example.com": "tomas"}
