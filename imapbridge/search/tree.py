"""PURE: what a search is made of. Frozen values that write themselves as the text that means the same.

`str(node)` is what chips, forms and addresses carry; `query.parse` reads it back to an equal tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

_NEEDS_QUOTES = re.compile(r'[\s(){}"“”„«»]')


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `field` is an operator of `query.OPERATORS`, or empty for words that may stand anywhere.

    `value` has no quotation marks. `exact`: it was quoted, and means these very words; else its last word may go on.
    """

    field: str
    value: str
    exact: bool = False

    def __str__(self) -> str:
        operator = f"{self.field}:" if self.field else ""
        # What looks like an operator, and was quoted not to be one, is `exact`.
        return f'{operator}"{self.value}"' if self.exact or _NEEDS_QUOTES.search(self.value) else operator + self.value


@dataclass(frozen=True, slots=True)
class Not:
    of: Node

    def __str__(self) -> str:
        return f"-{self.of}" if isinstance(self.of, Term) else f"-({self.of})"


@dataclass(frozen=True, slots=True)
class And:
    """All of them; of none, everything."""

    parts: tuple[Node, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(f"({part})" if isinstance(part, And) else str(part) for part in self.parts)


Node: TypeAlias = Term | Not | And | Or
EVERYTHING = And()


def all_of(parts: Iterable[Node]) -> Node:
    """They as one, flat; a single one stays itself."""
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, And) else (part,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Node]) -> Node:
    flat = tuple(each for part in parts for each in (part.parts if isinstance(part, Or) else (part,)))
    return flat[0] if len(flat) == 1 else Or(flat) if flat else EVERYTHING


def none_of(part: Node) -> Node:
    if part == EVERYTHING:
        return EVERYTHING  # `-()` says nothing
    return part.of if isinstance(part, Not) else Not(part)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """What all must hold at once."""
    return node.parts if isinstance(node, And) else (node,)


def terms(node: Node, *, negated: bool = False) -> Iterator[tuple[Term, bool]]:
    """Every term from left to right, and whether it is asked not to hold."""
    if isinstance(node, Term):
        yield node, negated
    elif isinstance(node, Not):
        yield from terms(node.of, negated=not negated)
    else:
        for part in node.parts:
            yield from terms(part, negated=negated)


def without(node: Node, term: Node) -> Node:
    """The search without one of what all must hold."""
    return all_of(part for part in conjuncts(node) if part != term)
