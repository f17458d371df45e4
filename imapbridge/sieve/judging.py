"""Whether a rule holds for a message: True, False, or None where what is known of the message does not tell. Pure.

As the server does it: letters are compared without case in ASCII only (i;ascii-casemap, RFC 4790 9.2), and `*` and `?`
stand for anything and for one letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from imapbridge.sieve.rules import Condition, Field, How, Rule

_KILOBYTE = 1024
_BETWEEN = re.compile(r'[<>,"\\():;]')
"""What stands between a name and an address in a header, as whoever wrote it has put it: the index does not know."""
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")

Person = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a message. `people`: (name, address) by `from`, `to` and `cc`. `headers`: the values of further
    fields by name in lower case; one that is not in it is not known. `cut`: not all of the people are known."""

    people: Mapping[str, tuple[Person, ...]]
    subject: str = ""
    list_id: str = ""
    size: int = 0
    has_attachment: bool | None = None
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cut: bool = False


def judge(rule: Rule, letter: Letter) -> bool | None:
    """What decides alone, decides; else what cannot be told leaves the whole untold."""
    if not rule.conditions:
        return True
    found = [_holds(condition, letter) for condition in rule.conditions]
    decisive = rule.any_of
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def is_known(rule: Rule) -> bool:
    """Whether the index alone can ever tell: else nothing is gained by asking it."""
    known = [one.field not in (Field.BODY, Field.HEADER) and one.how != How.REGEX for one in rule.conditions]
    return all(known) or (rule.any_of and any(known))


def _holds(condition: Condition, letter: Letter) -> bool | None:
    found = _of_field(condition, letter)
    return None if found is None else found is not condition.negated


def _of_field(condition: Condition, letter: Letter) -> bool | None:
    if condition.how == How.REGEX:
        return None  # the server's own kind of expressions
    if condition.how == How.MATCHES and {"?", "*"} <= set(condition.value):
        return None  # servers differ: Pigeonhole 0.5 finds `?@*` in `ann@example.org`
    of = _OF.get(condition.field)
    return of(condition, letter) if of else None


def _size(condition: Condition, letter: Letter) -> bool:
    limit = int(condition.value) * _KILOBYTE
    return letter.size > limit if condition.how == How.OVER else letter.size < limit


def _attachment(_condition: Condition, letter: Letter) -> bool | None:
    return letter.has_attachment


def _subject(condition: Condition, letter: Letter) -> bool:
    return _compared(condition, [letter.subject])


def _list(condition: Condition, letter: Letter) -> bool:
    if condition.how == How.EXISTS:
        return bool(letter.list_id)
    if condition.how == How.IS:
        return _folded(f"<{condition.value.strip('<>')}>") in _folded(letter.list_id)
    return _compared(condition, [letter.list_id] if letter.list_id else [])


def _header(condition: Condition, letter: Letter) -> bool | None:
    values = letter.headers.get(condition.header.lower())
    if values is None:
        return None
    return bool(values) if condition.how == How.EXISTS else _compared(condition, values)


def _people(names: tuple[str, ...]) -> Callable[[Condition, Letter], bool | None]:
    def holds(condition: Condition, letter: Letter) -> bool | None:
        people = [person for name in names for person in letter.people.get(name, ())]
        addresses = [address for _name, address in people]
        if condition.how != How.CONTAINS:
            found = _compared(condition, addresses)
        elif _BETWEEN.search(condition.value) or " " in condition.value.strip():
            found = _compared(condition, [name for name, _address in people])
            if not found:
                return None  # it may reach from a name into an address
        else:
            found = _compared(condition, [text for person in people for text in person])
        return None if letter.cut and not found else found

    return holds


_OF: dict[Field, Callable[[Condition, Letter], bool | None]] = {
    Field.FROM: _people(("from",)),
    Field.TO: _people(("to", "cc")),
    Field.SUBJECT: _subject,
    Field.LIST: _list,
    Field.HEADER: _header,
    Field.SIZE: _size,
    Field.ATTACHMENT: _attachment,
}


def _compared(condition: Condition, values: Iterable[str]) -> bool:
    wanted = _folded(condition.value)
    folded = [_folded(value) for value in values]
    if condition.how == How.CONTAINS:
        return any(wanted in value for value in folded)
    if condition.how == How.IS:
        return wanted in folded
    return any(_matches(wanted, value) for value in folded)


def _folded(text: str) -> str:
    return text.strip().translate(_LOWER)


def _matches(pattern: str, text: str) -> bool:
    """RFC 5228 2.7.1, each star taking as little as it can: no pattern takes long."""
    first, *rest = _parts(pattern)
    if not rest:
        return len(first) == len(text) and _fits(first, text, 0)
    if len(first) > len(text) or not _fits(first, text, 0):
        return False
    at, last = len(first), rest[-1]
    for part in rest[:-1]:
        at = next((start for start in range(at, len(text) - len(part) + 1) if _fits(part, text, start)), -1) + len(part)
        if at < len(part):
            return False
    return at <= len(text) - len(last) and _fits(last, text, len(text) - len(last))


@lru_cache(256)
def _parts(pattern: str) -> list[list[str]]:
    """Between the stars: letters, with an empty one where any may stand. A backslash makes the next one a letter."""
    parts: list[list[str]] = [[]]
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            parts[-1].append(next(letters, "\\"))
        elif letter == "*":
            parts.append([])
        else:
            parts[-1].append("" if letter == "?" else letter)
    return parts


def _fits(part: list[str], text: str, at: int) -> bool:
    return all(not letter or letter == text[at + place] for place, letter in enumerate(part))
