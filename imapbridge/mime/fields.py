"""The fields of a header that describe a part (RFC 2045, RFC 2183). Total: what cannot be read counts as not there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imapbridge.mime.headers import clean
from imapbridge.mime.params import parse_field

Headers = list[tuple[str, bytes]]
"""Names as written, values raw and still folded."""

# A line that is neither a field nor the continuation of one is passed over.
FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]{0,20}:((?:[^\n]*(?:\n[ \t][^\n]*)*))", re.MULTILINE)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
KEPT_PARAMS = ("format", "delsp", "method", "protocol", "name", "start", "smime-type", "location")
"""Of the last one, see `describe`."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What they say, or what stands for it."""

    media_type: str
    params: dict[str, str]
    encoding: str
    disposition: str
    filename: str
    content_id: str


def describe(headers: Headers, default_type: str) -> Fields:
    """What the fields say of the part they stand over; `default_type` where they name none."""
    first = {name.lower(): value for name, value in reversed(headers)}
    written, params = parse_field(first.get("content-type", b""))
    params = {name: value for name, value in params.items() if name != "location"}
    if location := clean(first.get("content-location", b"")[:2000].decode("ascii", "ignore")):
        params["location"] = location  # a field of its own, kept like a parameter
    disposition, more = parse_field(first.get("content-disposition", b""))
    if disposition and disposition != "inline":
        disposition = "attachment"  # RFC 2183 2.8: unknown ones are treated so
    return Fields(
        media_type=_media_type(written, default_type),
        params=params,
        encoding=parse_field(first.get("content-transfer-encoding", b""))[0] or "7bit",
        disposition=disposition,
        filename=more.get("filename") or params.get("name", ""),
        content_id=clean(first.get("content-id", b"")[:998].decode("ascii", "ignore")).strip("<> "),
    )


def _media_type(written: str, default_type: str) -> str:
    """No type is the default; one that cannot be read is data: safer than RFC 2045 5.2, which says plain text."""
    if _TYPE.fullmatch(written):
        return written
    return default_type if written in ("", "text") else "application/octet-stream"
