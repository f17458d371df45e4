"""Bytes of a declared charset to text. Total: any bytes under any label give text.

Labels come from strangers, so they are looked up in a closed list and never handed to `codecs.lookup`, which also
knows zlib, rot13 and idna. Labels are read as browsers read them: latin-1 is windows-1252, gb2312 is gb18030.
Never guesses by statistics, and never sniffs markup.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

_LABELS: dict[str, str] = {
    "utf-8": "utf8 unicode11utf8 unicode20utf8 xunicode20utf8 utf8mb4",
    "utf-7": "utf7 unicode11utf7 unicode20utf7",
    "utf-16": "utf16 unicode ucs2 iso10646ucs2",
    "utf-16-le": "utf16le",
    "utf-16-be": "utf16be",
    "utf-32": "utf32",
    "cp1252": "windows1252 cp1252 xcp1252 iso88591 latin1 isolatin1 l1 ibm819 cp819 iso885911987 ansix34 ansi",
    "iso8859-2": "iso88592 latin2 isolatin2 l2",
    "iso8859-3": "iso88593 latin3 l3",
    "iso8859-4": "iso88594 latin4 l4",
    "iso8859-5": "iso88595 cyrillic",
    "iso8859-6": "iso88596 iso88596i iso88596e arabic ecma114 asmo708",
    "iso8859-7": "iso88597 greek greek8 ecma118 elot928",
    "iso8859-8": "iso88598 iso88598i iso88598e hebrew logical visual",
    "cp1254": "windows1254 cp1254 iso88599 latin5 l5",
    "iso8859-10": "iso885910 latin6 l6",
    "iso8859-11": "iso885911",
    "iso8859-13": "iso885913 latin7",
    "iso8859-14": "iso885914 latin8",
    "iso8859-15": "iso885915 latin9 latin0 l9",
    "iso8859-16": "iso885916 latin10",
    "cp874": "windows874 cp874 tis620 tis6202533 dos874",
    "cp1250": "windows1250 cp1250 xcp1250",
    "cp1251": "windows1251 cp1251 xcp1251",
    "cp1253": "windows1253 cp1253",
    "cp1255": "windows1255 cp1255",
    "cp1256": "windows1256 cp1256",
    "cp1257": "windows1257 cp1257",
    "cp1258": "windows1258 cp1258",
    "cp437": "ibm437 cp437",
    "cp850": "ibm850 cp850",
    "cp852": "ibm852 cp852",
    "cp866": "ibm866 cp866",
    "koi8-r": "koi8r koi8 koi cskoi8r",
    "koi8-u": "koi8u koi8ru",
    "mac-roman": "macintosh macroman mac xmacroman",
    "mac-cyrillic": "maccyrillic xmaccyrillic xmacukrainian",
    "gb18030": "gb18030 gb2312 gbk gb231280 xgbk xgb cp936 windows936 ms936 euccn chinese csgb2312",
    "hz": "hz hzgb2312",
    "cp950": "big5 xxbig5 cnbig5 cp950 windows950 csbig5 big5eten",
    "big5hkscs": "big5hkscs",
    "cp932": "shiftjis sjis xsjis xshiftjis mskanji cp932 windows31j windows932 ms932 csshiftjis",
    "euc-jp": "eucjp xeucjp ujis",
    "iso2022-jp-ext": "iso2022jp iso2022jp1 iso2022jp2 iso2022jp3 iso2022jpms cp50220 cp50221 csiso2022jp",
    "iso2022-kr": "iso2022kr csiso2022kr",
    "cp949": "euckr ksc5601 ksc56011987 ksc56011989 ksx1001 korean cp949 windows949 uhc xwindows949 cseuckr",
    "johab": "johab cp1361",
}

_CODECS: dict[str, str] = dict(
    chain.from_iterable(((label, codec) for label in v.split()) for codec, v in _LABELS.items())
)
_ASCII = frozenset(("ascii", "usascii", "ansix341968", "iso646us", "us", "7bit", "8bit", "none", "default"))
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_LONGEST_LABEL = 60
_BY_CHANCE = 3
"""Octets that UTF-8 takes more than letters: `Ã©` in honest latin-1 is one."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=512)
def codec_for(label: str) -> str | None:
    """The Python codec behind a declared charset, or None for ASCII, for nothing and for the unknown."""
    return _CODECS.get(_plain(label))


def is_unknown(label: str) -> bool:
    """Whether a charset was declared that nobody here can read, so that the text is a guess."""
    plain = _plain(label)
    return bool(plain) and plain not in _ASCII and plain not in _CODECS


def decode(data: bytes, declared: str = "") -> str:
    """Text of `data`: by the declared charset, else as UTF-8, else as windows-1252 with replacements."""
    return _decoded(data, declared).removeprefix("\ufeff")


def in_utf8(data: bytes) -> bytes:
    """A file without the mark at its beginning, and in UTF-8 when that, or NUL at every other octet, says UTF-16."""
    for codec, mark, nuls in (("utf-16-le", b"\xff\xfe", 1), ("utf-16-be", b"\xfe\xff", 0)):
        head = data[:64]
        if data.startswith(mark) or (len(head) > 3 and head[nuls::2].count(0) == len(head) // 2):
            text = data.removeprefix(mark).decode(codec, "replace").removeprefix("\ufeff")
            return _LONE_SURROGATE.sub("\ufffd", text).encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def _decoded(data: bytes, declared: str) -> str:
    codec = codec_for(declared)
    if codec is None and b"\x1b$" in data and data.isascii():
        codec = "iso2022-jp-ext"  # sent without a word of it; nothing else has such escapes
    if codec is None or codec == "utf-8":
        return _utf8(data, declared=codec is not None)
    if codec == "cp1252" and (found := _mislabelled(data)):
        return found
    try:
        return _LONE_SURROGATE.sub("\ufffd", data.decode(codec))
    except (UnicodeError, ValueError):
        return _by_force(data, codec)


def _utf8(data: bytes, *, declared: bool) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut_off = declared and error.reason == "unexpected end of data"
    found = data.decode("utf-8", "replace")
    # Some of it is UTF-8: damaged or cut, but not another charset.
    return found if is_cut_off or not found.replace("\ufffd", "").isascii() else data.decode("cp1252", "replace")


def _mislabelled(data: bytes) -> str:
    """Under the label that programs put on everything: what can be read as UTF-8, more than by chance, is UTF-8."""
    try:
        found = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return found if len(data) - len(found) >= _BY_CHANCE else ""


def _by_force(data: bytes, codec: str) -> str:
    """Mislabelled UTF-8, or what the declared charset makes of it with replacements."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _LONE_SURROGATE.sub("\ufffd", data.decode(codec, "replace"))


def _plain(label: str) -> str:
    """The label's letters and digits: `ISO_8859-8-I`, `"iso-8859-8-i"` and `iso8859-8-i*en` are one."""
    return _NOT_ALNUM.sub("", label[:_LONGEST_LABEL].partition("*")[0].lower())
