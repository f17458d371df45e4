"""text/enriched (RFC 1896), and its forerunner text/richtext (RFC 1341), to HTML, which then passes the gate like any
other. Pure, total and linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

MEDIA_TYPES = ("text/enriched", "text/richtext")
_TOKEN = re.compile(r"<<|<(/?)([A-Za-z][A-Za-z0-9-]{0,59})>|(?:\r?\n)+|[^<\r\n]+|[<\r]")
_TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "fixed": "tt", "smaller": "small", "bigger": "big",
    "center": 'div align="center"', "flushleft": 'div align="left"', "flushright": 'div align="right"',
    "flushboth": 'div align="justify"', "indent": "blockquote", "excerpt": "blockquote", "nofill": "pre",
    "subscript": "sub", "superscript": "sup", "paragraph": "p",
}  # fmt: skip
_WITH_PARAM = {"color": "color", "fontfamily": "face"}
_ALONE = {"nl": "<br>", "np": "<hr>", "lt": "&lt;"}
"""Of richtext only."""
_COLOUR = re.compile(r"([0-9a-f]{4}),([0-9a-f]{4}),([0-9a-f]{4})", re.IGNORECASE)


def to_html(text: str, media_type: str = "text/enriched") -> str:
    """Nothing in it is safe yet."""
    return "".join(_Writer(is_rich=media_type == "text/richtext").all(text))


class _Writer:
    def __init__(self, *, is_rich: bool) -> None:
        self._is_rich = is_rich
        self._exact = 0
        """In how many `nofill` this is."""
        self._param: list[str] | None = None
        """What stands in a parameter, while one is open."""
        self._waiting = ""
        """The attribute that the next parameter is the value of."""

    def all(self, text: str) -> Iterator[str]:
        for found in _TOKEN.finditer(text):
            if found[2]:
                yield self._tag(found[2].lower(), closes=bool(found[1]))
            elif self._param is not None:
                self._param.append(found[0])
            elif found[0].strip("\r\n"):
                yield self._opened() + escape("<" if found[0] == "<<" else found[0])
            else:
                yield self._breaks(found[0].count("\n"))

    def _breaks(self, count: int) -> str:
        """One line end is a space, so many more are so many breaks; as they are where nothing is filled."""
        if self._exact:
            return "\n" * count
        return "<br>" * (count - 1) if count > 1 and not self._is_rich else " "

    def _tag(self, name: str, *, closes: bool) -> str:
        if name == "param":
            return self._end_param() if closes else self._begin_param()
        if self._is_rich and name in _ALONE and not closes:
            return _ALONE[name]
        if name in _WITH_PARAM:
            before = self._opened()
            self._waiting = "" if closes else _WITH_PARAM[name]
            return before + ("</font>" if closes else "")
        if name == "nofill":
            self._exact = max(0, self._exact + (-1 if closes else 1))
        tag = _TAGS.get(name, "")
        if not tag:
            return ""
        return self._opened() + (f"</{tag.split()[0]}>" if closes else f"<{tag}>")

    def _begin_param(self) -> str:
        self._param = []
        return ""

    def _end_param(self) -> str:
        said, self._param = "".join(self._param or ()).strip(), None
        name, self._waiting = self._waiting, ""
        if not name:
            return ""
        if name == "color" and (parts := _COLOUR.fullmatch(said)):
            said = "#" + "".join(part[:2] for part in parts.groups())
        return f'<font {name}="{escape(said)}">'

    def _opened(self) -> str:
        """An element that has no parameter after all."""
        waited, self._waiting = self._waiting, ""
        return "<font>" if waited else ""
