"""Flags and keywords (RFC 9051 2.3.2). Keywords are what the screen calls labels.

System flags start with a backslash and compare without regard to case; so do keywords, but those keep the
spelling the server gave them.
"""

from __future__ import annotations

import re

SEEN = "\\Seen"
ANSWERED = "\\Answered"
FLAGGED = "\\Flagged"
DELETED = "\\Deleted"
DRAFT = "\\Draft"
RECENT = "\\Recent"
"""Only servers set it; gone in IMAP4rev2. Never stored."""

# Registered keywords (RFC 5788) that mean the same to every program.
FORWARDED = "$Forwarded"
MDN_SENT = "$MDNSent"
JUNK = "$Junk"
NOT_JUNK = "$NotJunk"
PHISHING = "$Phishing"
NOT_PHISHING = "$NotPhishing"
"""Not registered, but what others would call it: the reader says that the sender is who it says."""
IMPORTANT = "$Important"
MUTED = "$muted"
"""New mail of its conversation is not to be seen in the inbox (IANA's registry of IMAP keywords)."""
MUTED = "$muted"
"""New mail of its conversation is not to be seen in the inbox (IANA's registry of IMAP keywords)."""
SUBMITTED = "$Submitted"
SUBMIT_PENDING = "$SubmitPending"

SYSTEM = (SEEN, ANSWERED, FLAGGED, DELETED, DRAFT)

_WELL_KNOWN = (*SYSTEM, RECENT, FORWARDED, MDN_SENT, JUNK, NOT_JUNK, PHISHING, NOT_PHISHING)
_CANONICAL = {flag.lower(): flag for flag in _WELL_KNOWN}
# An atom (RFC 9051 9): no control, no 8-bit, none of the specials.
_ATOM = re.compile(r"[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]{1,255}")


def is_keyword(flag: str) -> bool:
    """True for what is not a system flag; the spelling is not checked."""
    return not flag.startswith("\\")


def is_valid_keyword(text: str) -> bool:
    """Whether `text` can be sent as a keyword: a non-empty IMAP atom of at most 255 characters."""
    return _ATOM.fullmatch(text) is not None


def is_valid(flag: str) -> bool:
    """Whether `flag` can be sent in STORE: a keyword, or a backslash and an atom (RFC 9051 `flag`), not `\\Recent`."""
    return is_valid_keyword(flag.removeprefix("\\")) and canonical(flag) != RECENT


def canonical(flag: str) -> str:
    """The usual spelling of a well-known flag; any other flag as it is."""
    return _CANONICAL.get(flag.lower(), flag)
