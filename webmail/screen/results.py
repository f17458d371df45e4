"""What a search found, as rows of a list: what was found is marked, and each row says where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from imapbridge.queries import Conversation, MailboxItem
from imapbridge.search.results import Result
from imapbridge.search.tree import Node, terms
from imapbridge.search.words import folded, looked_for, meant
from webmail.screen.clock import Clock
from webmail.screen.labels import Hues
from webmail.screen.rows import LONGEST_PREVIEW, Place, Row, RowWriter
from webmail.screen.sidebar import name_of
from webmail.screen.together import key_of

_MARK, _UNMARK, _IN, _OUT = "\ue010", "\ue011", "\ue012", "\ue013"
"""Private characters, which stand for tags until all else is escaped."""
_TAGS = {_MARK: "<mark>", _UNMARK: "</mark>", _IN: '<b class="in" dir="auto">', _OUT: "</b> "}
_PRIVATE = re.compile(f"[{_MARK}-{_OUT}]")
_IN_TEXT = {"", "body"}
_BEFORE = 15
"""Characters before what was found that a long text begins with, at the most: rows are short on a phone."""
_SPACED = 0xDFF
"""The last letter of scripts whose words stand apart, about."""
BEST = "best"
"""`sort` of a search whose results stand in the order of how well they fit; without it the newest is first."""


@dataclass(frozen=True, slots=True)
class SearchPlace(Place):
    """Where a result stands: its mailbox, and the search whose page it is on."""

    q: str = ""
    everywhere: bool = False

    @property
    def address(self) -> str:
        """Of the page of results."""
        return f"/search?{urlencode(self._page)}"

    @property
    def act(self) -> str:
        if self.mailbox:
            return f"/mailbox/{self.mailbox}/act?{self.query}"
        return f"/search/act?{urlencode(self._page | self._flat)}"

    @property
    def query(self) -> str:
        return urlencode({"in": self.mailbox, **self._page, **self._flat})

    @property
    def _page(self) -> dict[str, str]:
        return {"q": self.q, **self.kept} | ({"before": self.before} if self.before else {})

    @property
    def kept(self) -> dict[str, str]:
        """How it is searched, whatever for."""
        return {k: v for k, v in (("all", "1" if self.everywhere else ""), ("sort", self.sort)) if v}


class Hits:
    """Marks the words of a search in texts."""

    def __init__(self, tree: Node) -> None:
        wanted = [(term, looked_for(term.value)) for term, negated in terms(tree) if not negated]
        self.subject = _pattern(term_words for term, term_words in wanted if term.field in {"", "subject"})
        self.text = _pattern(term_words for term, term_words in wanted if term.field in _IN_TEXT)

    def marked(self, text: str, pattern: re.Pattern[str] | None) -> str:
        text = _PRIVATE.sub("", text)
        if pattern is None:
            return text
        folds = _Folds(text)
        return _between(text, [folds.span(found) for found in pattern.finditer(folds.plain) if found[0]])

    def excerpt(self, text: str) -> str:
        """The part of a text around the first hit, marked; empty when there is none."""
        text = " ".join(text.split())
        folds = _Folds(text)
        found = self.text.search(folds.plain) if self.text else None
        if found is None:
            return ""
        start, _end = folds.span(found)
        begin = (text.find(" ", start - _BEFORE, start) + 1 or start) if start > _BEFORE else 0
        cut = text[begin : begin + LONGEST_PREVIEW]
        return ("…" if begin else "") + self.marked(cut, self.text) + ("…" if begin + len(cut) < len(text) else "")


def _pattern(wanted: Iterable[Sequence[str]]) -> re.Pattern[str] | None:
    """Where one of these words begins, as folded text has it; pairs of letters as they overlap."""
    found = {_one(several) for several in wanted if several}
    return re.compile("|".join(sorted(found, key=len, reverse=True))) if found else None


def sought(tree: Node) -> list[list[str]]:
    """What is to be marked in texts: of each word or phrase its pieces, folded, as they stand one after the other."""
    wanted = (looked_for(term.value) for term, negated in terms(tree) if not negated and term.field in _IN_TEXT)
    return [[meant(piece) for piece in _pieces(several)] for several in wanted if several]


def _one(words: Sequence[str]) -> str:
    """Scripts that write no spaces need none beside other words either."""
    pieces = _pieces(words)
    found = (r"(?<!\w)" if ord(words[0][0]) <= _SPACED else "") + re.escape(pieces[0])
    for before, piece in pairwise(pieces):
        found += (r"[\W_]*" if max(ord(before[-1]), ord(piece[0])) > _SPACED else r"[\W_]+") + re.escape(piece)
    return found


def _pieces(words: Sequence[str]) -> list[str]:
    """Pairs of letters that overlap are one run again."""
    joined = words[0]
    for before, word in pairwise(words):
        joined += word[1:] if len(before) == 2 and before[1:] == word[:1] and ord(word[0]) > _SPACED else f"\0{word}"
    return joined.split("\0")


class _Folds:
    """A text folded letter by letter, of which some become two and some none: `plain`, and what of the text it is."""

    def __init__(self, text: str) -> None:
        self._letters = None if text.isascii() else [folded(letter) for letter in text]
        self.plain = text.lower() if self._letters is None else "".join(self._letters)

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """Where that is in the text, with the marks that belong to its last letter."""
        if self._letters is None:
            return found.span()
        at = [place for place, letters in enumerate(self._letters) for _ in letters]
        begin, end = at[found.start()], at[found.end() - 1] + 1
        while end < len(self._letters) and not self._letters[end]:
            end += 1
        return begin, end


def _between(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for begin, end in spans:
        pieces += [text[at:begin], _MARK, text[begin:end], _UNMARK]
        at = end
    return "".join([*pieces, text[at:]])


def tagged(printed: str) -> SafeString:
    """What was printed of rows, with the tags that their marks stand for. Safe: all else has been escaped."""
    return SafeString(_PRIVATE.sub(lambda found: _TAGS[found[0]], printed))


class Whose(NamedTuple):
    """Whose mailbox it is, for who has several accounts: the address, and what the account is called."""

    me: str
    name: str
    hues: Hues = ()


class ResultWriter:
    """Turns results into rows. `texts` are those of messages whose hits are in no line of the index. With `whose`, by
    mailbox, rows say in which account they lie, and are known as those of `together` are."""

    def __init__(
        self, clock: Clock, place: SearchPlace, me: str, tree: Node, boxes: Sequence[MailboxItem], opened: int = 0,
        whose: Mapping[int, Whose] = MappingProxyType({}), hues: Hues = (),
    ) -> None:  # fmt: skip
        self._whose, self._hues = whose, hues
        self._clock, self._place, self._me, self._opened = clock, place, me, opened
        self._hits = Hits(tree)
        within = _("{account}: {folder}")
        self._boxes = {box.id: name_of(box.special_use, box.name) for box in boxes}
        self._boxes |= {
            key: within.format(account=one.name, folder=self._boxes[key])
            for key, one in whose.items()
            if key in self._boxes
        }
        self._writers: dict[int, RowWriter] = {}

    def lacks_hit(self, found: Conversation) -> bool:
        """Whether neither its subject nor its first words show why it was found."""
        shown = (found.subject, self._hits.subject), (found.preview, self._hits.text)
        return not any(pattern and pattern.search(_Folds(text).plain) for text, pattern in shown)

    def rows(self, results: Sequence[Result], texts: Mapping[int, str]) -> list[Row]:
        """To be printed, and then `tagged`."""
        return [self._row(each, texts.get(each.conversation.message, "")) for each in results]

    def _row(self, result: Result, text: str) -> Row:
        found = result.conversation
        if result.mailbox in self._whose:
            found = found._replace(thread=key_of(found.thread, result.mailbox))
        row = self._writer(result.mailbox).row(found, current=found.thread == self._opened)
        row.subject = self._hits.marked(row.subject, self._hits.subject)
        preview = self._hits.excerpt(text) or self._hits.excerpt(result.conversation.preview)
        row.preview = f"{_IN}{self._boxes.get(result.mailbox, '')}{_OUT}{preview or _PRIVATE.sub('', row.preview)}"
        return row

    def _writer(self, mailbox: int) -> RowWriter:
        if mailbox not in self._writers:
            place = replace(self._place, mailbox=mailbox, before="")
            owner = self._whose.get(mailbox, Whose(self._me, "", self._hues))
            self._writers[mailbox] = RowWriter(self._clock, place, owner.me, owner.hues)
        return self._writers[mailbox]


def problem(kind: str, said: str) -> str:
    """A sentence on what of a search was not understood."""
    sentences: dict[str, str] = {
        "quote": _("A quotation mark is missing after {said}; it is taken to go on to the end."),
        "empty": _("Nothing stands behind {said} to look for."),
        "is": _("{said} is not known. Try is:unread, is:starred or is:answered."),
        "has": _("{said} is not known. Try has:attachment."),
        "size": _("{said} is not a size. Write it like larger:5M."),
        "day": _("{said} is not a day. Write it like after:2026-03-31."),
        "span": _("{said} is not a span of time. Write it like older:2w, with d, w, m or y for the unit."),
        "long": _("This is too long to look for; only the beginning of it counts."),
        "deep": _("There are too many parentheses within each other; the innermost do not count."),
        "in": _("You have no folder called {said}."),
    }
    return sentences[kind].format(said=said)
