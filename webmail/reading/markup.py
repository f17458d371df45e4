"""The HTML that a message may use: tags, and the attributes of each.

Left out on purpose: whatever loads, runs, submits or navigates by itself, other languages (SVG, MathML), custom
attributes (`data-*`, `hx-*`, `is`), and `name`, but for image maps.
"""

from __future__ import annotations

_TEXT = """
    a abbr acronym b bdi bdo big br cite code del dfn em font i ins kbd mark q rp rt ruby s samp small span strike
    strong sub sup time tt u var wbr
"""
_BLOCKS = """
    address article aside blockquote center dd details dir div dl dt figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary ul
"""
_TABLES = "caption col colgroup table tbody td tfoot th thead tr"
_IMAGES = "area img map"
TAGS: frozenset[str] = frozenset((*_TEXT.split(), *_BLOCKS.split(), *_TABLES.split(), *_IMAGES.split()))

_OTHER_LANGUAGES = "svg math script style"
_RAW_TEXT = "title noscript template textarea xmp noembed noframes iframe plaintext listing"
_APPLICATIONS = "object audio video select frameset"
DROPPED: frozenset[str] = frozenset((*_OTHER_LANGUAGES.split(), *_RAW_TEXT.split(), *_APPLICATIONS.split()))
"""Dropped with what is in them; nothing of the result can be read as raw text by a second parser."""

_CELL = "abbr axis bordercolor colspan headers nowrap rowspan scope"
_BY_TAG = {
    "*": "align aria-hidden aria-label bgcolor class dir height hidden id lang role style title valign width",
    "a": "href",
    "area": "alt coords href shape",
    "blockquote": "type",
    "br": "clear",
    "col": "span",
    "colgroup": "span",
    "del": "datetime",
    "details": "open",
    "font": "color face size",
    "hr": "color noshade size",
    "img": "alt border hspace src usemap vspace",
    "ins": "datetime",
    "li": "type value",
    "map": "name",
    "ol": "compact reversed start type",
    "table": "border bordercolor cellpadding cellspacing frame rules summary",
    "td": _CELL,
    "th": _CELL,
    "time": "datetime",
    "tr": "bordercolor",
    "ul": "compact type",
}
ATTRIBUTES: dict[str, set[str]] = {tag: set(names.split()) for tag, names in _BY_TAG.items()}
