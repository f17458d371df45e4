"""PURE: a brand's colour -> the hue and chroma that the style sheets turn into tones, and how readable these are.

The sheets fix the lightness of every tone (`static/css/tokens.css`) so that any hue stays readable in both themes.
What is left to check is that each tone exists on a screen, which costs chroma, and that the contrast (WCAG 2.2, section
1.4.3) holds.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

NEEDED = 4.5
"""WCAG 2.2 level AA, for text."""
_HEX = re.compile(r"#[0-9a-f]{6}")
# Lightness of `--accent` and `--accent-fg`, and what they stand on: as in tokens.css, light theme and dark one.
_LIGHT, _DARK = (0.47, 0.44), (0.74, 0.82)
_LIGHT_GROUND = ((1.0, 0.0, 0.0), (0.96, 0.006, 85.0))
_DARK_GROUND = ((0.172, 0.008, 250.0), (0.252, 0.01, 250.0))

Tone = tuple[float, float, float]
"""Lightness (0 to 1), chroma and hue (degrees), as CSS `oklch()` has them."""
_Linear = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Accent:
    """`light` and `dark` are the contrasts of the worst pair in each theme."""

    hue: float
    chroma: float
    light: float
    dark: float

    @property
    def is_readable(self) -> bool:
        return min(self.light, self.dark) >= NEEDED


def accent(colour: str) -> Accent:
    """What becomes of `#00687e`. Raises ValueError for what is not written like that."""
    if not _HEX.fullmatch(colour):
        raise ValueError("not a colour such as #00687e")
    _lightness, chroma, hue = _to_oklch(colour)
    while chroma > 0 and not all(_exists((lightness, chroma, hue)) for lightness in (*_LIGHT, *_DARK)):
        chroma = max(0.0, chroma - 0.002)
    return Accent(round(hue, 1), round(chroma, 3), _light(chroma, hue), _dark(chroma, hue))


def contrast(one: Tone, other: Tone) -> float:
    """WCAG's ratio, 1 to 21."""
    dim, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def _light(chroma: float, hue: float) -> float:
    """White on the accent, and the accent as text on all that it stands on."""
    button, text = ((lightness, chroma, hue) for lightness in _LIGHT)
    return min(contrast((1, 0, 0), button), *(contrast(text, ground) for ground in _LIGHT_GROUND))


def _dark(chroma: float, hue: float) -> float:
    button, text = (_DARK[0], chroma, hue), (_DARK[1], chroma * 0.9, hue)
    return min(contrast((0.19, 0.025, hue), button), *(contrast(text, ground) for ground in _DARK_GROUND))


def _to_oklch(colour: str) -> Tone:
    """Björn Ottosson's Oklab, as CSS Color 4 section 18 has it."""
    r, g, b = (_expanded(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    l_ = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m_ = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s_ = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_
    a = 1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_
    b = 0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _linear(tone: Tone) -> _Linear:
    """Its red, green and blue, before they are bent for a screen; outside 0 to 1 no screen has it."""
    lightness, chroma, hue = tone
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )


def _exists(tone: Tone) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in _linear(tone))


def _luminance(tone: Tone) -> float:
    r, g, b = (min(1.0, max(0.0, part)) for part in _linear(tone))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _expanded(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)
