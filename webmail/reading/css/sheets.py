"""`<style>` blocks of strangers: rules and `@media`, with scoped selectors and safe declarations.

Linear. `@import`, `@font-face`, `@keyframes` and every other at-rule are dropped with their blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from webmail.reading.css.declarations import Declarations
from webmail.reading.css.selectors import scoped

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_STEP = re.compile(r"([^{};]*+)([{};]|\Z)")
_BRACE = re.compile(r"[{}]")
_MEDIA = re.compile(r"\s*@media\b\s*([\w\s:(),.%-]{1,300}+)", re.ASCII | re.IGNORECASE)
_DEEPEST_MEDIA = 2


def stylesheet(css: str, declarations: Declarations, *, keep_dark: bool = False) -> str:
    """The safe part of `css`. Rules for dark screens stay only with `keep_dark`: white paper has no use for them."""
    return "".join(_rules(_COMMENT.sub(" ", css), declarations, keep_dark))


def _rules(css: str, declarations: Declarations, keep_dark: bool) -> Iterator[str]:
    at = open_media = 0
    while at < len(css) and (step := _STEP.match(css, at)):
        prelude, mark = step.groups()
        at = step.end()
        if mark == "}" and open_media:
            open_media -= 1
            yield "}"
        elif mark == "{" and not prelude.lstrip().startswith("@"):
            end = css.find("}", at)
            end = len(css) if end < 0 else end
            selectors, inside = scoped(prelude.strip()), declarations(css[at:end].strip())
            yield f"{selectors}{{{inside}}}" if selectors and inside else ""
            at = end + 1
        elif mark == "{" and open_media < _DEEPEST_MEDIA and (media := _media(prelude, keep_dark)):
            open_media += 1
            yield media
        elif mark == "{":
            at = _after_block(css, at)
    yield "}" * open_media


def _media(prelude: str, keep_dark: bool) -> str:
    """`@media ... {` when its query is made of words, numbers and brackets that close; else nothing."""
    match = _MEDIA.fullmatch(prelude)
    query = " ".join(match[1].lower().split()) if match else ""
    if not query or not _closes(query):
        return ""
    if "prefers-color-scheme" in query and "dark" in query and not keep_dark:
        return ""
    return f"@media {query}{{"


def _closes(query: str) -> bool:
    depth = 0
    for char in query:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def _after_block(css: str, at: int) -> int:
    depth = 1
    for match in _BRACE.finditer(css, at):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(css)
