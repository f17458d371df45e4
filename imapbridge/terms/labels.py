"""Names that people give to labels, as IMAP keywords: atoms of ASCII, which every mail program can carry.

A space is `_`. What an atom cannot hold is written as mailbox names were (RFC 3501 5.1.3): `Größe` is `Gr&APYA3w-e`.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from imapbridge.terms import flags

MOST = 60
"""Characters of a name."""
_FOREIGN = re.compile(r"[^A-Za-z0-9!#$'+,./:;<=>?@^`|~ -]+")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_FIRST = {f"$label{n}": name for n, name in enumerate(("Important", "Work", "Personal", "To do", "Later"), 1)}
"""What many programs show for these five."""
_NO_LABELS = {"nonjunk", "junk", "notjunk", "forwarded", "redirected", "attachment", "undeleted"}
"""Keywords without a dollar that programs set for themselves."""


def keyword_of(name: str) -> str:
    """The keyword for a label of this name; empty when it would be none, or one that means something to programs."""
    name = " ".join(name.split())[:MOST]
    known = next((keyword for keyword, shown in _FIRST.items() if shown.lower() == name.lower()), None)
    if known:
        return known
    keyword = _FOREIGN.sub(lambda found: f"&{_shift(found[0])}-", name).replace(" ", "_")
    return keyword if flags.is_valid_keyword(keyword) and is_label(keyword) else ""


def name_of(keyword: str) -> str:
    """What people call the label; the keyword itself when it was made by other rules."""
    if keyword in _FIRST:
        return _FIRST[keyword]
    try:
        return _SHIFTED.sub(lambda found: _unshift(found[1]), keyword.replace("_", " "))
    except ValueError:
        return keyword


def is_label(keyword: str) -> bool:
    """Whether people gave it: no system flag, and not a word that programs have among themselves (RFC 5788)."""
    return keyword in _FIRST or not (keyword.startswith(("$", "\\")) or keyword.lower() in _NO_LABELS)


def _shift(text: str) -> str:
    return b64encode(text.encode("utf-16-be"), b"+,").rstrip(b"=").decode() if text != "&" else ""


def _unshift(text: str) -> str:
    if not text:
        return "&"
    return b64decode(text + "=" * (-len(text) % 4), b"+,", validate=True).decode("utf-16-be")
