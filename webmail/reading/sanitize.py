"""HTML of strangers to HTML that can do nothing but be read.

The gate is nh3 (html5ever): a real parser, an allow-list of tags and attributes, and everything written anew. All
rewriting (styles, links, images) happens inside its attribute callback, so this is the last thing that touches the
markup: nothing may edit the result, only frame it. Never loads anything, never decides about trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from urllib.parse import unquote

import nh3

from webmail.reading.css import Declarations, painted, stylesheet
from webmail.reading.css.selectors import ID_PREFIX, SCOPE
from webmail.reading.links import bare, host_of, is_data_image, is_remote, safe_href, without_tracking
from webmail.reading.markup import ATTRIBUTES, DROPPED, TAGS
from webmail.reading.quotes import QuoteLabel, fold
from webmail.reading.trackers import trackers
from webmail.reading.weight import too_heavy

MAX_STYLES = 20
MAX_CSS = 200 * 1024
MAX_PAINTS = 500
"""Different colours that attributes may name, when each becomes a rule."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the message may show. The first two give the address to load an image from, or None to leave it out."""

    cid_url: Callable[[str], str | None] = lambda _: None
    remote_url: Callable[[str], str | None] = lambda _: None
    quote_label: QuoteLabel | None = None
    """What stands in the place of a quoted end; None: it is not folded."""
    dark: bool = False
    """Whether colours have beside them what they become on a dark screen."""
    links: str = ""
    """`clean`: without what only tells who followed them; `off`: none."""
    own_url: Callable[[str], str | None] | None = None
    """The address of an image that came along under another one, where any did."""
    guesses_direction: bool = False
    """Whether lines begin as the first word has it, where the writer nowhere says so."""


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """A fragment to be framed, and what was found on the way."""

    html: str
    remote_images: int = 0
    """Images on other hosts, shown or not."""
    trackers: tuple[str, ...] = ()
    """The hosts of those that can not be seen, one for each; they are never shown."""
    cids: frozenset[str] = frozenset()
    """Content ids that the message really shows."""
    own_colours: bool = False
    """Brings colours of its own, so that it is shown on white paper."""
    dark_ready: bool = False
    """Says that it has colours for dark screens too; its dark rules are kept."""
    cut: str = ""
    """Why nothing was made: `too-large` or `too-complex`. Show the text instead."""


def sanitize(html: str, options: Options | None = None) -> SafeHtml:
    """The safe form of a text/html body. Linear but for what the limits bound; never raises."""
    if reason := too_heavy(html):
        return SafeHtml("", cut=reason)
    options = options or Options()
    if options.quote_label:
        html = fold(html, options.quote_label)
    declarations = Declarations(dark=options.dark)
    rewriter = _Rewriter(options, declarations, trackers(html))
    head = _read_head(html, declarations, guessed=options.guesses_direction)
    body = _cleaner(rewriter).clean(html)
    css = rewriter.painted() + "".join(
        stylesheet(style, declarations, keep_dark=head.dark_ready) for style in head.styles
    )
    wrapper = f'<div class="{SCOPE[1:]}{head.body_class}"{head.body_attributes}>'
    safe = f"{f'<style>{css}</style>' if css else ''}{wrapper}{body}</div>"
    return SafeHtml(
        safe,
        remote_images=rewriter.remote_images,
        trackers=tuple(rewriter.trackers),
        cids=frozenset(rewriter.cids),
        own_colours=_COLOURS.search(safe) is not None,
        dark_ready=head.dark_ready,
    )


_COLOURS = re.compile(
    r'(?:[;"{])(?:color|background|background-color):(?!inherit|transparent|none|initial|unset|currentcolor)'
    r'|\sbgcolor="|<font[^<>]*\scolor="',
    re.IGNORECASE,
)


# --- The gate ---------------------------------------------------------------------------------------------------------

_NEW_WINDOW = {tag: {"target": "_blank"} for tag in ("a", "area")}


def _cleaner(rewriter: _Rewriter) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes=ATTRIBUTES,
        attribute_filter=rewriter,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values=_NEW_WINDOW,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        id_prefix=ID_PREFIX,
    )


