"""Declarations of strangers, written anew: known properties with known kinds of values.

Most declarations of real mail are plain words, numbers and colours, which one pattern reads; tinycss2 reads the rest.
Both give the same result where both can read, which a test holds. Newsletters repeat the same declarations hundreds of
times, so results are kept. tinycss2 is slow, so one message may use only so much of it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import tinycss2

from webmail.reading.css.dark import darkened
from webmail.reading.css.properties import PROPERTIES

MAX_LENGTH = 16 * 1024
MAX_PARSED = 256 * 1024
"""Characters of one message that tinycss2 may read, each call counted as some more."""
_PER_CALL = 100
_MAX_NESTING = 12  # tinycss2 recurses

_WITH_STRINGS = frozenset(("font", "font-family"))
_WITH_IMAGES = frozenset(("background", "background-image", "list-style"))
_COMMAS = re.compile(r"\s*,[\s,]*")
_NEGATIVE = re.compile(r"-\.?\d|\(")


class Declarations:
    """Reads the declarations of one message: call it with each style attribute and each rule's inside.

    With `dark` each colour has beside it what it becomes on a dark screen.
    """

    def __init__(self, room: int = MAX_PARSED, *, dark: bool = False) -> None:
        self._room = room
        self._dark = dark

    def __call__(self, text: str) -> str:
        """The safe ones of `text`, as `name:value;name:value`; empty when there are none."""
        return darkened(self._safe(text)) if self._dark else self._safe(text)

    def _safe(self, text: str) -> str:
        if len(text) > MAX_LENGTH:
            return ""
        found = plain(text)
        if found is not None:
            return found
        self._room -= len(text) + _PER_CALL
        return parsed(text) if self._room >= 0 else ""


def _tidy(value: str) -> str:
    """One space between words, one comma between parts, none at the ends."""
    return _COMMAS.sub(",", " ".join(value.split())).strip(", ")


def _written(name: str, value: str, important: bool) -> str:
    """A declaration, or nothing when the property or the value could move one thing over another."""
    if name not in PROPERTIES or not value:
        return ""
    if name.startswith("margin") and _NEGATIVE.search(value):
        return ""
    return f"{name}:{value}!important" if important else f"{name}:{value}"


# --- The plain ones ---------------------------------------------------------------------------------------------------

# Possessive throughout, so that what does not match fails at once; no group is captured inside a possessive one, which
# Python 3.11 gets wrong. Without quotes, brackets, colons, backslashes and `@` there are only words, numbers, hashes
# and commas, each of which is safe. An address of an image is read to be left out.
_PLAIN = re.compile(
    r"""[\s;]*+
        (?: (?P<name>[a-zA-Z-]++) \s*+ : \s*+
            (?P<value> (?: (?:rgba?|hsla?)\([\d\s.,%/]*+\)
                         | url\(\s*+(?:'[^'\\\n]*+'|"[^"\\\n]*+"|[^\s'"()\\]*+)\s*+\)
                         | '[\w .-]{1,60}+' | "[\w .-]{1,60}+"
                         | [\w\#.%+-]++
                         | [\s,]++
                         | /(?!\*) )++ )
            (?P<important>!\s*+important\s*+)?
            (?:;|\Z)
          | \Z )""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_URL = re.compile(r"""url\((?:'[^']*'|"[^"]*"|[^'")]*)*\)""", re.IGNORECASE)
_STRING_MARK = str.maketrans('"', "'")


@lru_cache(maxsize=4096)
def plain(text: str) -> str | None:
    """The safe declarations of `text`, or None when it is not wholly plain."""
    written: list[str] = []
    at = 0
    while at < len(text):
        match = _PLAIN.match(text, at)
        if match is None:
            return None
        at = match.end()
        name, value, important = match.group("name", "value", "important")
        if name is None:
            continue
        name = name.lower()
        if "url(" in value.lower():
            value = _tidy(_URL.sub(" ", value)) if name in _WITH_IMAGES else ""
        if ("'" in value or '"' in value) and name not in _WITH_STRINGS:
            return None
        one = _written(name, _tidy(value.translate(_STRING_MARK)), important is not None)
        if one:
            written.append(one)
    return ";".join(written)


# --- The others -------------------------------------------------------------------------------------------------------

_IMAGES = frozenset(
    ("url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "element")
)
_MATH = frozenset(("calc", "min", "max", "clamp"))
_COLOURS = ("rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "light-dark")
_GRADIENTS = ("linear-gradient", "radial-gradient", "conic-gradient")
_REPEATING = ("repeating-linear-gradient", "repeating-radial-gradient")
_SIZES = ("minmax", "repeat", "fit-content")
_FUNCTIONS = _MATH | {*_COLOURS, *_GRADIENTS, *_REPEATING, *_SIZES}
_WORD = re.compile(r"[A-Za-z_-][\w-]{0,60}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}\.?\d{0,12}|\.\d{1,12})(?:e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_HASH = re.compile(r"[0-9a-fA-F]{3,8}")
_NAME_IN_QUOTES = re.compile(r"[\w .,&+-]{1,80}")
_NOT_SAFE = re.compile(r"[<>\\{}@;:]|/\*")
_BRACKET = re.compile(r"[(\[{]|[)\]}]")


class _Refused(ValueError):
    """A value holds what is not on the list."""


@lru_cache(maxsize=1024)
def parsed(text: str) -> str:
    if _nesting(text) > _MAX_NESTING:
        return ""
    written: list[str] = []
    for node in tinycss2.parse_declaration_list(text, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration" or node.lower_name not in PROPERTIES:
            continue
        try:
            value = _value(node.value, node.lower_name, in_math=False)
        except _Refused:
            continue
        value = _tidy(value)
        one = "" if _NOT_SAFE.search(value) else _written(node.lower_name, value, node.important)
        if one:
            written.append(one)
    return ";".join(written)


def _value(tokens: list[Any], name: str, *, in_math: bool) -> str:
    return "".join(_token(token, name, in_math) for token in tokens)


def _token(token: Any, name: str, in_math: bool) -> str:  # noqa: PLR0911  one line for each kind of token
    match token.type:
        case "whitespace" | "comment":
            return " "
        case "ident" if _WORD.fullmatch(token.value):
            return str(token.value)
        case "number" | "percentage" | "dimension" if _NUMBER.fullmatch(token.representation):
            return str(token.representation) + _unit(token)
        case "hash" if _HASH.fullmatch(token.value):
            return f"#{token.value}"
        case "literal" if token.value in (("/", ",", "+", "-", "*") if in_math else ("/", ",")):
            return str(token.value)
        case "string" if name in _WITH_STRINGS and _NAME_IN_QUOTES.fullmatch(token.value):
            return f"'{token.value}'"
        case "url" if name in _WITH_IMAGES:
            return " "
        case "function":
            return _function(token, name, in_math)
        case "() block" if in_math:
            return f"({_value(token.content, name, in_math=True)})"
    raise _Refused


def _function(token: Any, name: str, in_math: bool) -> str:
    if token.lower_name in _IMAGES and name in _WITH_IMAGES:
        return " "  # an image is never loaded from a style; what stands beside it stays
    if token.lower_name not in _FUNCTIONS:
        raise _Refused
    inner = _value(token.arguments, name, in_math=in_math or token.lower_name in _MATH)
    return f"{token.lower_name}({inner.strip()})"


def _unit(token: Any) -> str:
    if token.type != "dimension":
        return "%" if token.type == "percentage" else ""
    if not _WORD.fullmatch(token.unit):
        raise _Refused
    return str(token.unit)


def _nesting(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match[0] in "([{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest
