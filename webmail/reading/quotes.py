"""Folds what an HTML letter quotes at its end, where the writer's program has left a mark of it.

Works on the markup of a stranger before the gate: all it does is to open a `<details>` in front of the mark, which the
parser closes where the element around it ends. Whatever comes of it, the gate makes it safe. Pure and linear; a letter
in doubt, such as one that answers between the quoted lines, is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from imapbridge.mime.preview import html_lines

_TAG = re.compile(r"<(div|blockquote)\b([^<>]*+)>", re.IGNORECASE)
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^<>]*+>", re.IGNORECASE)
# Gmail, Yahoo, Thunderbird, Proton, Zimbra; Apple Mail and others mark the blockquote itself.
_QUOTES = re.compile(
    r"\b(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra)\b|\btype\s*+=\s*+[\"']?cite\b", re.I
)
# Outlook on the web, and the line above the names that Outlook draws, has drawn, and draws in plain letters.
_OUTLOOK = re.compile(
    r"\b(?:appendonsend|divRplyFwdMsg)\b"
    r"|\bborder-top:\s*+(?:solid\s++#(?:E1E1E1|B5C4DF)\s++1\.0pt|1\.0pt\s++solid\s++#(?:E1E1E1|B5C4DF))",
    re.I,
)
_WRAPPER = re.compile(r"<div>\s*+\Z", re.I)
_FORWARDED = re.compile(r"\W*(?:-{5,}|begin forwarded message)", re.I)


@dataclass(frozen=True, slots=True)
class QuoteLabel:
    """What folded quotes are called, in the reader's language: while they are folded, and while they are not."""

    show: str = "Show quoted text"
    hide: str = "Hide quoted text"


ENGLISH = QuoteLabel()


def summary(label: QuoteLabel) -> str:
    """Says both; the sheet of the page or frame shows the one that is true. No script is needed for it."""
    show, hide = escape(label.show), escape(label.hide)
    return f'<summary><span class="quote-show">{show}</span><span class="quote-hide">{hide}</span></summary>'


def fold(html: str, label: QuoteLabel) -> str:
    """`html` with its quoted end behind a summary that says `label`; as it is when there is nothing to fold."""
    for tag in _TAG.finditer(html):
        is_outlook = _OUTLOOK.search(tag[2]) is not None
        if is_outlook or _QUOTES.search(tag[2]):
            at = _before_wrapper(html, tag.start())
            above, quoted = html[:at], html[at:]
            if not _is_read_alone(above) or _FORWARDED.match(_text(quoted)):
                return html
            if not is_outlook and _answers_below(quoted):
                return html
            return f'{above}<details class="quote">{summary(label)}{quoted}'
    return html


def _before_wrapper(html: str, at: int) -> int:
    """Outlook wraps its line and the names below it; what is quoted follows after the wrapper."""
    wrapper = _WRAPPER.search(html, max(0, at - 20), at)
    return wrapper.start() if wrapper else at


def _text(html: str) -> str:
    return " ".join(" ".join(html_lines(html)).split())


def _is_read_alone(above: str) -> bool:
    """Whether there is something to read when all below is folded."""
    return "<img" in above or bool(_text(above))


def _answers_below(quoted: str) -> bool:
    """Whether the writer goes on between or after the quotes. What stands before the first says who is quoted."""
    depth, end, own = 0, 0, []
    for tag in _BLOCKQUOTE.finditer(quoted):
        if not depth and end:
            own.append(quoted[end : tag.start()])
        depth = max(0, depth + (-1 if tag[1] else 1))
        end = tag.end()
    return bool(end) and not depth and bool(_text("".join([*own, quoted[end:]])))
