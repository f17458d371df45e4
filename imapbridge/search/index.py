"""A tree -> the index: what is found at once. Whose mail it is stands in the Scope, and in every statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import Any, NamedTuple

from django.db import connection

from imapbridge.models import Entry, Message, ThreadRef
from imapbridge.queries import MailboxItem
from imapbridge.search import values
from imapbridge.search.document import first_key
from imapbridge.search.fulltext import engine
from imapbridge.search.phrases import TABLE, Source, is_words, matching, of_accounts, says_nothing
from imapbridge.search.query import ANYWHERE
from imapbridge.search.tree import And, Node, Not, Term, all_of, any_of, conjuncts, terms
from imapbridge.terms import labels
from imapbridge.terms.refs import digest

PAGE = 50
_KEY = "{key}"
"""In a condition: by what the rows come sorted."""
_APART = ("junk", "trash")
_MOST_LOOKS = 8
"""How often a page is filled up because what was found is of few conversations."""
_E, _M = Entry._meta.db_table, Message._meta.db_table
_MESSAGE_ID = f"""t.message_id IN (
SELECT id FROM {_M} WHERE account_id IN ({{accounts}}) AND thread IN (
SELECT thread FROM {ThreadRef._meta.db_table} WHERE account_id IN ({{accounts}}) AND ref = %s) AND message_id = %s)
"""  # noqa: S608 - the tables' names are ours
_IS = {
    "unread": "NOT e.seen", "read": "e.seen", "starred": "e.flagged", "unstarred": "NOT e.flagged",
    "answered": "e.answered", "unanswered": "NOT e.answered", "draft": "e.draft",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a search looks: the accounts of one person, and all mailboxes of them."""

    accounts: tuple[int, ...]
    boxes: tuple[MailboxItem, ...]
    addresses: tuple[str, ...] = ()
    """The person's own: what `me` stands for."""
    everywhere: bool = False
    """In Trash and Junk as well."""
    zone: tzinfo | None = None
    """In which days begin."""
    today: date = date(1970, 1, 1)
    owner: Mapping[int, int] = field(default_factory=dict)
    """Mailbox -> account, where there are several."""
    up_to: int = 0
    """The highest key of an Entry that is looked at, for who leaves alone what came since; 0: all."""

    def midnight(self, day: date) -> int:
        """Seconds since 1970."""
        return int(datetime.combine(day, time(), self.zone).timestamp()) if day.year > 1 else 0

    def named(self, name: str) -> list[MailboxItem]:
        """The mailboxes that `in:` means: by what they are for, by their whole name, or by the last part of it."""
        wanted = name.casefold().strip("/")
        by_use = [box for box in self.boxes if box.special_use == wanted]
        by_path = [box for box in self.boxes if box.path.casefold() == wanted]
        return by_use or by_path or [box for box in self.boxes if box.name.casefold() == wanted]

    def of_account(self, address: str) -> list[MailboxItem]:
        """The mailboxes of the account with this address."""
        pairs = zip(self.accounts, self.addresses, strict=False)
        wanted = {account for account, own in pairs if own.casefold() == address.casefold()}
        only = self.accounts[0] if len(self.accounts) == 1 else 0
        return [box for box in self.boxes if self.owner.get(box.id, only) in wanted]

    def looked_into(self, tree: Node) -> list[MailboxItem]:
        """All but Trash and Junk, unless those are asked for, by name or with all the others."""
        named = {term.value.casefold() for term, negated in terms(tree) if term.field == "in" and not negated}
        chosen = {box.id for name in named for box in self.named(name)}
        every = self.everywhere or ANYWHERE in named
        return [
            box for box in self.boxes if box.selectable and (every or box.id in chosen or box.special_use not in _APART)
        ]

    def unknown(self, tree: Node) -> list[str]:
        """Names behind `in:` that no mailbox has."""
        named = (term.value for term, _ in terms(tree) if term.field == "in" and term.value.casefold() != ANYWHERE)
        return [name for name in named if not self.named(name)]


class Hit(NamedTuple):
    """A message that was found, at one of its places."""

    key: int
    message: int
    mailbox: int
    thread: int


