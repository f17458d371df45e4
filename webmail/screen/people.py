"""Names of people as they may be shown: never a name that poses as another address, never a text-direction trick."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

# Controls and the marks that turn the direction of what follows (RFC 3629 text has none of them in a name).
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
# Local parts that no single human writes from; their avatars are square.
_ORGANISATIONS = re.compile(
    r"(?:no-?reply|do-?not-?reply|news|newsletters?|info|hello|support|service|billing|invoices?|receipts?|orders?"
    r"|bookings?|tickets?|notifications?|alerts?|updates?|backups?|office|team|lists?|admin|postmaster|mailer-daemon)"
    r"(?:[.+_-].*)?@"
)
HUES = 12
UNKNOWN = "?"
"""Stands for a sender that a message does not name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a header, ready to print."""

    name: str
    """The display name, or the address when there is none or it cannot be trusted."""
    address: str
    initials: str
    hue: int
    """0 to 11, always the same for an address."""
    shape: str
    """`avatar` for people, `avatar org` for what sends by machine."""
    first_name: str
    """The whole name of an organisation."""


@lru_cache(maxsize=4096)
def person(name: str, address: str) -> Person:
    """The same few people fill a mailbox, so they are made once."""
    shown = display_name(name, address)
    machine = bool(_ORGANISATIONS.match(address.lower()))
    shape = "avatar org" if machine else "avatar"
    called = shown if machine else _first_name(shown)
    return Person(shown, address, initials(shown, single=machine), hue(address or shown), shape, called)


def display_name(name: str, address: str) -> str:
    """What to call someone. A name that holds an @ could pose as another address: then the address itself."""
    cleaned = clean(name).strip()
    if not cleaned or "@" in cleaned or "＠" in cleaned:
        return _UNSEEN.sub("", address) or UNKNOWN
    return cleaned


def clean(text: str) -> str:
    """Text of others in one line, without controls and direction marks."""
    return " ".join(_UNSEEN.sub(" ", text).split()) if _UNSEEN.search(text) else text


def hue(address: str) -> int:
    return zlib.crc32(address.strip().lower().encode()) % HUES


def initials(name: str, *, single: bool = False) -> str:
    """`WC` for Wren Calloway; one letter for machines and for scripts that do not abbreviate so."""
    words = [word for word in re.split(r"[\s.,;@<>()\"'_-]+", name) if word and word[0].isalnum()]
    if not words:
        return "?"
    first = _first_letter(words[0])
    if single or len(words) == 1 or "@" in name or not _abbreviates(first):
        return first
    last = _first_letter(words[-1])
    return first + last if _abbreviates(last) else first


def _first_letter(word: str) -> str:
    # A capital may be two letters: ß.
    return unicodedata.normalize("NFC", word)[0].upper()[0]


def _abbreviates(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "CYRILLIC", "ARMENIAN"))


class Reader:
    """Who is looking: knows the words for them and for the conversations they are in. One for a page."""

    def __init__(self, address: str) -> None:
        self._address = address.lower()
        self._me = _("me")
        self._between = _("{first} … {others}")
        self._comma = _(", ")
        self._nobody = _("(no recipient)")

    def is_me(self, address: str) -> bool:
        return address.lower() == self._address

    def first_name(self, name: str, address: str) -> str:
        """Of whom something went to."""
        return pgettext("recipient", "me") if self.is_me(address) else person(name, address).first_name

    def conversation(self, senders: Sequence[Sequence[Any]]) -> tuple[Person, str]:
        """The face of a conversation, which is the first sender who is not the reader, and its people in one line.

        `senders` are [name, address], oldest first, each once. `Ines Haddad, me`, `Tomás, Marta, me`,
        `Tomás … Marta, me`. Nobody is in one of a draft that says not yet whom it is for.
        """
        if not senders:
            return person("", ""), self._nobody
        found = [(person(str(sender[0]), str(sender[1])), self.is_me(str(sender[1]))) for sender in senders]
        face = next((who for who, is_me in found if not is_me), found[0][0])
        if len(found) < 2:
            return face, self._me if found[0][1] else face.name
        names = [self._me if is_me else who.first_name if len(found) > 2 else who.name for who, is_me in found]
        if len(names) > 3:
            return face, self._between.format(first=names[0], others=self._comma.join(names[-2:]))
        return face, self._comma.join(names)


def _first_name(shown: str) -> str:
    if "@" in shown:
        return shown.partition("@")[0]
    first, _space, rest = shown.partition(" ")
    # “Haddad, Ines” turns round; an initial or an article alone names nobody.
    if first.endswith(",") and rest:
        return rest.partition(" ")[0]
    return shown if len(first) < 3 or first.lower() == "the" else first
