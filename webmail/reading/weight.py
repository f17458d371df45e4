"""How much work a body would make an HTML parser, told before it is parsed.

The rules of HTML5 for formatting elements let a few kilobytes ask for gigabytes: an unclosed `<font>` is opened again
in every paragraph after it, so 12,000 of them before 12,000 paragraphs are 144 million elements. Depth costs its
square. Bodies too small to do harm are not followed; for the others the parser's stack is followed roughly and on the
safe side: what looks like an opening tag opens, and only what surely closes closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_CHARACTERS = 2 * 1024 * 1024
MAX_MARKS = 25_000
"""`<` in one body."""
MAX_WORDS = 20_000
"""Words between two marks: the parser is quadratic in the attributes of one tag."""
MAX_DEPTH = 600
MAX_NODES = 300_000
"""Elements opened again, estimated."""
_HARMLESS_MARKS = 4000


def too_heavy(html: str) -> str:
    """Why `html` must not be parsed: `too-large`, `too-complex`, or empty when it may."""
    if len(html) > MAX_CHARACTERS:
        return "too-large"
    marks = html.count("<")
    if marks > MAX_MARKS or any(_is_crowded(piece) for piece in html.split("<") if len(piece) > MAX_WORDS):
        return "too-complex"
    if marks <= _HARMLESS_MARKS:
        formatting = len(_OPENS_FORMATTING.findall(html))
        if formatting * (marks - formatting) <= MAX_NODES:
            return ""
    return "" if _follow(html) else "too-complex"


def _is_crowded(piece: str) -> bool:
    return any(part.count("/") + len(part.split()) > MAX_WORDS for part in piece.split(">"))


# --- The parser's stack, roughly --------------------------------------------------------------------------------------


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_OPENS_FORMATTING = re.compile(rf"<(?:{'|'.join(_FORMATTING)})[\s/>]", re.IGNORECASE)
_FENCES = _names("table td th caption object applet marquee template select button")
_CELLS = ("td", "th", "caption")
# No end, or an end that the next one implies.
_FLAT = _names(
    "area base br col embed hr img input link meta param source track wbr",
    "p li dt dd tr tbody thead tfoot colgroup option optgroup html head body",
)
_RAW = _names("script style title textarea xmp iframe noembed noframes noscript")

# HTML5's own rules for where a comment and a tag end (13.2.5): a quote counts only after `=`, `=` only after a name.
_VALUE = r"""\s*+=\s*+(?: "[^"]*+(?:"|\Z) | '[^']*+(?:'|\Z) | [^\s"'>][^\s>]*+ )?+"""
_TOKEN = re.compile(
    rf"""<!-- (?: -?> | .*?(?:--!?>|\Z) )
       | < (?: [!?] | /(?![a-zA-Z]) ) [^>]*+
       | < (/?) ([a-zA-Z][^\s/>]*+) (?: [\s/]++ | [^\s/>][^\s/>=]*+ (?:{_VALUE})?+ )*+""",
    re.VERBOSE | re.DOTALL,
)
_OPENS = re.compile(r"<([a-zA-Z][^\s/>]{0,20})")
_FOREIGN = re.compile(r"<(?:svg|math)", re.IGNORECASE)


def _follow(html: str) -> bool:
    """Whether depth and reopened elements stay within their limits."""
    stack = _Stack(closes=_FOREIGN.search(html) is None)
    for closing, name in _tags(html):
        if closing:
            stack.close(name)
        else:
            stack.open(name)
        if stack.nodes > MAX_NODES or len(stack.names) > MAX_DEPTH:
            return False
    return True


def _tags(html: str) -> Iterator[tuple[bool, str]]:
    """(whether it closes, name) of each tag; in raw text, which may be none, whatever looks like an opening one."""
    at = 0
    while match := _TOKEN.search(html, at):
        at = match.end()
        name = (match[2] or "").lower()
        if name:
            yield bool(match[1]), name
        if name in _RAW and not match[1]:
            end = re.compile(rf"</{name}[\s/>]", re.IGNORECASE).search(html, at)
            stop = end.start() if end else len(html)
            yield from ((False, inside[1].lower()) for inside in _OPENS.finditer(html, at, stop))
            at = stop


class _Stack:
    """Names of open elements. A fence stops the search for what an end tag closes (HTML5 13.2.4.2, 13.2.4.3)."""

    def __init__(self, *, closes: bool) -> None:
        self.names: list[str] = []
        self.nodes = 0
        self._formatting = 0
        self._closes = closes
        """False with SVG or MathML about, where raw text follows other rules: then nothing closes."""

    def open(self, name: str) -> None:
        if name in _FORMATTING:
            self._formatting += 1
        else:
            self.nodes += self._formatting
        if name in _CELLS and "table" in self.names:
            self._close_cell()
        if name not in _FLAT and name not in _RAW:
            self.names.append(name)

    def close(self, name: str) -> None:
        self.nodes += 0 if name in _FORMATTING else self._formatting
        if not self._closes or name in _FLAT:
            return
        if self.names and self.names[-1] == name:
            self.names.pop()
            self._formatting -= name in _FORMATTING
            return
        at = self._find(name)
        if at is None:
            return
        above = self.names[at + 1 :]
        if name in _CELLS:
            above = []
        elif name not in _FORMATTING:
            above = [inner for inner in _until_fence(above) if inner in _FORMATTING]
        self._replace(at, above)

    def _close_cell(self) -> None:
        for at in range(len(self.names) - 1, -1, -1):
            if self.names[at] in _CELLS:
                return self._replace(at, [])
            if self.names[at] == "table":
                return None
        return None

    def _find(self, name: str) -> int | None:
        for at in range(len(self.names) - 1, -1, -1):
            found = self.names[at]
            if found == name:
                return at
            if found in _FENCES and not (name == "table" and found in _CELLS):
                return None
        return None

    def _replace(self, at: int, above: list[str]) -> None:
        self._formatting -= sum(name in _FORMATTING for name in self.names[at:])
        self._formatting += sum(name in _FORMATTING for name in above)
        self.names[at:] = above


def _until_fence(names: list[str]) -> Iterator[str]:
    """What stands in a table outside its cells is put before the table, and lives on."""
    for name in names:
        if name in _FENCES:
            return
        yield name