@dataclass(frozen=True, slots=True)
class Found:
    """Up to a page of conversations, the newest first, each by its newest message that was found. `next` is the cursor
    of the page after, empty at the end."""

    hits: list[Hit]
    next: str


def meant(tree: Node, addresses: Sequence[str]) -> Node:
    """With the person's addresses in the place of `me`."""
    if isinstance(tree, Term):
        if tree.field in {"from", "to", "cc", "bcc"} and tree.value.lower() == "me" and addresses:
            return any_of(Term(tree.field, address, exact=True) for address in addresses)
        return tree
    if isinstance(tree, Not):
        return Not(meant(tree.of, addresses))
    parts = [meant(part, addresses) for part in tree.parts]
    return all_of(parts) if isinstance(tree, And) else any_of(parts)


def page(scope: Scope, tree: Node, before: str = "", limit: int = PAGE, *, by_message: bool = False) -> Found:
    """What was found of the page after the cursor `before`; one that is none of ours counts as none. `by_message`: each
    message by itself, and not by its conversation."""
    below = int(before) if before.isdecimal() and len(before) < 19 else None
    kept: dict[tuple[int, int], Hit] = {}
    wanted = limit + limit // 4
    for _ in range(_MOST_LOOKS):
        found = hits(scope, tree, below=below, limit=wanted)
        for hit in found:
            kept.setdefault((scope.owner.get(hit.mailbox, 0), hit.message if by_message else hit.thread), hit)
            below = hit.key
            if len(kept) > limit:
                shown = list(kept.values())[:limit]
                return Found(shown, str(shown[-1].key))
        if len(found) < wanted:
            return Found(list(kept.values()), "")
        wanted *= 2
    return Found(list(kept.values()), str(below))


def hits(
    scope: Scope, tree: Node, *, below: int | None = None, limit: int = PAGE, among: str = "", named: Sequence[int] = ()
) -> list[Hit]:
    """Messages at their places, the newest first. `among`: a further condition of the rows `t` and `e`, for few of
    them, with its values. Up to four queries."""
    boxes = scope.looked_into(tree)
    if not boxes or not scope.accounts or (says_nothing(tree) and not among):
        return []
    statement = _Statement(scope, few=bool(among))
    statement.mailboxes(boxes)
    if scope.up_to:
        statement.add("+e.id <= %s", scope.up_to)
    if among:
        statement.add(among, *named)
    statement.all(meant(tree, scope.addresses))
    return statement.run(limit, below)


def hits_of_threads(scope: Scope, tree: Node, threads: Collection[int]) -> list[Hit]:
    """Of these conversations only: what a page of results meant by them."""
    marks = ", ".join(["%s"] * len(threads))
    return hits(scope, tree, among=f"e.thread IN ({marks})", named=sorted(threads), limit=20 * len(threads) + 50)


def hits_of_messages(scope: Scope, tree: Node, messages: Collection[int]) -> list[Hit]:
    """Of these messages only."""
    marks = ", ".join(["%s"] * len(messages))
    among = f"t.message_id IN ({marks})"
    return hits(scope, tree, among=among, named=sorted(messages), limit=20 * len(messages) + 50)


