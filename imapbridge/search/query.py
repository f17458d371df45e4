"""PURE: the text that people type -> a tree. Any text is a search: what cannot be understood becomes a Problem, which
the screen says in a sentence, and the rest still searches.

    from:ann (subject:"green van" OR has:attachment) -newsletter older:1w

Words side by side must all hold; `OR` binds them closer, as in Gmail, whose other spellings are read as well. What is
not a known operator is a word: `https://example.org` or `re:invent` are looked for as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imapbridge.search import values
from imapbridge.search.tree import EVERYTHING, Node, Term, all_of, any_of, none_of

LONGEST = 2000
"""Characters that are read."""
MOST_TERMS = 60
DEEPEST = 12
OPERATORS = (
    "from", "to", "cc", "bcc", "subject", "body", "filename", "list", "in", "account", "label", "has", "is",
    "larger", "smaller", "before", "after", "older", "newer", "rfc822msgid",
)  # fmt: skip
"""As they are written; see also `_SPELLED`."""
TEXTS = frozenset({"", "from", "to", "cc", "bcc", "subject", "body", "filename", "list"})
"""Those whose values are words of a message."""
IS = ("unread", "read", "starred", "unstarred", "answered", "unanswered", "draft")
HAS = ("attachment",)
ANYWHERE = "anywhere"
"""`in:anywhere`: Trash and Junk as well."""

_SPELLED = {
    "newer_than": "newer", "older_than": "older", "size": "larger", "since": "after", "until": "before",
    "file": "filename", "folder": "in", "mailbox": "in", "tag": "label", "keyword": "label", "sender": "from",
    "recipient": "to", "text": "body", "listid": "list",
}  # fmt: skip
_SAME = {
    ("is", "replied"): ("is", "answered"), ("is", "flagged"): ("is", "starred"), ("is", "seen"): ("is", "read"),
    ("is", "unseen"): ("is", "unread"), ("has", "star"): ("is", "starred"), ("has", "file"): ("has", "attachment"),
    ("has", "attachments"): ("has", "attachment"), ("in", "starred"): ("is", "starred"),
    ("in", "unread"): ("is", "unread"), ("in", "read"): ("is", "read"), ("in", "all"): ("in", ANYWHERE),
    ("in", "spam"): ("in", "junk"),
    ("in", "bin"): ("in", "trash"), ("label", "starred"): ("is", "starred"), ("label", "unread"): ("is", "unread"),
}  # fmt: skip
_QUOTES = '"“”„«»'
_OPERATOR = re.compile(r"([A-Za-z_][A-Za-z_0-9]{1,11}):")
_TAKEN = re.compile(r"[-+]|(?:OR|AND|NOT|\|)$")
"""What means something else when it stands by itself without quotation marks."""
_WORD = re.compile(rf"[^\s(){{}}{_QUOTES}]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be understood. `kind`: `quote`, `empty`, `is`, `has`, `size`, `day`, `span`, `long` or `deep`."""

    kind: str
    said: str = ""
    """The words of it."""


@dataclass(frozen=True, slots=True)
class Query:
    tree: Node = EVERYTHING
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return str(self.tree)


def parse(text: str) -> Query:
    """Total: never raises. A NUL is a space: PostgreSQL takes none."""
    reader = _Reader(text[:LONGEST].replace("\0", " "))
    if len(text) > LONGEST:
        reader.note("long")
    return Query(reader.all(), tuple(dict.fromkeys(reader.problems)))


