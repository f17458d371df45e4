"""Pictures that show nothing: they are there to tell the sender who read a message, and when.

Pure. A hint only, read without a parser from the markup of a stranger: one that is missed is blocked with the other
remote images, and one that is taken for one wrongly is so small that nobody misses it.
"""

from __future__ import annotations

import re
from html import unescape

from webmail.reading.links import bare, is_remote

TINY = 3
"""Pixels. Mailers use 1 or 0; some 2 or 3, to get past those who look for 1."""
# Only the first letters are matched without regard to case, so that the search runs from one `<` to the next.
_IMAGE = re.compile(r"""<[iI][mM][gG][\s/]((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])opacity\s*:\s*0*\.?0*\s*(?:;|!|\Z)", re.I)
_LENGTH = re.compile(r"(?<![\w-])(width|height)\s*:\s*(\d{1,6}(?:\.\d+)?)(?:px)?\s*(?:;|!|\Z)", re.I)
_NUMBER = re.compile(r"\s*(\d{1,6})(?:\.\d+)?(?:px)?\s*\Z", re.I)


def trackers(html: str) -> frozenset[str]:
    """The addresses (bare, as the gate hands them over) of remote images that can not be seen."""
    found = (_unseen(image) for image in _IMAGE.findall(html))
    return frozenset(url for url in found if url)


def _unseen(tag: str) -> str:
    """The address of an image that can not be seen; empty for one that can, or is not remote."""
    attributes = {name.lower(): one or other or third for name, one, other, third in _ATTRIBUTE.findall(tag)}
    style = unescape(attributes.get("style", ""))
    if not (_is_tiny(attributes, style) or (style and _HIDDEN.search(style))):
        return ""
    url = bare(unescape(attributes.get("src", "")))
    return url if is_remote(url) else ""


def _is_tiny(attributes: dict[str, str], style: str) -> bool:
    """Both sides, or the only one that is said: what is narrow and high holds a layout open."""
    sides = {
        name: float(found[1]) for name in ("width", "height") if (found := _NUMBER.match(attributes.get(name, "")))
    }
    if any(side > TINY for side in sides.values()):
        return False
    sides |= {name.lower(): float(number) for name, number in _LENGTH.findall(style)}
    return bool(sides) and all(side <= TINY for side in sides.values())
