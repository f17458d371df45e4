"""PURE: a text -> its words, the same for what is written into the index and for what is looked for in it.

Words are folded here and not by a database, so that all of them find the same: case and accents do not count, and
scripts that write no spaces between words become pairs of letters, of which any two that stand together can be found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 60
"""Letters of one word."""
# Han, kana and Hangul; Thai, Lao, Myanmar and Khmer, whose vowel signs belong to their words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
_UNSPACED += "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_SIGNS = "\u0900-\u0dff"
"""Of Indian scripts, whose vowels are signs that are no letters to `re`."""
_SYMBOLS = (range(0x2190, 0x2C00), range(0x1F000, 0x1FB00))
"""Arrows, signs and emoji: each is a word, in the index as a private letter, for databases know no others for words."""
_STANDS_FOR = dict(zip((code for some in _SYMBOLS for code in some), range(0xF0000, 0xF1600), strict=False))
_MEANS = {private: code for code, private in _STANDS_FOR.items()}
_PRIVATE = "\U000f0000-\U000f15ff"
_OTHER_LETTERS = {
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
"""Letters that are no accented ones to Unicode, and are to people."""
_PASSED_OVER = "\u00ad\u034f\u0640\u2060\ufeff" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
"""Soft hyphens, joiners and stretched letters, and the colours of skin."""
_FOLDED = str.maketrans(_STANDS_FOR | _OTHER_LETTERS | dict.fromkeys(_PASSED_OVER, ""))
_WORDS = re.compile(rf"[{_UNSPACED}]+|[{_PRIVATE}]|(?:[^\W_{_UNSPACED}]|[{_SIGNS}])+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_KEEPS_MARKS = re.compile(rf"[{_UNSPACED}{_SIGNS}]")


def words(text: str) -> list[str]:
    """In order. `Grüße, 東京都` is `grusse 東京 京都 都`."""
    found = []
    for word in _WORDS.findall(folded(text)):
        if word[0] > "\u0dff" and _IS_UNSPACED.match(word):
            found += [word[at : at + 2] for at in range(len(word))]
        else:
            found.append(word[:LONGEST])
    return found


def looked_for(text: str) -> list[str]:
    """The words to look for one after the other: without the letter that ends a run of pairs, for the run may go on."""
    found = words(text)
    if len(found) > 1 and len(found[-1]) == 1 and found[-2][1:] == found[-1] and _IS_UNSPACED.match(found[-1]):
        found.pop()
    return found


def goes_on(word: str) -> bool:
    """Whether a word is looked for as the beginning of longer ones: not a pair of letters, and no single Latin one."""
    return len(word) == 1 if _IS_UNSPACED.match(word) else len(word) > 1


def folded(text: str) -> str:
    """Without case, accents, vowel points and the like, as far as that is no other letter: kana keep their voice marks.
    Emoji are the private letters that they are in the index."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    return text if text.isascii() else "".join(map(_plain, text)).translate(_FOLDED)


def meant(word: str) -> str:
    """A word as it stands in texts: emoji are themselves again."""
    return word.translate(_MEANS)


@lru_cache(8192)
def _plain(letter: str) -> str:
    """Marks that belong to the letters of a script stay, and separate ones that do not are nothing."""
    if letter.isascii() or _KEEPS_MARKS.match(letter):
        return letter
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part))