@dataclass(slots=True)
class _Reader:
    """Reads from left to right. `_field` is the operator before an open parenthesis: `from:(ann OR bob)`."""

    text: str
    at: int = 0
    terms: int = 0
    problems: list[Problem] = field(default_factory=list)

    def note(self, kind: str, said: str = "") -> None:
        self.problems.append(Problem(kind, said[:60]))

    def all(self) -> Node:
        """Everything; a parenthesis that closes nothing is passed over."""
        parts = []
        while not self._at_end():
            parts.append(self._sequence("", 0))
            self.at += 1
        return all_of(parts)

    def _sequence(self, operator: str, depth: int) -> Node:
        """Up to a closing parenthesis or the end, which is left where it is."""
        groups: list[list[Node]] = []
        joins = False
        while not self._at_end() and self.text[self.at] not in ")}":
            word = self._joint()
            if word:
                joins = word == "OR" and bool(groups)
                continue
            part = self._unit(operator, depth)
            if part == EVERYTHING:
                continue
            if joins:
                groups[-1].append(part)
            else:
                groups.append([part])
            joins = False
        return all_of(any_of(group) for group in groups)

    def _joint(self) -> str:
        """`OR` or `AND`, when that is what stands here."""
        found = _WORD.match(self.text, self.at)
        if not found or found[0] not in {"OR", "AND", "|"}:
            return ""
        self.at = found.end()
        return "AND" if found[0] == "AND" else "OR"

    def _unit(self, operator: str, depth: int) -> Node:
        if self._takes("-") or self._takes("NOT "):
            return none_of(self._unit(operator, depth + 1)) if self._goes_on() and depth < DEEPEST else EVERYTHING
        while self._takes("+"):
            pass
        found = _OPERATOR.match(self.text, self.at)
        if found and (name := _SPELLED.get(found[1].lower(), found[1].lower())) in OPERATORS:
            self.at = found.end()
            return self._value(name, found[0], depth)
        return self._value(operator, "", depth)

    def _value(self, operator: str, said: str, depth: int) -> Node:
        """What stands behind an operator, or without one."""
        if self._at_value("({"):
            return self._group(operator, depth)
        if self._at_value(_QUOTES):
            return self._term(operator, self._quoted(), exact=True)
        word = _WORD.match(self.text, self.at)
        if word is None:
            if said:
                self.note("empty", said)
            return EVERYTHING
        self.at = word.end()
        return self._term(operator, word[0], exact=False)

    def _group(self, operator: str, depth: int) -> Node:
        """`{a b}` is Gmail's way to say `(a OR b)`."""
        either = self.text[self.at] == "{"
        self.at += 1
        if depth >= DEEPEST:
            self.note("deep")
            return EVERYTHING
        inside = self._sequence(operator, depth + 1)
        self.at += 1
        return any_of(getattr(inside, "parts", (inside,))) if either and inside != EVERYTHING else inside

    def _quoted(self) -> str:
        begin = self.at + 1
        end = next((at for at in range(begin, len(self.text)) if self.text[at] in _QUOTES), None)
        if end is None:
            self.note("quote", self.text[self.at :])
        self.at = len(self.text) if end is None else end + 1
        return " ".join(self.text[begin:end].split())

    def _term(self, operator: str, value: str, *, exact: bool) -> Node:
        if not value:
            return EVERYTHING
        self.terms += 1
        if self.terms > MOST_TERMS:
            self.note("long")
            return EVERYTHING
        if operator in TEXTS:
            return Term(operator, value, exact or (not operator and bool(_TAKEN.match(value))))
        return self._checked(operator, value)

    def _checked(self, operator: str, value: str) -> Node:
        """An operator whose value is none of its own says so, and counts for nothing."""
        operator, value = _SAME.get((operator, value.lower()), (operator, value))
        if operator in {"older", "newer"} and values.day(value):  # as Gmail has it
            operator = {"older": "before", "newer": "after"}[operator]
        kind, read = _READ[operator]
        known = read(value)
        if known is None:
            self.note(kind, f"{operator}:{value}")
            return EVERYTHING
        return Term(operator, known)

    def _takes(self, mark: str) -> bool:
        there = self.text.startswith(mark, self.at)
        self.at += len(mark) if there else 0
        return there

    def _at_value(self, marks: str) -> bool:
        return self.at < len(self.text) and self.text[self.at] in marks

    def _goes_on(self) -> bool:
        """Whether something stands right here."""
        return self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in ")}"

    def _at_end(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at >= len(self.text)


def _one_of(known: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda value: value.lower() if value.lower() in known else None


_READ: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "is": ("is", _one_of(IS)), "has": ("has", _one_of(HAS)), "in": ("in", str), "label": ("label", str),
    "account": ("account", str), "rfc822msgid": ("empty", values.message_id),
    "larger": ("size", values.size), "smaller": ("size", values.size),
    "before": ("day", values.day), "after": ("day", values.day),
    "older": ("span", values.span), "newer": ("span", values.span),
}  # fmt: skip
