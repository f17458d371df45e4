"""A tree -> words in a language that a database understands, which is told it by a Words.

Words come from `words` and hold letters, digits and our own marks only, so that nothing a person types is an operator
of FTS5 or of tsquery. Statements name the row of the index `t`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from imapbridge.models import MessageText
from imapbridge.search.document import HAS_ATTACHMENT, MARKS, account_word
from imapbridge.search.query import TEXTS
from imapbridge.search.tree import And, Node, Not, Term, terms
from imapbridge.search.words import goes_on, looked_for

TABLE = MessageText._meta.db_table


class Source(NamedTuple):
    """Rows `t`: what stands behind FROM, with its values; by what they come sorted; a condition that they must meet."""

    text: str
    values: list[Any]
    key: str = "t.key"
    condition: str = "1 = 1"


class Words(Protocol):
    """A language for words."""

    def phrase(self, words: Sequence[str], *, goes_on: bool = False, in_text: bool = False) -> str: ...
    def all_of(self, parts: Sequence[str]) -> str: ...
    def any_of(self, parts: Sequence[str]) -> str: ...
    def without(self, part: str, other: str) -> str: ...


def of_accounts(accounts: Sequence[int]) -> str:
    """The condition that a row is of one of them."""
    several = ", ".join(map(str, accounts))
    return f"t.account_id IN ({several})" if len(accounts) > 1 else f"t.account_id = {several}"


def is_words(node: Node) -> bool:
    """Whether words alone decide it: `matching` can look for it."""
    if isinstance(node, Term):
        return node.field in TEXTS or node.field == "has"
    return is_words(node.of) if isinstance(node, Not) else all(map(is_words, node.parts))


def says_nothing(node: Node) -> bool:
    """Whether it is made of marks alone, which are no words: the index cannot tell where they stand."""
    asked = [term for term, _ in terms(node)]
    return bool(asked) and all(term.field in TEXTS and not looked_for(term.value) for term in asked)


def matching(using: Words, node: Node, accounts: Sequence[int]) -> str:
    """What `is_words`, in that language, in these accounts."""
    return within(using, node, using.any_of([using.phrase([account_word(account)]) for account in accounts]))


def within(using: Words, node: Node, universe: str) -> str:
    """What `is_words`, of what `universe` says in that language."""
    return using.all_of([universe, *_parts(using, node, universe)])


def _parts(using: Words, node: Node, universe: str) -> list[str]:
    """What must all hold. A term without words says nothing, and is passed over."""
    if isinstance(node, And):
        return [part for each in node.parts for part in _parts(using, each, universe)]
    if isinstance(node, Term):
        return _term(using, node)
    if isinstance(node, Not):
        without = _parts(using, node.of, universe)
        return [using.without(universe, using.all_of(without))] if without else []
    found = [_parts(using, each, universe) for each in node.parts]
    return [using.any_of([using.all_of(each) for each in found])] if all(found) else []


def _term(using: Words, term: Term) -> list[str]:
    if term.field == "has":
        return [using.phrase([HAS_ATTACHMENT])]
    found = looked_for(term.value)
    if not found:
        return []
    mark = MARKS.get(term.field)
    marked = [f"{mark}/{word}" for word in found] if mark else found
    return [using.phrase(marked, goes_on=not term.exact and goes_on(found[-1]), in_text=term.field == "body")]


def free_words(node: Node) -> list[tuple[list[str], bool]]:
    """What may stand anywhere, or in the text: the words one after the other, and whether the last one may go on."""
    wanted = [term for term, negated in terms(node) if term.field in {"", "body"} and not negated]
    found = [(looked_for(term.value), not term.exact) for term in wanted]
    return [(words, more and goes_on(words[-1])) for words, more in found if words]
