"""Everything that a search finds, a chunk at a time, the newest first: what a Job without a mailbox's list is done to.

The search is what it was when the job was begun: its words, its day, and whose addresses `me` stands for. A row of its
results is a conversation in the folder where it was found, and so it is here. What the mail server alone has found
comes last.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from imapbridge import queries
from imapbridge.models import Entry, Job, SearchHit
from imapbridge.search import criteria, index
from imapbridge.search.index import Hit, Scope
from imapbridge.search.query import parse
from imapbridge.search.tree import Node

LAST = 0
"""A cursor below every message: the index is done with."""


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
    """By mailbox what was found; how many conversations; and the cursor of what is left, None for nothing."""

    entries: dict[int, list[Entry]]
    conversations: int
    below: int | None


def following(job: Job, most: int) -> Seen:
    """The next `most` conversations, as far as they are not where the job takes them."""
    scope, tree = _scope(job), parse(_said(job)["query"]).tree
    if job.below == LAST:
        return _deeper(job, scope, tree)
    found = index.page(scope, tree, "" if job.below is None else str(job.below), most)
    return _seen(job, found.hits, int(found.next) if found.next else LAST)


def _deeper(job: Job, scope: Scope, tree: Node) -> Seen:
    """What the server found in texts that are not here, of the same search, and not of fewer words. It may have been
    days ago."""
    said = _said(job)
    same = {"query": said["query"], "everywhere": said["everywhere"], "account": job.account_id, "ascii_only": False}
    hits = SearchHit.objects.filter(**{f"search__{name}": value for name, value in same.items()})
    messages = set(hits.order_by("-pk").values_list("message", flat=True)[: index.PAGE * 20])
    still = criteria.passing(tree)
    found = {hit.thread: hit for hit in index.hits_of_messages(scope, still, messages)} if messages else {}
    return _seen(job, [*found.values()], None)


def _seen(job: Job, hits: list[Hit], below: int | None) -> Seen:
    wanted: dict[int, set[int]] = defaultdict(set)
    for hit in hits:
        if hit.mailbox != job.target_id:
            wanted[hit.mailbox].add(hit.thread)
    entries = {mailbox: _entries(job, mailbox, threads) for mailbox, threads in wanted.items()}
    return Seen(entries, sum(len({one.thread for one in some}) for some in entries.values()), below)


def _entries(job: Job, mailbox: int, threads: set[int]) -> list[Entry]:
    here = Entry.objects.filter(mailbox=mailbox, thread__in=threads, expunged=False, pk__lte=job.up_to)
    return sorted(here, key=lambda one: one.uid)


def _said(job: Job) -> dict[str, Any]:
    """A `Sought`, as it is kept."""
    return job.sought or {}


def _scope(job: Job) -> Scope:
    said = _said(job)
    return Scope(
        (job.account_id,),
        tuple(queries.mailboxes(job.account_id)),
        tuple(said["addresses"]),
        said["everywhere"],
        ZoneInfo(said["zone"]),
        date.fromisoformat(said["today"]),
    )
