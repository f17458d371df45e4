"""Header fields as values: text (RFC 2047), dates, addresses (RFC 5322 3.4) and message ids.

Header fields are written by strangers. Every function here is total, linear, and bounded by a cap on its input; what
it gives back holds no control character, no bidi override and no lone surrogate, so it can be stored and shown.
Never uses `email.policy.default`: its header parser needs gigabytes for a few hundred kilobytes of encoded words.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from imapbridge.mime.charsets import codec_for, decode
from imapbridge.terms.envelope import Address

MAX_TEXT = 16 * 1024
"""Octets of one header field that are looked at."""
MAX_LIST = 64 * 1024
"""The same for fields that are lists: addresses and references."""
MAX_IDS = 200

# C0 and C1 but tab and line ends, bidi embeddings, overrides and isolates, BOM, lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SPACES = re.compile("(?:[\r\n\u2028\u2029]+[ \t]*)|\t+")


def decode_text(raw: bytes) -> str:
    """The text of an unstructured header field, encoded words decoded, in one line.

    Raw 8-bit is read as UTF-8, else windows-1252. Adjacent encoded words of one charset are joined before they are
    decoded, since many writers cut inside a character.
    """
    raw = raw[:MAX_TEXT]
    if b"=?" not in raw:
        return clean(raw.decode("ascii") if raw.isascii() else decode(raw))
    return clean("".join(_decode_pieces(raw)))


def clean(text: str) -> str:
    """`text` in one line, without what cannot be shown or stored."""
    if not text.isprintable():
        text = _UNSHOWABLE.sub("", _SPACES.sub(" ", text))
    return text.strip()


# --- Encoded words (RFC 2047) -----------------------------------------------------------------------------------------

_WORD_HEAD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def _decode_pieces(raw: bytes) -> Iterator[str]:
    pending, pending_charset = b"", ""
    for text, charset in _split_words(raw):
        if charset and codec_for(charset) == codec_for(pending_charset) and pending:
            pending += text
            continue
        if pending:
            yield decode(pending, pending_charset)
        pending, pending_charset = text, charset
    yield decode(pending, pending_charset)


def _split_words(raw: bytes) -> Iterator[tuple[bytes, str]]:
    """(bytes, charset) of each encoded word, and (bytes, "") of the plain text between them.

    White space that only separates two encoded words is not text (RFC 2047 6.2).
    """
    done = start = 0
    after_word = False
    while (start := raw.find(b"=?", start)) >= 0:
        head = _WORD_HEAD.match(raw, start)
        end = raw.find(b"?=", head.end()) if head else -1
        if head is None or b"=?" in raw[head.end() : max(end, 0)]:
            start += 2
            continue
        if end < 0:
            break
        between = raw[done:start]
        if between and not (after_word and between.isspace()):
            yield between, ""
        yield _word_bytes(head[2], raw[head.end() : end]), head[1].decode("ascii", "replace")
        done = start = end + 2
        after_word = True
    if done < len(raw):
        yield raw[done:], ""


def _word_bytes(encoding: bytes, payload: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(payload.replace(b" ", b"_"), header=True)
    bare = _NOT_BASE64.sub(b"", payload)
    bare = bare[:-1] if len(bare) % 4 == 1 else bare
    return base64.b64decode(bare + b"=" * (-len(bare) % 4))


# --- Dates (RFC 5322 3.3) ---------------------------------------------------------------------------------------------

_USUAL_DATE = re.compile(
    r"\s*(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+([+-])(\d\d)(\d\d)\b"
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_YEARS = range(1970, 2200)


def parse_date(raw: bytes) -> datetime | None:
    """An aware date in the sender's own zone, or None when it is missing, nonsense or out of range."""
    text = raw[:200].decode("ascii", "replace")
    try:
        found = _usual_date(text) or _odd_date(text)
        return found if found and found.year in _YEARS and found.astimezone(UTC) else None
    except (ValueError, OverflowError, TypeError, IndexError):  # what the standard library lets out on nonsense
        return None


def _usual_date(text: str) -> datetime | None:
    if not (m := _USUAL_DATE.match(text)) or not (month := _MONTHS.get(m[2].lower())):
        return None
    offset = timedelta(hours=int(m[8]), minutes=int(m[9])) * (-1 if m[7] == "-" else 1)
    second = min(int(m[6] or 0), 59)  # a leap second is legal in mail, not in Python
    return datetime(int(m[3]), month, int(m[1]), int(m[4]), int(m[5]), second, tzinfo=timezone(offset))


