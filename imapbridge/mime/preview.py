"""The first meaningful words of a message, for the line under its subject.

Runs on every message of a first sync, so HTML is only stripped, cheaply and linearly; the result is text and must be
escaped like any text. Never used to show a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from imapbridge.mime import flowed
from imapbridge.mime.charsets import decode
from imapbridge.mime.headers import clean
from imapbridge.mime.transfer import decode_transfer
from imapbridge.terms.part import Part

MAX_INPUT = 64 * 1024
"""Octets that are looked at; callers fetch `BODY.PEEK[section]<0.16384>`."""

# Newsletters push the next words out of the preview with runs of invisible characters.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2007\u2060-\u2064\ufeff\ufffc]+")
_RULE = re.compile(r"[-=_*~#.·—–\s]{3,}")
_BRACKETED_LINK = re.compile(r"[<(\[]https?://[^\s<>()\[\]]*[>)\]]|\[(?:cid|image):[^\[\]]*\]")
_ATTRIBUTION = re.compile(
    r"(?:on|am|le|el|il|op|em|den|dnia|в)\b.{3,150}\b(?:wrote|schrieb|écrit|escribió|scritto|schreef|escreveu|skrev|napisał\w*)\s?:",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"-{2,}\s?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine)", re.IGNORECASE
)
_BOILERPLATE = re.compile(
    r"(?:(?:view|open|read|see|display)\b.{0,40}\b(?:browser|online|web page|webpage)"
    r"|(?:trouble|problems?|can.?t|unable)\b.{0,30}\b(?:viewing|reading|seeing|see|view)\b.{0,60}"
    r"|.{0,40}\b(?:im browser|dans (?:votre|un) navigateur|en (?:su|tu) navegador)\b.{0,30})\W*",
    re.IGNORECASE,
)


def preview(data: bytes, part: Part, limit: int = 200) -> str:
    """At most `limit` characters of a text part's `data`, which is as transferred and may be cut anywhere."""
    text = decode(decode_transfer(data[:MAX_INPUT], part.encoding), part.charset)
    return _collect(_own_words(_lines(text, part)), limit) or _collect((line for _, line in _lines(text, part)), limit)


def _lines(text: str, part: Part) -> Iterator[tuple[int, str]]:
    """(quote depth, text) of each line."""
    if part.media_type == "text/html":
        return ((0, line) for line in html_lines(text))
    is_flowed, delsp = part.param("format").lower() == "flowed", part.param("delsp").lower() == "yes"
    return ((line.depth, line.text) for line in flowed.lines(text, flowed=is_flowed, delsp=delsp))


def _own_words(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    """What the writer wrote: no quotes, no attribution, no "view in browser", nothing after the signature."""
    for depth, text in lines:
        line = text.strip()
        if text == flowed.SIGNATURE or _ORIGINAL.match(line[:200]):
            return
        if line and not (depth or _ATTRIBUTION.match(line[:300]) or _BOILERPLATE.fullmatch(line[:300])):
            yield line


def _collect(lines: Iterator[str], limit: int) -> str:
    words: list[str] = []
    room = limit
    for line in lines:
        bare = clean(_INVISIBLE.sub("", _RULE.sub(" ", _BRACKETED_LINK.sub("", line[:2000]))))
        found = " ".join(bare.split())
        if found:
            words.append(found)
            room -= len(found) + 1
        if room <= 0:
            break
    return " ".join(words)[:limit].rstrip()


# --- HTML -------------------------------------------------------------------------------------------------------------

# A tag ends at the next `<` at the latest, so that a run of `<` stays linear.
_MARKUP = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})[^<>]*>?|<[!?/][^<>]*>?")
_END = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE)
    for name in ("style", "script", "head", "title", "noscript", "template", "svg")
}
_INLINE = frozenset(
    ("a", "b", "i", "u", "s", "em", "strong", "span", "font", "small", "big", "abbr", "code", "sub", "sup")
)
_BREAK = "\n"


def html_lines(html: str) -> Iterator[str]:
    """The text of `html`, a line for each block."""
    pieces: list[str] = []
    for piece in _html_text(html):
        if piece != _BREAK:
            pieces.append(piece)
        elif pieces:
            yield unescape(" ".join("".join(pieces).split()))
            pieces = []
    yield unescape(" ".join("".join(pieces).split()))


def _html_text(html: str) -> Iterator[str]:
    at = 0
    while match := _MARKUP.search(html, at):
        yield html[at : match.start()].replace("\n", " ")
        at = match.end()
        name = (match[2] or "").lower()
        if match[0] == "<!--":
            close_at = html.find("-->", at)
            at = close_at + len("-->") if close_at >= 0 else len(html)
        elif name in _END and not match[1]:
            close = _END[name].search(html, at)
            at = close.start() if close else at if name == "head" else len(html)
        elif name and name not in _INLINE:
            yield _BREAK
    yield html[at:].replace("\n", " ")
