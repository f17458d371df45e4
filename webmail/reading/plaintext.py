"""text/plain to safe HTML: links, folded quotes, a dimmed signature.

Pure and linear. Links are found in the raw text and every piece is escaped on its own, so markup can come only from
here; what is made passes the same gate as HTML does all the same. (bleach's linkifier took 6.7 ms of CPU for 5 KB,
seven times as much as this.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

import nh3

from imapbridge.mime import flowed
from webmail.reading.links import safe_href
from webmail.reading.markup import DROPPED

MAX_SHOWN = 1_000_000
"""Characters; the rest is cut, which the reader is told."""
MAX_LINKED = 256 * 1024
_DEEPEST = 10
_MOST_RUNS = 5000
"""Changes of the quote level; over that the text is shown as it came, without folding."""
_SHORT_QUOTE = 3
"""Lines of a quote that stays open: an answer below it means nothing without it."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class SafeText:
    html: str
    cut: bool = False
    """Whether the end is missing."""


def to_html(
    text: str, *, is_flowed: bool = False, delsp: bool = False, quote_label: str = "Show quoted text"
) -> SafeText:
    """The safe form of a text/plain body; `quote_label` is what folded quotes are called, in the reader's language."""
    shown = _CONTROLS.sub("", text[:MAX_SHOWN])
    lines = list(flowed.lines(shown, flowed=is_flowed, delsp=delsp))
    runs = sum(one.depth != other.depth for one, other in pairwise(lines))
    if runs > _MOST_RUNS:
        lines = [flowed.Line(0, shown)]
    html = "".join(_blocks(lines, _Linker(), escape(quote_label)))
    return SafeText(_GATE.clean(f'<div class="plain">{html}</div>'), cut=len(text) > MAX_SHOWN)


_GATE = nh3.Cleaner(
    tags={"a", "blockquote", "details", "div", "summary"},
    clean_content_tags=set(DROPPED),
    attributes={"a": {"href", "target"}, "details": {"class", "open"}, "div": {"class"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def _blocks(lines: Iterable[flowed.Line], linker: _Linker, label: str) -> Iterator[str]:
    for is_quote, run in groupby(lines, key=lambda line: line.depth > 0):
        found = list(run)
        if is_quote:
            is_open = " open" if len(found) <= _SHORT_QUOTE else ""
            quoted = "".join(_quoted(found, linker))
            yield f'<details class="quote"{is_open}><summary>{label}</summary>{quoted}</details>'
        else:
            yield from _own(found, linker)


def _own(lines: list[flowed.Line], linker: _Linker) -> Iterator[str]:
    """What the writer wrote, and what stands below the line that begins a signature (RFC 3676 4.3)."""
    texts = [line.text for line in lines]
    at = next((n for n, text in enumerate(texts) if text in (flowed.SIGNATURE, "--")), len(texts))
    if above := "\n".join(texts[:at]).strip("\n"):
        yield f'<div class="text">{linker(above)}</div>'
    if below := "\n".join(texts[at:]).strip("\n"):
        yield f'<div class="signature">{linker(below)}</div>'


def _quoted(lines: list[flowed.Line], linker: _Linker) -> Iterator[str]:
    depth = 0
    for wanted, run in groupby(lines, key=lambda line: min(line.depth, _DEEPEST)):
        yield "<blockquote>" * (wanted - depth) + "</blockquote>" * (depth - wanted)
        depth = wanted
        yield f'<div class="text">{linker(chr(10).join(line.text for line in run))}</div>'
    yield "</blockquote>" * depth


# --- Links ------------------------------------------------------------------------------------------------------------

# Each alternative begins where a word begins and never steps back, so a text without links costs one pass.
_LINK = re.compile(
    r"""(?<![\w@]) (?: https?://[^\s<>"`]{1,2000}+
          | mailto:[^\s<>"`@]{1,200}+@[^\s<>"`]{1,800}+
          | www\.[^\s<>"`@]{3,1000}+ )
      | (?<![\w.+-]) [\w.+-]{1,64}+ @ (?:[\w-]{1,63}+\.){1,8}+ [^\W\d_]{2,24}+ (?![\w@-])""",
    re.VERBOSE | re.IGNORECASE,
)
_TRAILING = ".,;:!?'*_…»”’"


class _Linker:
    """Escapes text and links the addresses in it, until its allowance is used up."""

    def __init__(self) -> None:
        self._room = MAX_LINKED

    def __call__(self, text: str) -> str:
        cut = len(text) if len(text) <= self._room else text.rfind("\n", 0, max(self._room, 0)) + 1
        self._room -= len(text)
        return "".join(_linked(text[:cut])) + escape(text[cut:])


def _linked(text: str) -> Iterator[str]:
    at = 0
    for match in _LINK.finditer(text):
        shown = _without_trailing(match[0])
        href = safe_href(_address(shown))
        if href is None:
            continue
        yield escape(text[at : match.start()])
        yield f'<a href="{escape(href)}" target="_blank">{escape(shown)}</a>'
        at = match.start() + len(shown)
    yield escape(text[at:])


def _without_trailing(url: str) -> str:
    """Punctuation at the end belongs to the sentence, and so does a bracket that was opened outside."""
    url = url.rstrip(_TRAILING)
    for opening, closing in ("()", "[]"):
        unopened = url.count(closing) - url.count(opening)
        while unopened > 0 and url.endswith(closing):
            url = url[:-1].rstrip(_TRAILING)
            unopened -= 1
    return url


def _address(shown: str) -> str:
    lower = shown[:8].lower()
    if lower.startswith(("http://", "https://", "mailto:")):
        return shown
    return f"http://{shown}" if lower.startswith("www.") else f"mailto:{shown}"
