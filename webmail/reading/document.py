"""The document inside a message's frame: a safe fragment, and the few styles that it starts from.

Its styles stand inside it, which only its own policy allows (`style-src 'unsafe-inline'`, and nothing else). The
colours are those of the design's tokens. A message without colours of its own follows the theme and is set as our own
text is; any other lies on white paper, with the lines as its writer knew them, or is darkened with the theme.

However wide its writer thought the window, it fits the frame: what can shrink does, in narrow frames also what was to
stay wide, and what is wider still scrolls inside the frame.
"""

from __future__ import annotations

_THEME = """
:root { color-scheme: light dark; }
body { background: transparent; color: light-dark(oklch(0.235 0.015 240), oklch(0.935 0.006 240)); }
a { color: light-dark(oklch(0.44 0.088 218), oklch(0.82 0.0792 218)); }
.mailbody > :first-child, .mailbody > :first-child > :first-child { margin-block-start: 0; }
"""
_PAPER = """
:root { color-scheme: light; }
body { background: oklch(1 0 0); color: oklch(0.235 0.015 240); padding: 20px 24px; }
.mailbody { line-height: normal; }
"""
# What white paper and black ink become in `css.dark`.
_DARKENED = """
:root { color-scheme: light dark; }
body { background: light-dark(#fff, #1b1b1b); color: light-dark(oklch(0.235 0.015 240), #eee); padding: 20px 24px; }
a { color: light-dark(LinkText, oklch(0.82 0.0792 218)); }
.mailbody { line-height: normal; }
.mailbody img:not([src]) { color: inherit; }
"""
_BASE = """
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; font: 15px/1.6 system-ui, -apple-system, "Segoe UI Variable Text",
  "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif; }
@media (pointer: coarse) { body { font-size: 16px; } }
html { overflow-x: auto; }
:where(.mailbody) * { max-width: 100%; }
.mailbody img:not([src]) { display: inline-block; overflow: hidden; box-sizing: border-box; font-size: 12px;
  color: light-dark(oklch(0.49 0.014 240), oklch(0.72 0.011 240)); outline: 1px dashed; outline-offset: -1px; }
::highlight(found) { background: oklch(0.88 0.13 95); color: oklch(0.235 0.015 240); }
::highlight(found-here) { background: oklch(0.72 0.17 55); color: oklch(0.235 0.015 240); }
.mailbody pre { white-space: pre-wrap; }
.mailbody + .mailbody, .plain + .mailbody, .mailbody + .plain { margin-block-start: 20px; }
.plain .text, .plain .signature { white-space: pre-wrap; unicode-bidi: plaintext; }
.plain > * + * { margin-block-start: 0.9em; }
.plain .signature { color: light-dark(oklch(0.49 0.014 240), oklch(0.72 0.011 240)); }
.plain blockquote { margin: 0.4em 0 0; padding-inline-start: 12px; border-inline-start: 3px solid; border-color:
  color-mix(in oklch, currentcolor 18%, transparent); }
.plain blockquote .text { color: light-dark(oklch(0.4 0.015 240), oklch(0.8 0.009 240)); }
.quote > summary { display: inline-block; cursor: pointer; list-style: none; padding: 2px 10px; border-radius: 999px;
  font-size: 13px; background: color-mix(in oklch, currentcolor 8%, transparent); }
.quote > summary::-webkit-details-marker { display: none; }
.quote:not([open]) > summary > .quote-hide, .quote[open] > summary > .quote-show { display: none; }
@media (max-width: 640px) {
  .mailbody :is(table, td, th, div, p, center, section, img) { max-width: 100% !important; min-width: 0 !important;
    box-sizing: border-box !important; }
  .mailbody img[src] { height: auto !important; }
  .mailbody :is([nowrap], [style*="nowrap"]) { white-space: normal !important; }
}
@media print { body { background: none; padding: 0; } }
"""


SIZES = (85, 100, 115, 130, 150, 175)
"""Percent that text may be shown in."""


def document(
    fragment: str, *, paper: bool = False, scheme: str = "light dark", dark: bool = False, size: int = 100
) -> str:
    """The whole document. `scheme` is `light`, `dark`, or both when the system decides. Paper is always light, unless
    the fragment was made `dark` as well: then it follows the scheme. `size`: one of `SIZES`."""
    scheme = "light" if paper and not dark else scheme if scheme in ("light", "dark") else "light dark"
    colours = (_DARKENED if dark else _PAPER if paper else _THEME).replace("scheme: light dark", f"scheme: {scheme}")
    zoom = f"body {{ zoom: {size / 100}; }}" if size != 100 and size in SIZES else ""
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>Message</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="{scheme}"><style>{colours}{_BASE}{zoom}</style></head>'
        f"<body>{fragment}</body></html>"
    )
