"""The charset that HTML names in its own markup, for when the message names none. Pure, and a hint."""

from __future__ import annotations

import re
from contextlib import suppress

_META = re.compile(rb"<meta\s[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_IMPOSSIBLE = ("utf7", "utf16", "utf32", "unicode", "ucs2")
"""What markup that can be read so far is not in, nor ever should be (HTML 13.2.3.2)."""


def meta_charset(html: bytes) -> str:
    """Its name as it stands there; empty for none, and for what is UTF-8 whatever it says."""
    with suppress(UnicodeDecodeError):
        html.decode()
        return ""
    found = _META.search(html, 0, 4096)
    name = found[1].decode("ascii", "replace") if found else ""
    return "" if name.lower().replace("-", "").startswith(_IMPOSSIBLE) else name
