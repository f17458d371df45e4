"""text/plain to safe HTML: links, folded quotes, a dimmed signature.

Pure. Every piece of text is escaped on its own, bleach finds the links in what is made, and all of it passes the same
gate as HTML does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby, pairwise
from typing import Any

import nh3
from bleach.linkifier import Linker

from imapbridge.mime import flowed
from webmail.reading.links import safe_href, without_tracking
from webmail.reading.markup import DROPPED
from webmail.reading.quotes import ENGLISH, QuoteLabel, summary

MAX_SHOWN = 1_000_000
"""Characters; the rest is cut, which the reader is told."""
MAX_LINKED = 200_000
"""Characters; a longer text has no links."""
MAX_ENTITIES = 5_000
"""Of `&`, `<` and `>`: over that it has no links either, for each makes bleach begin the text before it anew."""
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
    text: str,
    *,
    is_flowed: bool = False,
    delsp: bool = False,
    quote_label: QuoteLabel = ENGLISH,
    links: str = "",
) -> SafeText:
    """The safe form of a text/plain body; `quote_label` is what folded quotes are called, in the reader's language.
    `links`: `clean` for addresses without what only tells who followed them, `off` for none."""
    shown = _CONTROLS.sub("", text[:MAX_SHOWN])
    lines = list(flowed.lines(shown, flowed=is_flowed, delsp=delsp))
    runs = sum(one.depth != other.depth for one, other in pairwise(lines))
    if runs > _MOST_RUNS:
        lines = [flowed.Line(0, shown)]
    write = _lines_apart if _RIGHT.search(shown) and shown.count("\n") <= _MOST_LINES else _escaped
    html = "".join(_blocks(lines, summary(quote_label), write))
    if links != "off" and len(shown) <= MAX_LINKED and html.count("&") <= MAX_ENTITIES:
        html = _linked(html, _clean if links else _attributes)
    return SafeText(_GATE.clean(f'<div class="plain">{html}</div>'), cut=len(text) > MAX_SHOWN)


_TAGS = {"a", "blockquote", "details", "div", "span", "summary"}
_GATE = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=set(DROPPED),
    attributes={
        "a": {"href", "target"},
        "blockquote": {"dir"},
        "details": {"class", "open"},
        "div": {"class", "dir"},
        "span": {"class"},
    },
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def _blocks(lines: Iterable[flowed.Line], heading: str, write: Callable[[str], str]) -> Iterator[str]:
    for is_quote, run in groupby(lines, key=lambda line: line.depth > 0):
        found = list(run)
        if is_quote:
            is_open = " open" if len(found) <= _SHORT_QUOTE else ""
            quoted = "".join(_quoted(found, write))
            yield f'<details class="quote"{is_open}>{heading}{quoted}</details>'
        else:
            yield from _own(found, write)


def _own(lines: list[flowed.Line], write: Callable[[str], str]) -> Iterator[str]:
    """What the writer wrote, and what stands below the line that begins a signature (RFC 3676 4.3)."""
    texts = [line.text for line in lines]
    at = next((n for n, text in enumerate(texts) if text in (flowed.SIGNATURE, "--")), len(texts))
    if above := "\n".join(texts[:at]).strip("\n"):
        yield f'<div class="text">{write(above)}</div>'
    if below := "\n".join(texts[at:]).strip("\n"):
        yield f'<div class="signature">{write(below)}</div>'


def _quoted(lines: list[flowed.Line], write: Callable[[str], str]) -> Iterator[str]:
    depth = 0
    for wanted, run in groupby(lines, key=lambda line: min(line.depth, _DEEPEST)):
        text = "\n".join(line.text for line in run)
        begin = '<blockquote dir="rtl">' if _begins_right(text) else "<blockquote>"
        yield begin * (wanted - depth) + "</blockquote>" * (depth - wanted)
        depth = wanted
        yield f'<div class="text">{write(text)}</div>'
    yield "</blockquote>" * depth


_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
_MOST_LINES = 5000
"""Over that, in all of a text, none is an element of its own."""


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _lines_apart(text: str) -> str:
    """Where something is written from right to left each line goes its own way, and none reaches into the next."""
    shown = _escaped(text)
    if not _RIGHT.search(text):
        return shown
    return "".join(f'<div dir="auto">{line or chr(10)}</div>' for line in shown.split("\n"))


def _begins_right(text: str) -> bool:
    first = _LETTER.search(text)
    return first is not None and _RIGHT.match(first[0]) is not None


# --- Links ------------------------------------------------------------------------------------------------------------

# Each alternative begins where a word begins and steps back over the punctuation at its end only, so a text without
# links costs one pass. Bleach shows it text that is escaped. Not bleach's own pattern: that one knows no newer domains,
# and takes `notes.md` for one. A bracket that was opened outside ends an address.
_CHARACTER = r"""(?:[^\s<>"`&\[\]]|&(?![lg]t;)|\[[^\s<>"`\[\]]{0,100}\])"""
_LINK = re.compile(
    rf"""(?<![\w@])
        (?: https?://{_CHARACTER}{{0,2000}}
          | mailto:[^\s<>"`@&]{{1,200}}@{_CHARACTER}{{0,800}}
          | www\.{_CHARACTER}{{2,1000}} )
        (?<=[^\s<>"`.,;:!?'*_…»”’])
      | (?<![\w.+-]) [\w.+-]{{1,64}}+ @ (?:[\w-]{{1,63}}+\.){{1,8}} [^\W\d_]{{2,24}}+ (?![\w@-])""",
    re.VERBOSE | re.IGNORECASE,
)
_MAY_LINK = re.compile("://|@|www\\.", re.IGNORECASE)


def _linked(html: str, attributes: Callable[..., Any]) -> str:
    """Our own markup with links in its text, by bleach. A linker holds a parser, which belongs to one thread."""
    if not _MAY_LINK.search(html):
        return html
    linker = Linker(callbacks=[attributes], url_re=_LINK, recognized_tags=_TAGS)
    linked: str = linker.linkify(html)
    return linked


def _attributes(attrs: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    """What bleach calls for each link: where it leads, or None when it may not lead there."""
    href = safe_href(_address(attrs["_text"]))
    return None if href is None else {(None, "href"): href, (None, "target"): "_blank", "_text": attrs["_text"]}


def _clean(attrs: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    found = _attributes(attrs, new)
    return found and found | {(None, "href"): escape(without_tracking(unescape(found[None, "href"])))}


def _address(shown: str) -> str:
    lower = shown[:8].lower()
    if lower.startswith(("http://", "https://", "mailto:")):
        return shown
    return f"http://{shown}" if lower.startswith("www.") else f"mailto:{shown}"
