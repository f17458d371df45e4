"""What a list shows and a Job is about, a part at a time: conversations by their numbers, or messages by their UIDs
from the top down, so that each is met once and the way to those left is short. In the caller's turn; changes nothing
but the cursor of the job.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from imapbridge.models import Entry, Job, MailboxThread
from imapbridge.queries.conversations import ONLY
from imapbridge.terms.uids import MAX_UID

Kind = Job.Kind
NEWEST = {Kind.UNREAD, Kind.STAR}
"""They are done to the newest message of a conversation alone."""
_BY_MESSAGE = {Kind.READ, Kind.EMPTY, Kind.FILTER}
_OF_LABEL = {Kind.UNLABEL, Kind.RELABEL}


class Part(NamedTuple):
    """Entries by UID, of how many conversations or messages, and whether there are more."""

    entries: list[Entry]
    number: int
    is_more: bool


def following(job: Job, most: int) -> Part:
    """Up to `most`."""
    return _messages(job, most) if _is_by_message(job) else _conversations(job, most)


def left(job: Job) -> int:
    """How many there are still, of those in the index."""
    if _is_by_message(job):
        below = job.below or 0
        return (entries(job).filter(uid__lt=below) if below > 0 else entries(job)).count()
    where, values = _condition(job)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(where=where), values)
        (found,) = cursor.fetchone()
    return int(found)


# --- by message: the whole mailbox, or what is unread or starred of it ------------------------------------------------


def _is_by_message(job: Job) -> bool:
    return job.by_message or (job.kind in _BY_MESSAGE and not job.only)


def entries(job: Job) -> QuerySet[Entry]:
    """Those that the job is about, done or not."""
    still = {"unread": {"seen": False}, "starred": {"flagged": True}}.get(job.only, {})
    still |= {"seen": False} if job.kind == Kind.READ else {}
    return Entry.objects.filter(mailbox=job.mailbox_id, expunged=False, pk__lte=job.up_to, **still)


def _messages(job: Job, most: int) -> Part:
    """What has no UID yet comes first: it may get any of them meanwhile."""
    here, below, coming = entries(job), job.below or 0, list[Entry]()
    if below <= 0:
        coming = list(here.filter(uid__lt=below).order_by("-uid")[:most])
        if len(coming) == most:
            job.below = coming[-1].uid
            return Part(coming, most, is_more=True)
        below = MAX_UID + 1
    placed = list(here.filter(uid__gt=0, uid__lt=below).order_by("-uid")[: most - len(coming)])
    if placed:
        job.below = placed[-1].uid
    found = [*placed, *coming]
    return Part(found, len(found), len(found) == most)


# --- by conversation --------------------------------------------------------------------------------------------------


_ROWS = f"{MailboxThread._meta.db_table} t"
_THREADS = f"""
SELECT t.thread, t.latest_id, t.count FROM {_ROWS} WHERE {{where}} ORDER BY t.thread DESC LIMIT %s
"""  # noqa: S608 - the table's name is ours
_COUNT = f"SELECT count(*) FROM {_ROWS} WHERE {{where}}"  # noqa: S608
_LEFT = "t.mailbox_id = %s AND t.thread < %s AND t.count > 0"
_LABELLED = " AND CAST(t.keywords AS text) LIKE %s"
"""Conversations that have the label; or, for `_` stands for any letter, one that looks the same."""


def _conversations(job: Job, most: int) -> Part:
    """Their numbers stay: their places in the list do not, when mail comes."""
    where, values = _condition(job)
    with connection.cursor() as cursor:
        cursor.execute(_THREADS.format(where=where), [*values, most])
        rows = cursor.fetchall()
    taken, messages = 0, 0
    while taken < len(rows) and messages < most:
        messages += rows[taken][2]
        taken += 1
    if not taken:
        return Part([], 0, is_more=False)
    job.below = rows[taken - 1][0]
    return Part(_of(job, rows[:taken]), taken, is_more=taken < len(rows) or len(rows) == most)


def _condition(job: Job) -> tuple[str, list[int | str]]:
    """Of the rows `t` that are left, with its values."""
    where, values = _LEFT + ONLY[job.only], [job.mailbox_id, 2**63 - 1 if job.below is None else job.below]
    if job.kind not in _OF_LABEL:
        return where, [*values]
    return where + _LABELLED, [*values, f'%"{job.keyword.split()[0]}"%']


def _of(job: Job, rows: list[tuple[int, int, int]]) -> list[Entry]:
    here = Entry.objects.filter(mailbox=job.mailbox_id, expunged=False, pk__lte=job.up_to)
    here = here.filter(thread__in=[thread for thread, _, _ in rows])
    if job.kind in NEWEST:
        here = here.filter(message__in=[latest for _, latest, _ in rows])
    return sorted(here, key=lambda one: one.uid)
