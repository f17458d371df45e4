"""Names of hosts that can be taken for others at a glance: of a sender, and of where a link leads.

Pure and total. A hint only: what is drawn alike is known of the common letters (Unicode TR39), not of all.
"""

from __future__ import annotations

import unicodedata

from webmail.reading.links import same_site

# Letters of other scripts, and digits and pairs, that look like Latin ones.
_ALIKE = str.maketrans("аеорсухіјѕһԁԛԝɡıοανκρτυχӏ0135", "aeopcyxijshdqwgioavkptuxloles")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_TOGETHER = frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"))
"""Scripts that stand beside Latin letters in honest names."""


def looks_like(domain: str, own: str) -> bool:
    """Whether a domain could be taken for another that it is not. The very same name in another country is not meant:
    it mostly has the same owner."""
    if not domain or not own or same_site(domain, own) or domain.partition(".")[0] == own.partition(".")[0]:
        return False
    if _drawn(domain) == _drawn(own):
        return True
    name, ours = _drawn(domain).rpartition(".")[0], _drawn(own).rpartition(".")[0]
    return len(ours) >= 6 and (name == ours or one_apart(name, ours))


def plain(text: str) -> str:
    """As it looks at a glance: without accents, in small Latin letters as far as there are some like it."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return bare.translate(_ALIKE)


def shown(host: str) -> str:
    """As a browser may draw it: `xn--bcher-kva.example` is `bücher.example`."""
    try:
        return host.encode().decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def is_disguised(host: str) -> bool:
    """Whether it is written in letters that pass for others: of several scripts in one name, or all of them alike."""
    return any(map(_is_disguise, shown(host).split("."))) if "xn--" in host or not host.isascii() else False


def _is_disguise(label: str) -> bool:
    letters = [c for c in label if c.isalpha()]
    strange = [c for c in letters if not unicodedata.name(c, "LATIN").startswith("LATIN")]
    if not strange:
        return False
    if all(c.translate(_ALIKE).isascii() for c in strange):
        return True
    return len(strange) < len(letters) and any(_script(c) not in _TOGETHER for c in strange)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "LATIN").partition(" ")[0]


def _drawn(domain: str) -> str:
    drawn = plain(shown(domain)).replace("-", "")
    for pair, letter in _PAIRS:
        drawn = drawn.replace(pair, letter)
    return drawn


def one_apart(one: str, other: str) -> bool:
    """Whether one letter was changed, left out, put in, or two changed places."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
