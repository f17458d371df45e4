"""Mailbox names: modified UTF-7 (RFC 3501 5.1.3) or UTF-8 (RFC 9051 5.1).

The octets are the key and are sent back as they came; decoding is for the eye only, since servers and programs get the
encoding wrong and not every name survives a round trip. Decoding never fails.
"""

from __future__ import annotations

import base64
import binascii
import re

from imapbridge.errors import Unsafe

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_NEEDS_SHIFT = re.compile(r"[^\x20-\x7e]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def decode(raw: bytes, utf8: bool = False) -> str:
    """The name for people. `utf8`: the session has UTF8=ACCEPT or IMAP4rev2, where `&` is just a letter."""
    if not raw.isascii():
        text = _decode_8bit(raw)
    elif utf8 or b"&" not in raw:
        text = raw.decode("ascii")
    else:
        text = _SHIFTED.sub(_unshift, raw.decode("ascii"))
    return _UNSHOWABLE.sub("\ufffd", text)


def encode(name: str, utf8: bool = False) -> bytes:
    """The octets for a mailbox to be made. Unsafe when there is a control character in it."""
    if _CONTROL.search(name):
        raise Unsafe("the name of a mailbox may not hold control characters")
    if utf8:
        return name.encode("utf-8")
    return _NEEDS_SHIFT.sub(_shift, name.replace("&", "&-")).encode("ascii")


def key(raw: bytes) -> bytes:
    """What two spellings of one mailbox share: INBOX has no case (RFC 9051 5.1)."""
    return b"INBOX" if raw.upper() == b"INBOX" else raw


def _decode_8bit(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _unshift(found: re.Match[str]) -> str:
    letters = found[1]
    if not letters:
        return "&"
    try:
        octets = base64.b64decode(letters.replace(",", "/") + "=" * (-len(letters) % 4), validate=True)
        return octets.decode("utf-16-be")
    except (binascii.Error, UnicodeDecodeError):
        return found[0]  # an `&` that was never encoded: show what is there


def _shift(found: re.Match[str]) -> str:
    octets = found[0].encode("utf-16-be")
    return "&" + base64.b64encode(octets).decode("ascii").rstrip("=").replace("/", ",") + "-"
