"""SEARCH keys by type (RFC 9051 6.4.4). Text a person typed can only become a string or a literal.

A key is a tuple of arguments; `search` joins several by AND.
"""

from __future__ import annotations

from datetime import date
from functools import reduce

from imapbridge.terms import flags as flag_terms
from imapbridge.terms.uids import UidSet
from imapbridge.wire import commands
from imapbridge.wire.commands import Argument, Literal, atom, number, string
from imapbridge.wire.dates import format_date

Key = tuple[Argument, ...]

ALL: Key = (atom("ALL"),)
_SYSTEM = {
    flag_terms.SEEN: "SEEN",
    flag_terms.ANSWERED: "ANSWERED",
    flag_terms.FLAGGED: "FLAGGED",
    flag_terms.DELETED: "DELETED",
    flag_terms.DRAFT: "DRAFT",
}


def flag(name: str) -> Key:
    """Messages that have the flag or keyword."""
    system = _SYSTEM.get(flag_terms.canonical(name))
    return (atom(system),) if system else (atom("KEYWORD"), commands.flag(name))


def no_flag(name: str) -> Key:
    system = _SYSTEM.get(flag_terms.canonical(name))
    return (atom(f"UN{system}"),) if system else (atom("UNKEYWORD"), commands.flag(name))


def uid(uids: UidSet) -> Key:
    return (atom("UID"), commands.uids(uids))


def saved() -> Key:
    """The result that SEARCH kept on the server (RFC 5182)."""
    return (atom("UID"), commands.saved_result())


def text(value: str) -> Key:
    """Anywhere in the message. Slow on a server without an index: bound it by `uid`."""
    return (atom("TEXT"), string(value))


def body(value: str) -> Key:
    return (atom("BODY"), string(value))


def subject(value: str) -> Key:
    return (atom("SUBJECT"), string(value))


def from_(value: str) -> Key:
    return (atom("FROM"), string(value))


def to(value: str) -> Key:
    return (atom("TO"), string(value))


def cc(value: str) -> Key:
    return (atom("CC"), string(value))


def bcc(value: str) -> Key:
    return (atom("BCC"), string(value))


def header(field: str, value: str) -> Key:
    """A header field that contains the text; an empty text asks whether the field is there."""
    return (atom("HEADER"), string(field), string(value))


def message_id(value: str) -> Key:
    return header("Message-ID", value)


def since(day: date) -> Key:
    """By the internal date, on that day or later; `sent_since` goes by the Date header."""
    return (atom("SINCE"), atom(format_date(day)))


def before(day: date) -> Key:
    return (atom("BEFORE"), atom(format_date(day)))


def sent_since(day: date) -> Key:
    return (atom("SENTSINCE"), atom(format_date(day)))


def sent_before(day: date) -> Key:
    return (atom("SENTBEFORE"), atom(format_date(day)))


def larger(octets: int) -> Key:
    return (atom("LARGER"), number(octets))


def smaller(octets: int) -> Key:
    return (atom("SMALLER"), number(octets))


def modseq(value: int) -> Key:
    """Changed at or after this MODSEQ (RFC 7162 3.1.5)."""
    return (atom("MODSEQ"), number(value))


def gm_raw(value: str) -> Key:
    """Gmail's own search language; only where X-GM-EXT-1 is offered."""
    return (atom("X-GM-RAW"), string(value))


def fuzzy(key: Key) -> Key:
    """As an index of the server's understands it (RFC 6203): other forms of a word, say. Needs SEARCH=FUZZY."""
    return (atom("FUZZY"), *key)


def not_(key: Key) -> Key:
    return (atom("NOT"), _one(key))


def all_of(*keys: Key) -> Key:
    """AND, as one key."""
    return (tuple(argument for key in keys for argument in key),) if keys else ALL


def any_of(*keys: Key) -> Key:
    """OR of one or more keys."""
    return reduce(lambda left, right: (atom("OR"), _one(left), _one(right)), keys)


def needs_charset(key: Argument) -> bool:
    """Whether any string is not ASCII, so that CHARSET must be told."""
    if isinstance(key, tuple):
        return any(map(needs_charset, key))
    return isinstance(key, Literal) and isinstance(key.data, bytes) and not key.data.isascii()


def _one(key: Key) -> Argument:
    return key[0] if len(key) == 1 else key
