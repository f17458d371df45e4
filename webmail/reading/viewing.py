"""How an attachment can be looked at without saving it, by its name and what it says it is.

Pure. This only chooses the door: what is behind it proves by its own bytes that it is what it says, or is not shown.
HTML, SVG and XML are shown as the text they are written in.
"""

from __future__ import annotations

import re

from imapbridge.mime.charsets import decode
from webmail.reading.attachments import Attachment

MAX_TEXT = 512 * 1024
"""Octets of a text that are shown."""

_BY_TYPE = {
    "application/pdf": "pdf",
    "message/rfc822": "letter",
    "message/global": "letter",
    "application/ms-tnef": "winmail",
    "application/vnd.ms-tnef": "winmail",
    "text/vcard": "contacts",
    "text/x-vcard": "contacts",
    "text/directory": "contacts",
    "text/calendar": "text",
    "application/json": "text",
    "application/xml": "text",
    "image/svg+xml": "text",
}
_BY_EXTENSION = {
    "picture": "png jpg jpeg jfif gif webp avif",
    "pdf": "pdf",
    "letter": "eml",
    "contacts": "vcf vcard",
    "sound": "mp3 m4a ogg oga opus wav flac aac",
    "film": "mp4 m4v mov webm",
    "text": "txt md log csv tsv json xml yml yaml ini toml cfg conf diff patch py js ts css c h cpp rs go java rb sh "
    "sql tex html htm xhtml svg ics srt asc",
}
_EXTENSIONS = {f".{each}": way for way, listed in _BY_EXTENSION.items() for each in listed.split()}
_PICTURES = ("image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp", "image/avif")
_FAMILIES = {"audio": "sound", "video": "film", "text": "text"}


def way(attachment: Attachment) -> str:
    """`picture`, `pdf`, `sound`, `film`, `text`, `letter`, `contacts` or `winmail`; empty for what can only be
    saved."""
    if attachment.media_type in _PICTURES:
        return "picture"
    if attachment.name.lower() == "winmail.dat":
        return "winmail"
    found = _BY_TYPE.get(attachment.media_type) or _EXTENSIONS.get(attachment.extension.lower())
    return found or _FAMILIES.get(attachment.media_type.partition("/")[0], "")


# Controls but tab and line ends, bidi embeddings, overrides and isolates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def text(data: bytes, charset: str) -> str | None:
    """The text of a file; None when it is none."""
    if b"\x00" in data[:8192] and not charset.startswith(("utf-16", "utf-32", "utf16")):
        return None
    return _UNSHOWABLE.sub("", decode(data, charset))