def _odd_date(text: str) -> datetime | None:
    fields = parsedate_tz(text)
    if fields is None:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    year, month, day, hour, minute, second, _, _, _, offset = fields
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(timedelta(seconds=offset or 0)))


# --- Message ids (RFC 5322 3.6.4) -------------------------------------------------------------------------------------

_ID = re.compile(r"<([^<>]{1,998})>")


def message_ids(raw: bytes | str) -> tuple[str, ...]:
    """The `<...>` ids of Message-ID, In-Reply-To or References, in order, each once.

    An id without brackets is taken when it stands alone. Of very many the first (the root of the conversation) and
    the last (the nearest ancestors) are kept.
    """
    if not raw:
        return ()
    text = raw if isinstance(raw, str) else decode(raw[:MAX_LIST])
    text = text[:MAX_LIST]
    if not text.isprintable():
        text = _UNSHOWABLE.sub("", text)
    found = ["<" + "".join(m.split()) + ">" for m in _ID.findall(text)]
    if not found and "@" in text and len(text.split()) == 1:
        found = [f"<{text.strip().strip('<>')[:998]}>"]
    ids = tuple(dict.fromkeys(found))
    return ids if len(ids) <= MAX_IDS else (ids[0], *ids[1 - MAX_IDS :])


# --- Addresses (RFC 5322 3.4) -----------------------------------------------------------------------------------------

# An encoded word is a token, since broken writers leave commas and quotes inside. Every alternative starts with a
# different character and none can fail late, so the scan is linear.
_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,998}\?=)
      | (?P<quoted>"(?:[^"\\]|\\.)*+")
      | (?P<angle><[^<>]{0,998}>)
      | (?P<mark>[(),;:])
      | (?P<text>(?:\\.|[^"<=(),;:\\])++ | .)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_addresses(raw: bytes | str, limit: int = 1000) -> tuple[Address, ...]:
    """The mailboxes of an address header, groups opened, at most `limit`.

    Tolerates unquoted commas in names, semicolons as separators, missing brackets, routes and stray quotes. A name
    without an address is kept with an empty address.
    """
    text = raw[:MAX_LIST].decode("latin-1") if isinstance(raw, bytes) else _as_latin1(raw[:MAX_LIST])
    found: list[Address] = []
    for mailbox in _split_mailboxes(text):
        address = mailbox.value()
        if found and mailbox.angle and not found[-1].address and found[-1].name and address.name:
            address = Address(f"{found.pop().name}, {address.name}", address.address)  # Doe, John <j@x>
        if address.name or address.address:
            found.append(address)
        if len(found) >= limit:
            break
    return tuple(found)


class _Mailbox:
    """One mailbox while it is being read. Text is latin-1: one character is one octet."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle = ""

    def value(self) -> Address:
        words = "".join(self.phrase).strip()
        if self.angle:
            return _address(words or "".join(self.comment), self.angle)
        if "@" in words:
            spec = next(word for word in words.split() if "@" in word)
            return _address("".join(self.comment) or words.replace(spec, "", 1), spec)
        return _address(words or "".join(self.comment), "")


def _split_mailboxes(text: str) -> Iterator[_Mailbox]:
    current, depth = _Mailbox(), 0
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup, token[0]
        if value == "(":
            depth += 1
        elif value == ")":
            depth = max(depth - 1, 0)
        elif depth:
            current.comment.append(value)
        elif kind == "angle":
            current.angle = current.angle or value
        elif value == ":":
            current = _Mailbox()  # the name of a group
        elif kind == "mark":
            yield current
            current = _Mailbox()
        else:
            current.phrase.append(_ESCAPED.sub(r"\1", value[1:-1]) if kind == "quoted" else value)
    yield current


def _address(name: str, spec: str) -> Address:
    spec = clean(decode("".join(spec.strip("<>").rpartition(":")[2].split())[:320].encode("latin-1", "replace")))
    shown = decode_text(name.encode("latin-1", "replace")).strip("\"' \t")
    if "@" not in spec:
        return Address(shown or spec, "")
    return Address("" if shown.lower() == spec.lower() else shown, spec)


def _as_latin1(text: str) -> str:
    return text.encode("utf-8", "replace").decode("latin-1")
