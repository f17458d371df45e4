"""What a person can say of mail that arrives. Frozen values; `faults` says what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Field(StrEnum):
    FROM = "from"
    TO = "to"
    """To and Cc."""
    SUBJECT = "subject"
    LIST = "list"
    HEADER = "header"
    SIZE = "size"
    ATTACHMENT = "attachment"
    BODY = "body"


class How(StrEnum):
    CONTAINS = "contains"
    IS = "is"
    MATCHES = "matches"
    """`*` stands for anything, `?` for one letter."""
    REGEX = "regex"
    OVER = "over"
    UNDER = "under"
    EXISTS = "exists"


class Deed(StrEnum):
    FILE = "file"
    LABEL = "label"
    READ = "read"
    STAR = "star"
    FORWARD = "forward"
    TRASH = "trash"
    KEEP = "keep"
    STOP = "stop"


HOWS: dict[Field, tuple[How, ...]] = {
    Field.SIZE: (How.OVER, How.UNDER),
    Field.ATTACHMENT: (How.EXISTS,),
    Field.HEADER: (How.CONTAINS, How.IS, How.MATCHES, How.REGEX, How.EXISTS),
    Field.BODY: (How.CONTAINS, How.MATCHES, How.REGEX),
    Field.LIST: (How.CONTAINS, How.IS, How.EXISTS),
}
TEXTUAL = (How.CONTAINS, How.IS, How.MATCHES, How.REGEX)
"""How the other fields are compared."""
WITH_VALUE = {Deed.FILE, Deed.LABEL, Deed.FORWARD, Deed.TRASH}

MOST_RULES = 200
MOST_CONDITIONS = 20
MOST_ACTIONS = 10
LONGEST = 500
"""Characters of a value."""
LONGEST_REPLY = 10_000
LARGEST_KILOBYTES = 4_000_000
DAYS = range(1, 31)
"""Days between two vacation replies to the same person that may be asked for."""

_HEADER = re.compile(r"[!-9;-~]{1,76}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
# One mailbox without a name (RFC 5321 4.1.2), without the quoted forms that nobody has.
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,253}")


@dataclass(frozen=True, slots=True)
class Condition:
    """`value`: text; kilobytes of a SIZE; empty for EXISTS. `header`: its name, of a HEADER. `negated`: not so."""

    field: Field
    how: How
    value: str = ""
    negated: bool = False
    header: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """`value`: a mailbox's whole name (FILE, TRASH), a keyword (LABEL), an address (FORWARD); else empty."""

    deed: Deed
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Without conditions it is for every message."""

    name: str
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    any_of: bool = False
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Vacation:
    """`first` and `last`: the days on which it answers, both or either None; `zone`: as `+0130`, of those days."""

    is_on: bool = False
    subject: str = ""
    text: str = ""
    days: int = 7
    addresses: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    zone: str = "+0000"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Everything that arrives is sent on; `keeps`: and stays here too."""

    address: str = ""
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class Filters:
    """All of it. `included`: a script of another program's, which goes first. `told`: what was changed in the rules
    without their person, as (kind, before, now), until it was read."""

    rules: tuple[Rule, ...] = ()
    vacation: Vacation = Vacation()
    forwarding: Forwarding = Forwarding()
    included: str = ""
    told: tuple[tuple[str, str, str], ...] = field(default=())


def hows(of: Field) -> tuple[How, ...]:
    return HOWS.get(of, TEXTUAL)


def is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None and not _CONTROL.search(text)


def destinations(filters: Filters) -> frozenset[str]:
    """Every address that mail is sent on to."""
    found = {
        action.value for rule in filters.rules if rule.is_on for action in rule.actions if action.deed == Deed.FORWARD
    }
    return frozenset(found | ({filters.forwarding.address} - {""}))


def condition_fault(condition: Condition) -> str:
    """`header`, `value`, `number`, `regex` or `how`: which part of it cannot be; empty when it can."""
    if condition.how not in hows(condition.field):
        return "how"
    if condition.field == Field.HEADER and not _HEADER.fullmatch(condition.header):
        return "header"
    if condition.how == How.EXISTS:
        return ""
    value = condition.value
    if condition.field == Field.SIZE:
        fits = value.isascii() and value.isdigit() and 0 < int(value[:12]) <= LARGEST_KILOBYTES
        return "" if fits else "number"
    return "value" if not value.strip() or len(value) > LONGEST or _CONTROL.search(value) else ""


def action_fault(action: Action) -> str:
    """`folder`, `label` or `address`: what is missing or wrong; empty when nothing is."""
    if action.deed not in WITH_VALUE:
        return ""
    if action.deed == Deed.FORWARD:
        return "" if is_address(action.value) else "address"
    fits = bool(action.value) and len(action.value) <= LONGEST * 2 and not _CONTROL.search(action.value)
    if action.deed == Deed.LABEL:
        return "" if fits and action.value.isascii() and " " not in action.value else "label"
    return "" if fits else "folder"
