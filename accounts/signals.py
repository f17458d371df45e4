"""What this package tells whoever listens; it imports nothing of theirs."""

from __future__ import annotations

from django.dispatch import Signal

passwords_forgotten = Signal()
"""Sent after the commit with `account_ids: list[int]`: their connections are to be dropped."""

servers_changed = Signal()
"""Sent after the commit with `account_ids: list[int]`: as above, but the passwords are still good."""

session_ended = Signal()
"""Sent with `digest: str`, the SHA-256 of the session's key: one was ended from elsewhere, and is deleted already."""

keys_rotated = Signal()
"""Sent by `manage.py rotatekeys`: who keeps other sealed passwords seals them anew, and answers with how many they
were and how many no key opens."""
