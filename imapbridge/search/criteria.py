"""PURE: tree -> IMAP SEARCH (RFC 9051 6.4.4): the part of a search that a mail server can decide.

What no key can say (attachments, names of files, folders) the index decides afterwards: see `left_over`. Words mean
parts of words to many servers, and whole words to some.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from imapbridge.search import values
from imapbridge.search.tree import And, Node, Not, Or, Term, all_of, conjuncts, terms
from imapbridge.terms import flags, labels
from imapbridge.wire import keys
from imapbridge.wire.keys import Key

_LOCAL = {"in", "account", "has", "filename"}
"""What only the index knows."""
_DAYS = {"before", "after", "older", "newer"}
"""What the index decides in the end: a server goes by the day that stands in the Date header, whatever its zone."""
_DAY = timedelta(days=1)
_WORDS: dict[str, Callable[[str], Key]] = {
    "": keys.text, "body": keys.body, "from": keys.from_, "to": keys.to, "cc": keys.cc, "bcc": keys.bcc,
    "subject": keys.subject, "list": lambda value: keys.header("List-Id", value), "rfc822msgid": keys.message_id,
}  # fmt: skip
_IN_TEXTS = {"", "body"}
_IS = {
    "unread": keys.no_flag(flags.SEEN), "read": keys.flag(flags.SEEN), "starred": keys.flag(flags.FLAGGED),
    "unstarred": keys.no_flag(flags.FLAGGED), "answered": keys.flag(flags.ANSWERED),
    "unanswered": keys.no_flag(flags.ANSWERED), "draft": keys.flag(flags.DRAFT),
}  # fmt: skip


class _Way(NamedTuple):
    """How keys are made. `margin`: by how much more than the days that are meant; `is_fuzzy`: of words as an index of
    the server's understands them."""

    today: date
    margin: timedelta = _DAY
    is_fuzzy: bool = False

    def negated(self) -> _Way:
        return _Way(self.today, -self.margin)


def asks_for_text(tree: Node) -> bool:
    """Whether a mail server can find more than the index: something may stand in the text of a message."""
    return any(term.field in _IN_TEXTS and not negated for term, negated in terms(tree))


def is_ascii(tree: Node) -> bool:
    return all(term.value.isascii() for term, _ in terms(tree) if term.field in _WORDS)


def in_ascii(tree: Node) -> Node | None:
    """What can be asked of a server that looks for no other letters: finds no less. None when no words are left."""
    parts = [_in_ascii(part) if isinstance(part, Term) else part for part in conjuncts(tree)]
    kept = all_of(part for part in parts if part is not None and is_ascii(part))
    return kept if asks_for_text(kept) else None


def _in_ascii(term: Term) -> Term | None:
    """Of words that stand one after the other the longest run without other letters."""
    if term.field not in _WORDS or term.value.isascii():
        return term
    kept = max(re.findall(r"(?<!\S)[!-~]+(?:\s+[!-~]+)*(?!\S)", term.value), key=len, default="")
    return replace(term, value=kept) if kept else None


def criteria(tree: Node, today: date, *, fuzzy: bool = False) -> list[Key]:
    """Keys that all must hold. They find no less than the tree means; `fuzzy`, what a server's own index knows of it:
    less where mail is not in there yet, and more where words have several forms."""
    found = (_key(part, _Way(today, is_fuzzy=fuzzy)) for part in conjuncts(tree))
    return [key for key in found if key is not None]


def beside_texts(tree: Node) -> Node:
    """What a server can decide without opening a message: headers, flags, days and sizes."""
    return all_of(part for part in conjuncts(tree) if not any(term.field in _IN_TEXTS for term, _ in terms(part)))


def left_over(tree: Node) -> Node:
    """What must hold besides, and the index decides."""
    return all_of(part for part in conjuncts(tree) if any(term.field in _LOCAL | _DAYS for term, _ in terms(part)))


def passing(tree: Node) -> Node:
    """What a message that the server found may have ceased to be meanwhile: where it lies, and how it is marked."""
    fields = [(part, {term.field for term, _ in terms(part)}) for part in conjuncts(tree)]
    return all_of(part for part, named in fields if named & (_LOCAL | _DAYS) or not named & _WORDS.keys())


def as_gmail(tree: Node, today: date) -> list[Key]:
    """For a server that has Gmail's own search: words in its language, which is ours, and all else as keys."""
    parts = conjuncts(tree)
    worded = [all(term.field in _WORDS for term, _ in terms(part)) for part in parts]
    words = str(_for_gmail(all_of(part for part, is_worded in zip(parts, worded, strict=True) if is_worded)))
    rest = all_of(part for part, is_worded in zip(parts, worded, strict=True) if not is_worded)
    return [*([keys.gm_raw(" ".join(words.split()))] if words else []), *criteria(rest, today)]


def _for_gmail(node: Node) -> Node:
    """It has no word for what stands in texts alone."""
    if isinstance(node, Term):
        return replace(node, field="") if node.field == "body" else node
    if isinstance(node, Not):
        return Not(_for_gmail(node.of))
    return replace(node, parts=tuple(map(_for_gmail, node.parts)))


def _key(node: Node, way: _Way) -> Key | None:
    """None for what says nothing to the server."""
    if isinstance(node, Term):
        return None if node.field in _LOCAL else _of_term(node, way)
    if isinstance(node, Not):
        is_whole = not any(term.field in _LOCAL for term, _ in terms(node))
        inner = _key(node.of, way.negated()) if is_whole else None
        return keys.not_(inner) if inner else None
    found = [key for part in node.parts if (key := _key(part, way)) is not None]
    if isinstance(node, And):
        return keys.all_of(*found) if found else None
    return _any_of(node, found)


def _any_of(node: Or, found: list[Key]) -> Key | None:
    """Of branches that only the index knows, it has found everything already."""
    return keys.any_of(*found) if found else None


def _of_term(term: Term, way: _Way) -> Key | None:
    if term.field in _WORDS:
        return _of_words(term, way)
    if term.field == "is":
        return _IS[term.value]
    if term.field == "label":
        keyword = labels.keyword_of(term.value) or term.value
        return keys.flag(keyword) if flags.is_valid(keyword) else None
    if term.field in {"larger", "smaller"}:
        octets = values.octets(term.value)
        return keys.larger(octets) if term.field == "larger" else keys.smaller(octets)
    is_span = term.field in {"older", "newer"}
    day = values.ago(term.value, way.today) if is_span else values.date_of(term.value, way.today)
    if term.field in {"before", "older"}:
        return keys.sent_before(_moved(day, way.margin))
    return keys.sent_since(_moved(day, -way.margin))


def _moved(day: date, by: timedelta) -> date:
    """No farther than there is a calendar for."""
    return date.fromordinal(min(max(day.toordinal() + by.days, 1), date.max.toordinal()))


def _of_words(term: Term, way: _Way) -> Key | None:
    """What was quoted means these very words, and no others."""
    value = " ".join(term.value.replace("\0", " ").split())
    if not value:
        return None
    key = _WORDS[term.field](value)
    return keys.fuzzy(key) if way.is_fuzzy and term.field in _IN_TEXTS and not term.exact else key
