"""Selectors of strangers, scoped to the wrapper of their message.

Pure, and no parser: a selector is kept when it is made of known pieces only. Ids get the prefix that ids in the message
get; `html` and `body` mean the wrapper.
"""

from __future__ import annotations

import re
from functools import lru_cache

SCOPE = ".mailbody"
ID_PREFIX = "m-"
_LONGEST = 4000

_PSEUDO = r"""link|visited|hover|active|focus|first-child|last-child|only-child|first-of-type|last-of-type|only-of-type
    |empty|first-line|first-letter|nth-(?:last-)?(?:child|of-type)\((?:odd|even|[\dn+\s-]{1,20}+)\)|not\([\w.\#*-]{1,60}+\)"""
_ATTRIBUTE = r"""\[ [\w-]{1,40}+
    (?: [~|^$*]?= (?: "[\w\s./:\#-]{0,80}+" | '[\w\s./:\#-]{0,80}+' | [\w-]{1,80}+ ) )?+ (?:\s[is])?+ \]"""
_KEPT = re.compile(
    rf"(?: [\w*-]++ | [.\#][\w-]++ | ::?+(?:{_PSEUDO})(?![\w(-]) | {_ATTRIBUTE} | \s*+[>+~]\s*+ | \s++ )++",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_ROOT = re.compile(
    r"(?:(?:html|:root)(?![\w-])[^\s>+~,]{0,80}+\s*+>?\s*+(?=body(?![\w-])))?(?:body|html|:root)(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_ID = re.compile(r"#(?=[\w-])", re.ASCII)
_BETWEEN_COMMAS = re.compile(r"(?:[^,\[(]|\[[^\[\]]*+\]|\([^()]*+\))++")


@lru_cache(maxsize=2048)
def scoped(selectors: str) -> str:
    """The selectors of a rule, each scoped; those that are not on the list are left out, maybe all."""
    if len(selectors) > _LONGEST:
        return ""
    return ",".join(filter(None, map(_scoped_one, _BETWEEN_COMMAS.findall(selectors))))


def _scoped_one(selector: str) -> str:
    selector = " ".join(selector.split())
    root = _ROOT.match(selector)
    rest = selector[root.end() :] if root else selector
    if not selector or (rest and not _KEPT.fullmatch(rest)):
        return ""
    within = rest if "[" in rest else _ID.sub(f"#{ID_PREFIX}", rest)
    return f"{SCOPE}{within}" if root else f"{SCOPE} {within}"
