"""What is shown of an attachment: a name that is safe to save under, its size, its kind, and whether it can do harm.

Pure. The declared media type is text to be shown, never a header to be sent; what is sent is decided by whoever serves
the bytes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from imapbridge.terms.part import Part

MAX_NAME = 150
_LONGEST_EXTENSION = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    section: str
    name: str
    media_type: str
    """As declared."""
    size: int
    """Octets once decoded, estimated from the encoded size."""
    kind: str
    """`image`, `document`, `sheet`, `slides`, `calendar`, `contact`, `mail`, `archive`, `audio`, `video`, `program`,
    `page` or `file`."""
    is_dangerous: bool
    """Opening it can run something."""

    @property
    def stem(self) -> str:
        return self.name.removesuffix(self.extension)

    @property
    def extension(self) -> str:
        """With its dot, or empty."""
        return extension_of(self.name)

    @property
    def icon(self) -> str:
        """The name of its icon in the sprite."""
        return _ICONS.get(self.kind, "paperclip")


def describe(part: Part) -> Attachment:
    name = safe_filename(part.filename, part.media_type, part.section)
    extension = extension_of(name).lower()
    size = decoded_size(part)
    kind = _kind(part.media_type, extension)
    dangerous = extension in _DANGEROUS or part.media_type in _DANGEROUS_TYPES
    return Attachment(part.section, name, part.media_type, size, kind, dangerous)


def decoded_size(part: Part) -> int:
    """Base64 makes 57 octets a line of 78 with its line end (RFC 2045 6.8)."""
    return part.size * 57 // 78 if part.encoding == "base64" else part.size


# --- Names ------------------------------------------------------------------------------------------------------------

# Controls, bidi marks and overrides (a name must not read backwards: `gpj.exe`), zero width, surrogates, private use.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def safe_filename(name: str, media_type: str = "", section: str = "") -> str:
    """`name` without path, controls and tricks, at most `MAX_NAME` characters, its extension kept; never empty."""
    name = unicodedata.normalize("NFC", name[:2000])
    name = "".join(char for char in name if unicodedata.category(char) not in _UNSEEN)
    name = re.split(r"[/\\\u2044\u2215\u29f8\uff0f\uff3c]", name.strip())[-1]
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")
    if not name:
        return _made_up(media_type, section)
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return _shortened(name)


def extension_of(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    return f".{extension}" if stem and dot and 0 < len(extension) <= _LONGEST_EXTENSION and " " not in extension else ""


def _shortened(name: str) -> str:
    extension = extension_of(name)
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - len(extension)].rstrip(". ") + extension


def _made_up(media_type: str, section: str) -> str:
    stem = "message" if media_type == "message/rfc822" else "attachment"
    number = f"-{section}" if section else ""
    return f"{stem}{number}{_EXTENSIONS.get(media_type, '')}"


# --- Kinds ------------------------------------------------------------------------------------------------------------

_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
}


def _set(names: str) -> frozenset[str]:
    return frozenset(f".{name}" for name in names.split())


_BY_EXTENSION: dict[str, frozenset[str]] = {
    "image": _set("png jpg jpeg gif webp avif heic heif bmp tif tiff ico"),
    "document": _set("pdf doc docx docm odt rtf txt md pages log"),
    "sheet": _set("xls xlsx xlsm ods csv tsv numbers"),
    "slides": _set("ppt pptx pptm odp key"),
    "calendar": _set("ics ical"),
    "contact": _set("vcf vcard"),
    "mail": _set("eml msg"),
    "archive": _set("zip rar 7z tar gz tgz bz2 xz zst cab iso img dmg"),
    "audio": _set("mp3 m4a ogg oga opus wav flac aac"),
    "video": _set("mp4 m4v mov webm mkv avi"),
    "program": _set("exe msi com scr bat cmd ps1 vbs js jse wsf hta jar apk app sh lnk reg dll cpl"),
    "page": _set("html htm xhtml mht mhtml svg xml"),
}
_BY_TYPE = {"image/svg+xml": "page", "text/html": "page", "text/calendar": "calendar", "message/rfc822": "mail"}
_BY_FAMILY = {"image": "image", "audio": "audio", "video": "video", "text": "document"}
_DANGEROUS = (
    _BY_EXTENSION["program"]
    | _BY_EXTENSION["page"]
    | _set("docm dotm xlsm xltm xlam xll pptm ppam potm iso img vhd vhdx one chm url website scf msc msp gadget pif")
    | _set(
        "vb vbe ws wsh wsc ps2 psm1 application appref-ms jnlp desktop dmg pkg deb rpm swf settingcontent-ms library-ms"
    )
)
_DANGEROUS_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "image/svg+xml",
    "application/x-msdownload",
    "application/hta",
)
_ICONS = {
    "image": "image",
    "document": "file-text",
    "sheet": "file-text",
    "slides": "file-text",
    "page": "file-text",
    "calendar": "calendar",
    "contact": "users",
    "mail": "mail",
    "archive": "file-archive",
    "audio": "music",
    "video": "video",
    "program": "triangle-alert",
}


def _kind(media_type: str, extension: str) -> str:
    """By the name first, since that is what the reader's system goes by."""
    by_name = (kind for kind, extensions in _BY_EXTENSION.items() if extension in extensions)
    by_type = _BY_TYPE.get(media_type) or _BY_FAMILY.get(media_type.partition("/")[0], "file")
    return next(by_name, by_type)