class _Rewriter:
    """Called by the gate for every attribute it would keep; what it gives back is what is written."""

    def __init__(self, options: Options, declarations: Declarations, unseen: frozenset[str]) -> None:
        self._options = options
        self._unseen = unseen
        self.remote_images = 0
        self.trackers: list[str] = []
        self.cids: set[str] = set()
        self._paint: dict[str, str] = {}
        self._rewrites: dict[str, Callable[[str, str], str | None]] = {
            "style": lambda _, value: declarations(value) or None,
            "href": self._href,
            "src": lambda _, value: self._image(bare(value)),
            "usemap": lambda _, value: f"#{ID_PREFIX}{value[1:]}" if value.startswith("#") else None,
            "name": lambda _, value: f"{ID_PREFIX}{value}",
        }
        if options.dark:
            self._rewrites |= {name: partial(self._painted, name) for name in ("bgcolor", "color", "bordercolor")}

    def __call__(self, tag: str, name: str, value: str) -> str | None:
        rewrite = self._rewrites.get(name)
        return value if rewrite is None else rewrite(tag, value)

    def _href(self, _tag: str, value: str) -> str | None:
        href = None if self._options.links == "off" else safe_href(value)
        return without_tracking(href) if href and self._options.links == "clean" else href

    def _painted(self, name: str, _tag: str, value: str) -> str | None:
        """An attribute names one colour only: a rule of the sheet says both. What is no colour is left out."""
        value = value.strip()
        # Without weight, as the attribute itself: every rule of the writer wins.
        selector = f'{SCOPE} :where([{name}="{value}"])'
        if selector not in self._paint:
            declaration = painted(name, value)
            if not declaration or len(self._paint) >= MAX_PAINTS:
                return None
            self._paint[selector] = declaration
        return value

    def painted(self) -> str:
        return "".join(f"{selector}{{{declaration}}}" for selector, declaration in self._paint.items())

    def _image(self, url: str) -> str | None:
        if self._options.own_url and (address := self._options.own_url(url)):
            return address
        if is_remote(url):
            return self._remote_image(url)
        if url[:4].lower() == "cid:":
            cid = unquote(url[4:]).strip("<> ")  # RFC 2392
            if address := self._options.cid_url(cid):
                self.cids.add(cid)
            return address
        return url if is_data_image(url) else None

    def _remote_image(self, url: str) -> str | None:
        full = url if url[0] != "/" else f"https:{url}"
        if url in self._unseen:
            self.trackers.append(host_of(full))
            return None
        self.remote_images += 1
        return self._options.remote_url(full)


# --- What stands outside the body -------------------------------------------------------------------------------------
# A hint only: read without a parser, so a mistake loses style. What it gives is written anew and checked like the rest.


@dataclass(frozen=True, slots=True)
class _Head:
    styles: list[str]
    body_class: str
    body_attributes: str
    dark_ready: bool


_STEP = re.compile(r"<!--|<(style|body|html)((?:\s[^<>]*)?)>", re.IGNORECASE)
_STYLE_END = re.compile(r"</style", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_COLOUR = re.compile(r"#?[a-zA-Z0-9]{1,24}+", re.ASCII)
_WORDS = re.compile(r"[\w -]{1,200}+")
_SAYS_DIRECTION = re.compile(r"\sdir\s*=|direction\s*:", re.IGNORECASE)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DARK = re.compile(
    r"<meta\s(?=[^<>]*\bcolor-scheme)(?=[^<>]*\bdark\b)|[\s;{]color-scheme\s*:[^;{}<>]{0,40}\bdark\b", re.IGNORECASE
)


def _read_head(html: str, declarations: Declarations, *, guessed: bool) -> _Head:
    styles: list[str] = []
    body: dict[str, str] = {}
    whole: dict[str, str] = {}
    room, at = MAX_CSS, 0
    while step := _STEP.search(html, at):
        at = step.end()
        kind = (step[1] or "").lower()
        if not kind:
            at = _after(html, at, "-->")
        elif kind == "html":
            whole = whole or _attributes(step[2])
        elif kind == "body":
            body = body or _attributes(step[2])
        elif len(styles) < MAX_STYLES and room > 0:
            end = _STYLE_END.search(html, at)
            css = html[at : end.start() if end else at][:room]
            at = end.end() if end else len(html)
            room -= len(css)
            styles.append(_for_media(css, _attributes(step[2])))
    dark = "color-scheme" in html and _DARK.search(html) is not None and "prefers-color-scheme" in html
    body.setdefault("dir", whole.get("dir", ""))
    if guessed and _RIGHT_TO_LEFT.search(html) and not _SAYS_DIRECTION.search(html):
        body["dir"] = "auto"
    return _Head(styles, _body_class(body), _body_attributes(body, declarations), dark)


def _after(html: str, at: int, end_mark: str) -> int:
    end = html.find(end_mark, at)
    return len(html) if end < 0 else end + len(end_mark)


def _attributes(text: str) -> dict[str, str]:
    return {match[1].lower(): unescape(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(text)}


def _for_media(css: str, attributes: dict[str, str]) -> str:
    media = attributes.get("media", "all").strip().lower()
    return css if media in ("", "all", "screen") else f"@media {media}{{{css}}}"


def _body_class(body: dict[str, str]) -> str:
    found = body.get("class", "")
    return f" {found}" if _WORDS.fullmatch(found) else ""


def _body_attributes(body: dict[str, str], declarations: Declarations) -> str:
    """What `<body>` says of itself, for the wrapper that stands for it."""
    styles = [
        f"{name}:{body[key]}"
        for key, name in (("bgcolor", "background-color"), ("text", "color"))
        if _COLOUR.fullmatch(body.get(key, ""))
    ]
    style = declarations(";".join((*styles, body.get("style", ""))))
    written = {"style": style}
    if body.get("dir", "").lower() in ("ltr", "rtl", "auto"):
        written["dir"] = body["dir"].lower()
    if _WORDS.fullmatch(body.get("lang", "")):
        written["lang"] = body["lang"]
    if _WORDS.fullmatch(body.get("id", "")):
        written["id"] = ID_PREFIX + body["id"]
    return "".join(f' {name}="{escape(value)}"' for name, value in written.items() if value)
