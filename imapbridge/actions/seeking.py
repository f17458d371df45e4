"""Everything that a search finds, a chunk at a time, the newest first: what a Job without a mailbox's list is done to.

The search is what it was when the job was begun: its words, its day, and whose addresses `me` stands for. A row of its
results is a conversation in the folder where it was found, or for who likes it so a message, and so it is here. What
the mail server alone has found comes last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from imapbridge import queries
from imapbridge.models import Entry, Job, SearchHit
from imapbridge.search import criteria, index
from imapbridge.search.document import first_key
from imapbridge.search.index import Hit, Scope
from imapbridge.search.query import parse

LAST = 0
"""A cursor below every message: the index is done with. Below it is what the server found."""
DEEP = 500
COUNTED = 2_000
"""Rows of results that are counted at a time."""
_FILED = {Job.Kind.MOVE, Job.Kind.COPY}
"""What is where they take it already is left alone."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A search, as a Job keeps it."""

    query: str
    everywhere: bool
    zone: str
    today: date
    addresses: tuple[str, ...]

    def kept(self) -> dict[str, Any]:
        return {
            "query": self.query, "everywhere": self.everywhere, "zone": self.zone, "today": self.today.isoformat(),
            "addresses": [*self.addresses],
        }  # fmt: skip


class Seen(NamedTuple):
    """By mailbox what was found; how many rows of results that are; and the cursor of what is left, None for
    nothing."""

    entries: dict[int, list[Entry]]
    rows: int
    below: int | None


def following(job: Job, most: int) -> Seen:
    """What the next `most` rows have, as far as it is not where the job takes it."""
    search = _Search(job)
    hits, below = search.page(job.below, most)
    met = search.met(hits)
    wanted: dict[int, set[int]] = defaultdict(set)
    for hit in hits:
        if hit.thread not in met:
            wanted[hit.mailbox].add(search.name(hit))
    entries = {mailbox: search.entries(mailbox, some) for mailbox, some in wanted.items()}
    return Seen(entries, len({search.name(one) for some in entries.values() for one in some}), below)


def left(job: Job, sign: Callable[[], object]) -> int:
    """How many rows of results there are still. `sign` is called after each page."""
    search, found, below = _Search(job), set[int](), job.below
    while True:
        hits, below = search.page(below, COUNTED)
        met = search.met(hits)
        found |= {search.name(hit) for hit in hits if hit.thread not in met}
        sign()
        if below is None:
            return len(found)


class _Search:
    """What a job seeks."""

    def __init__(self, job: Job) -> None:
        said = job.sought or {}
        self._job, self._tree = job, parse(said["query"]).tree
        self._same = {"query": said["query"], "everywhere": said["everywhere"], "account": job.account_id}
        self._scope = Scope(
            (job.account_id,),
            tuple(queries.mailboxes(job.account_id)),
            tuple(said["addresses"]),
            said["everywhere"],
            ZoneInfo(said["zone"]),
            date.fromisoformat(said["today"]),
            up_to=job.up_to,
        )

    def name(self, one: Hit | Entry) -> int:
        """What a row of results is told from others by."""
        if self._job.by_message:
            return one.message if isinstance(one, Hit) else one.message_id
        return one.thread

    def page(self, below: int | None, most: int) -> tuple[list[Hit], int | None]:
        """Up to `most` rows after the cursor, and the next one."""
        hits, following = self._of_index(below, most) if below is None or below > LAST else self._of_server(below)
        is_filed = self._job.kind in _FILED
        return [hit for hit in hits if not is_filed or hit.mailbox != self._job.target_id], following

    def _of_index(self, below: int | None, most: int) -> tuple[list[Hit], int]:
        before = "" if below is None else str(below)
        found = index.page(self._scope, self._tree, before, most, by_message=self._job.by_message)
        return found.hits, int(found.next) if found.next else LAST

    def _of_server(self, below: int) -> tuple[list[Hit], int | None]:
        """What the server found in texts that are not here, of the same search, by the very words and not by
        fewer. It may have been days ago. The cursor is the key of a SearchHit, negative."""
        hits = SearchHit.objects.filter(**{f"search__{name}": value for name, value in self._same.items()})
        hits = hits.filter(exact=True, search__ascii_only=False).order_by("-pk")
        rows = list((hits.filter(pk__lt=-below) if below < LAST else hits).values_list("pk", "message")[:DEEP])
        messages = {message for _, message in rows}
        still = criteria.passing(self._tree)
        found = index.hits_of_messages(self._scope, still, messages) if messages else []
        each = {self.name(hit): hit for hit in found}
        return [*each.values()], -rows[-1][0] if len(rows) == DEEP else None

    def entries(self, mailbox: int, names: Collection[int]) -> list[Entry]:
        """What these rows have there; what came since the job was begun is left alone."""
        by = "message__in" if self._job.by_message else "thread__in"
        here = Entry.objects.filter(mailbox=mailbox, expunged=False, pk__lte=self._job.up_to, **{by: names})
        return sorted(here, key=lambda one: one.uid)

    def met(self, hits: Sequence[Hit]) -> set[int]:
        """Conversations that the job has met before, and has done with: each is found once more by every older message
        of it. Not by mail that came since the job was begun, which is the newest of all."""
        below = self._job.below
        if below is None or below <= LAST or self._job.by_message or not hits:
            return set()
        threads = {hit.thread for hit in hits}
        again = index.hits_of_threads(self._scope, self._tree, threads)
        if self._job.target_id:
            again += self._taken(threads)
        return {hit.thread for hit in again if hit.key >= below}

    def _taken(self, threads: Collection[int]) -> list[Hit]:
        """What may be where the job took it, in an entry that it did not have before."""
        now = first_key(int(self._job.created_at.timestamp()))
        found = index.hits_of_threads(replace(self._scope, up_to=0), self._tree, threads)
        return [hit for hit in found if hit.mailbox == self._job.target_id and hit.key < now]