class _Statement:
    """Puts one statement together. `few`: rows are found by another way than their words."""

    def __init__(self, scope: Scope, *, few: bool) -> None:
        self._scope = scope
        self._few = few
        self._engine = engine()
        self._conditions: list[str] = ["NOT e.expunged"]
        self._values: list[Any] = []
        self._words: Node | None = None
        """What rows are found by."""
        self._sized = False

    def add(self, condition: str, *values: Any) -> None:
        self._conditions.append(condition)
        self._values += values

    def mailboxes(self, boxes: Sequence[MailboxItem]) -> None:
        # The plus keeps SQLite from going through all of a mailbox for each message.
        self.add(f"+e.mailbox_id IN ({', '.join(str(box.id) for box in boxes)})")

    def all(self, tree: Node) -> None:
        """What words decide comes first and in one, as far as all of it must hold."""
        parts = conjuncts(tree)
        self._few = self._few or any(isinstance(part, Term) and part.field == "rfc822msgid" for part in parts)
        worded = [part for part in parts if is_words(part)]
        if worded and self._few:
            self.add(self._engine.inner, matching(self._engine, all_of(worded), self._scope.accounts))
        elif worded:
            self._words = all_of(worded)
        for part in parts:
            if not is_words(part):
                condition, values = self._condition(part)
                self.add(condition, *values)

    def _condition(self, node: Node) -> tuple[str, list[Any]]:
        if is_words(node):
            return (self._engine.inner if self._few else self._engine.condition), [
                matching(self._engine, node, self._scope.accounts)
            ]
        if isinstance(node, Term):
            return self._term(node)
        if isinstance(node, Not):
            condition, values = self._condition(node.of)
            return f"NOT ({condition})", values
        found = [self._condition(part) for part in node.parts]
        joint = " AND " if isinstance(node, And) else " OR "
        return f"({joint.join(condition for condition, _ in found)})", [value for _, some in found for value in some]

    def _term(self, term: Term) -> tuple[str, list[Any]]:
        if term.field == "is":
            return _IS[term.value], []
        if term.field in {"in", "account"}:
            return self._where(term)
        if term.field == "rfc822msgid":
            return _MESSAGE_ID.format(accounts=", ".join(map(str, self._scope.accounts))), _named(term.value)
        if term.field == "label":
            keyword = labels.keyword_of(term.value) or term.value
            return "lower(CAST(e.keywords AS text)) LIKE %s ESCAPE '!'", [f'%"{_escaped(keyword.lower())}"%']
        if term.field in {"larger", "smaller"}:
            self._sized = True
            return f"m.size {'>' if term.field == 'larger' else '<'} %s", [values.octets(term.value)]
        return self._when(term)

    def _where(self, term: Term) -> tuple[str, list[Any]]:
        if term.field == "account":
            return _among(self._scope.of_account(term.value))
        return ("1 = 1", []) if term.value.casefold() == ANYWHERE else _among(self._scope.named(term.value))

    def _when(self, term: Term) -> tuple[str, list[Any]]:
        today = self._scope.today
        is_span = term.field in {"older", "newer"}
        day = values.ago(term.value, today) if is_span else values.date_of(term.value, today)
        sign = "<" if term.field in {"before", "older"} else ">="
        return f"{_KEY} {sign} %s", [first_key(self._scope.midnight(day))]

    def run(self, limit: int, below: int | None) -> list[Hit]:
        if below is not None:
            self.add(f"{_KEY} < %s", below)
        accounts = self._scope.accounts
        sources: Iterable[Source] = [Source(f"{TABLE} t", [], condition=of_accounts(accounts))]
        if self._words is not None:
            sources = self._engine.sources(self._words, accounts, below, limit)
        found: list[Hit] = []
        for source in sources:
            with connection.cursor() as cursor:
                cursor.execute(self._text(source), [*source.values, *self._values, limit])
                found = [Hit._make(row) for row in cursor.fetchall()]
            if len(found) >= limit:
                break
        return found

    def _text(self, source: Source) -> str:
        # SQLite takes CROSS JOIN in the order it stands in: by the words, and from each row to its places.
        join = "CROSS JOIN" if connection.vendor == "sqlite" and not self._few else "INNER JOIN"
        size = f" {join} {_M} m ON m.id = t.message_id" if self._sized else ""
        conditions = " AND ".join([source.condition, *self._conditions]).replace(_KEY, source.key)
        return (
            f"SELECT {source.key}, t.message_id, e.mailbox_id, e.thread FROM {source.text}"  # noqa: S608 - see `add`
            f" {join} {_E} e ON e.message_id = t.message_id{size}"
            f" WHERE {conditions} ORDER BY {source.key} DESC LIMIT %s"
        )


def _named(message_id: str) -> list[Any]:
    return [digest(f"<{message_id}>"), f"<{message_id}>"]


def _among(boxes: Sequence[MailboxItem]) -> tuple[str, list[Any]]:
    return (f"+e.mailbox_id IN ({', '.join(str(box.id) for box in boxes)})" if boxes else "1 = 0"), []


def _escaped(text: str) -> str:
    return "".join(f"!{letter}" if letter in "!%_" else letter for letter in text)
