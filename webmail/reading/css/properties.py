"""The CSS properties that a message may use: its look and its flow.

Left out on purpose: what moves a thing over another or out of its place (position, z-index, transform, inset), what
loads (content, filter, mask, cursor images, behaviours), what runs (animation, transition), and custom properties.
"""

from __future__ import annotations

_BACKGROUND = "attachment clip color image origin position position-x position-y repeat size"
_BOX = """
    width min-width max-width height min-height max-height inline-size min-inline-size max-inline-size
    block-size min-block-size max-block-size aspect-ratio box-shadow box-sizing
    display float clear visibility opacity overflow overflow-x overflow-y vertical-align object-fit object-position
    margin padding border border-collapse border-spacing border-radius
    outline outline-color outline-style outline-width outline-offset caption-side empty-cells table-layout
"""
_CORNERS = "top-left top-right bottom-left bottom-right start-start start-end end-start end-end"
_TEXT = """
    color color-scheme cursor direction font hyphens letter-spacing line-break line-height overflow-wrap
    tab-size text-align text-align-last text-decoration text-indent text-overflow text-shadow text-size-adjust
    text-transform text-underline-offset text-wrap unicode-bidi white-space word-break word-spacing word-wrap
    writing-mode -webkit-text-size-adjust -ms-text-size-adjust
    text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness
    list-style list-style-position list-style-type orphans widows
"""
_FONT = "family feature-settings kerning size stretch style variant variant-caps variant-numeric weight"
_LAYOUT = """
    flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap order gap row-gap column-gap
    align-content align-items align-self justify-content justify-items justify-self
    place-content place-items place-self
    grid grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column grid-column-end grid-column-start
    grid-row grid-row-end grid-row-start grid-template grid-template-areas grid-template-columns grid-template-rows
    columns column-count column-fill column-rule column-span column-width
    break-after break-before break-inside page-break-after page-break-before page-break-inside
"""
_SIDES = "top right bottom left block inline block-start block-end inline-start inline-end"
_BORDER = "color style width"


def _join(prefix: str, names: str) -> set[str]:
    return {f"{prefix}-{name}" for name in names.split()}


PROPERTIES: frozenset[str] = frozenset(
    {"background", *_BOX.split(), *_TEXT.split(), *_LAYOUT.split()}
    | _join("background", _BACKGROUND)
    | _join("font", _FONT)
    | _join("border", _BORDER)
    | {f"border-{corner}-radius" for corner in _CORNERS.split()}
    | {name for box in ("margin", "padding", "border") for name in _join(box, _SIDES)}
    | {name for side in _SIDES.split() for name in _join(f"border-{side}", _BORDER)}
)
