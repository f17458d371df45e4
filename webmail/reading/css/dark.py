"""Colours of strangers for a dark screen: beside each the one that it becomes there, of the same hue.

Text becomes light and what is behind it dark, each within limits that leave every text readable on every ground (4.5:1,
WCAG 1.4.3), so that nothing need be known of which stands on which. Works on declarations that are safe already, and
writes colours only.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import cbrt

from tinycss2.color4 import Color, parse_color

_TEXT = frozenset(("color", "text-decoration", "text-decoration-color"))
_GROUND = frozenset(("background", "background-color", "background-image"))
_LINES = ("border", "outline", "column-rule", "box-shadow")
_DROPPED = frozenset(("opacity", "text-shadow", "color-scheme"))
"""What would take the contrast away, or the light colours back."""
_SYSTEM_COLOURS = """
    accentcolor accentcolortext activetext buttonborder buttonface buttontext canvas canvastext field fieldtext
    graytext highlight highlighttext linktext mark marktext selecteditem selecteditemtext visitedtext
"""
_SYSTEM = frozenset(_SYSTEM_COLOURS.split())
_TOKEN = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|light-dark)\((?:[^()]|\([^()]*\))*\)|(?<![\w-])[a-zA-Z]+\b(?![(-])"
)
_LEGACY = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})|([a-zA-Z]{3,24})")


@lru_cache(maxsize=4096)
def darkened(declarations: str) -> str:
    """`name:value;name:value` with dark colours beside the light ones."""
    return ";".join(filter(None, map(_declaration, declarations.split(";"))))


def painted(attribute: str, value: str) -> str:
    """A declaration that says what the attribute (`bgcolor`, `color`, `bordercolor`) means; empty when that is
    unknown."""
    found = _LEGACY.fullmatch(value.strip())
    name = {"bgcolor": "background-color", "bordercolor": "border-color"}.get(attribute, attribute)
    if found is None:
        return ""
    made = _declaration(f"{name}:#{found[1]}" if found[1] else f"{name}:{found[2]}")
    return made if "light-dark(" in made else ""


def _declaration(text: str) -> str:
    name, _, value = text.partition(":")
    if name in _DROPPED:
        return ""
    limits = _limits(name)
    if limits is None:
        return text
    try:
        return f"{name}:{_TOKEN.sub(lambda token: _both(token[0], limits), value)}"
    except _Unknown:
        return ""


class _Unknown(ValueError):
    """A colour that can not be told."""


_Limits = tuple[float, float, float]
"""Lightness (OKLCH) of the middle and of the ends of the scale, and the most chroma."""
_FOR_TEXT: _Limits = (0.82, 0.95, 0.13)
_FOR_GROUND: _Limits = (0.34, 0.22, 0.09)
_FOR_LINES: _Limits = (0.55, 0.4, 0.1)


def _limits(name: str) -> _Limits | None:
    if name in _TEXT:
        return _FOR_TEXT
    if name in _GROUND:
        return _FOR_GROUND
    return _FOR_LINES if name.startswith(_LINES) else None


@lru_cache(maxsize=4096)
def _both(token: str, limits: _Limits) -> str:
    """`light-dark(LIGHT,DARK)` for a colour; any other word as it is. Raises _Unknown."""
    found = parse_color(token)
    if found == "currentcolor" and limits is not _FOR_GROUND:
        return token
    if not isinstance(found, Color):
        if found is not None or "(" in token or token.startswith("#") or token.lower() in _SYSTEM:
            raise _Unknown
        return token
    if found.alpha == 0:
        return token
    lightness, a, b = _oklab(*_on_white(found))
    middle, end, most = limits
    chroma = (a * a + b * b) ** 0.5
    scale = min(1.0, most / chroma) if chroma else 1.0
    return f"light-dark({token},{_hex(middle + (end - middle) * abs(2 * lightness - 1), a * scale, b * scale)})"


def _on_white(colour: Color) -> tuple[float, float, float]:
    """Red, green and blue as they look on the paper that the writer had in mind. Raises _Unknown."""
    alpha = float(colour.alpha)
    try:
        parts = colour.to("srgb").coordinates
    except NotImplementedError:  # lab and its kin, which no mail uses
        raise _Unknown from None
    red, green, blue = (min(1.0, max(0.0, float(part))) * alpha + 1 - alpha for part in parts)
    return red, green, blue


# --- OKLab ------------------------------------------------------------------------------------------------------------


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _oklab(red: float, green: float, blue: float) -> tuple[float, float, float]:
    r, g, b = _linear(red), _linear(green), _linear(blue)
    long = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(lightness: float, a: float, b: float) -> str:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(_gamma(part) * 255):02x}" for part in parts)
