"""What is quoted below an answer, or forwarded: the message as it was, sealed.

Its HTML passes the same gate as for reading, and is then sent as it stands: tables, styles, images. Remote images stay
where they were and are not loaded here; images of its own go along under new content ids. Raises MailError when the
text has to be asked for and can not be had. Never shows anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from imapbridge import bodies
from imapbridge.mime import flowed
from imapbridge.mime.charsets import decode
from imapbridge.mime.parts import attachments, by_content_id, choose_body
from imapbridge.mime.preview import html_lines
from imapbridge.mime.transfer import decode_transfer
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail.reading.message import wanted_sections
from webmail.reading.sanitize import Options, SafeHtml, sanitize

MOST_TEXT = 500_000
"""Characters of a text that are quoted."""
_PRE = '<div style="white-space:pre-wrap">'
_WRAPPER = '<div class="mailbody">'


@dataclass(frozen=True, slots=True)
class Original:
    """A message as it can be quoted, or gone on with. `images`: (content id in the HTML, the part that is meant)."""

    html: str = ""
    """Sanitised, and safe to be framed."""
    text: str = ""
    is_rich: bool = False
    """Its writer used HTML."""
    images: tuple[tuple[str, Part], ...] = ()
    attached: tuple[Part, ...] = ()
    """The parts that are no part of the text."""


@dataclass(slots=True)
class _Images:
    """Gives the images that are met new names, each once."""

    root: Part
    found: dict[str, tuple[str, Part]] = field(default_factory=dict)

    def address(self, content_id: str) -> str | None:
        part = by_content_id(self.root, content_id)
        if part is None:
            return None
        if part.section not in self.found:
            self.found[part.section] = (new_content_id(), part)
        return f"cid:{self.found[part.section][0]}"


def new_content_id() -> str:
    return f"{secrets.token_hex(12)}@image"


def original(message: Message) -> Original:
    """What the message says, and what belongs to it."""
    root = bodies.structure_of(message)
    wanted = wanted_sections(root)
    loaded = bodies.sections(message, wanted)
    images, html, text = _Images(root), list[str](), list[str]()
    choice = choose_body(root)
    for part in choice.shown:
        if part.section in loaded:
            body = decode(decode_transfer(loaded[part.section], part.encoding), part.charset)[:MOST_TEXT]
            made = _of_html(body, images) if part.media_type == "text/html" else _of_text(body, part)
            html.append(made[0])
            text.append(made[1])
    shown = {part.content_id for _name, part in images.found.values()}
    return Original(
        "".join(html), "\n\n".join(text), choice.is_html, tuple(images.found.values()), tuple(attachments(root, shown))
    )


def _of_html(body: str, images: _Images) -> tuple[str, str]:
    safe = sanitize(body, Options(cid_url=images.address, remote_url=lambda url: url))
    lines = "\n".join(_without_runs(html_lines(body)))
    return (f"{_PRE}{escape(lines)}</div>" if safe.cut else unwrapped(safe)), lines


def _of_text(body: str, part: Part) -> tuple[str, str]:
    is_flowed = part.param("format").lower() == "flowed"
    found = flowed.lines(body, flowed=is_flowed, delsp=part.param("delsp").lower() == "yes")
    lines = "\n".join(f"{'>' * line.depth}{' ' if line.depth else ''}{line.text}" for line in found)
    return f"{_PRE}{escape(lines)}</div>", lines


def _without_runs(lines: Iterable[str]) -> Iterator[str]:
    """At most one empty line between two others."""
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def sanitized(html: str) -> SafeHtml:
    """What was typed, or is quoted, to be kept: `cid:` and remote images stay, nothing is folded."""
    return sanitize(html, Options(cid_url=lambda cid: f"cid:{cid}", remote_url=lambda url: url))


def shown_in_frame(block: str, links: Mapping[str, str]) -> SafeHtml:
    """What is quoted, to be looked at: its own images by their links, remote ones left out."""
    return sanitize(block, Options(cid_url=links.get))


def unwrapped(safe: SafeHtml) -> str:
    """Without the element that stands for `<body>` when it says nothing: cleaning again and again adds none."""
    html = safe.html
    while html.startswith(_WRAPPER) and html.endswith("</div>") and _closes_at_end(html):
        html = html[len(_WRAPPER) : -len("</div>")]
    return html


def _closes_at_end(html: str) -> bool:
    """Whether the first element is the only one at the top. The gate writes every `<div` and `</div>` in this form."""
    depth, at = 0, 0
    while at < len(html):
        opened, closed = html.find("<div", at), html.find("</div>", at)
        if closed < 0:
            return False
        is_open = 0 <= opened < closed
        depth += 1 if is_open else -1
        at = opened + 4 if is_open else closed + 6
        if depth == 0:
            return at == len(html)
    return False


def below(said: str, found: Original) -> tuple[str, str]:
    """The block below an answer, as HTML and as text. `said`: `On Monday 9 March 2026, 10:42 (CET), Ann wrote:`."""
    html = (
        f'<div>{escape(said)}</div><blockquote type="cite" style="margin:0 0 0 8px;padding:0 0 0 12px;'
        f'border-left:2px solid #b3b9bf">{found.html}</blockquote>'
    )
    return html, f"{said}\n{marked(found.text)}"


def forwarded(heading: str, fields: Iterable[tuple[str, str]], found: Original) -> tuple[str, str]:
    """The block of a forwarded message: who wrote it to whom, and all of it."""
    lines = list(fields)
    rows = "".join(f"<div><b>{escape(name)}:</b> {escape(value)}</div>" for name, value in lines)
    html = f"<div>{escape(heading)}</div>{rows}<br>{found.html}"
    text = "\n".join([heading, *(f"{name}: {value}" for name, value in lines), "", found.text])
    return html, text


def marked(text: str) -> str:
    """Each line quoted once more (RFC 3676 4.5)."""
    return "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.splitlines())
