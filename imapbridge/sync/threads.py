"""Which conversation a message belongs to, joined as messages arrive, in any order.

A conversation's number is the digest of the first Message-ID known of it; every id that a message carries (its own,
In-Reply-To, References) is remembered in ThreadRef. A message that knows of two conversations joins them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from imapbridge.models import Entry, MailboxThread, Message, ThreadRef
from imapbridge.sync.rows import insert, select_in
from imapbridge.terms.refs import digest

MAX_REFERENCES = 30
"""Of a long References header, the first and the newest ones: a hostile one may hold thousands."""


@dataclass(frozen=True, slots=True)
class Relations:
    """What a message says of its relatives: ids in order, the conversation's root first, its own last."""

    own: str
    """Its Message-ID, or what stands for it; never empty."""
    others: tuple[str, ...] = ()

    def digests(self) -> list[int]:
        others = self.others
        if len(others) > MAX_REFERENCES:
            others = (others[0], *others[1 - MAX_REFERENCES :])
        return [digest(word) for word in dict.fromkeys((*others, self.own))]


class Assigned(NamedTuple):
    """What `assign` found out."""

    numbers: list[int]
    """A conversation number per message, in order."""
    joined: dict[int, int]
    """The joins made: {old number: new number}."""
    met: list[bool]
    """Per message, in order, whether its own id was known before: else there is no other copy of it."""
    begun: set[int]
    """Conversations of which nothing was known before: no other place and no row of a list is theirs."""


def assign(account_id: int, messages: Sequence[Relations]) -> Assigned:
    """Join messages to conversations. In the caller's turn."""
    wanted = [message.digests() for message in messages]
    refs = {ref for digests in wanted for ref in digests}
    rows = select_in(ThreadRef, ("ref", "thread", "said"), "ref", refs, account=account_id)
    known = {ref: thread for ref, thread, _ in rows}
    if parted := {ref for ref, _, said in rows if said == ThreadRef.PARTED}:
        wanted = [_from_parted(digests, parted) for digests in wanted]
    before = dict(known)
    joins: dict[int, int] = {}
    for digests in wanted:
        _join(digests, known, joins)
    result = [_resolve(known[digests[0]], joins) for digests in wanted]
    joined = {old: _resolve(new, joins) for old, new in joins.items() if old in before.values()}
    _store(account_id, {ref: _resolve(thread, joins) for ref, thread in known.items() if ref not in before}, joined)
    begun = set(result).difference(_resolve(thread, joins) for thread in before.values())
    return Assigned(result, joined, [digests[-1] in before for digests in wanted], begun)


def _from_parted(digests: list[int], parted: set[int]) -> list[int]:
    """What it refers to since the last message that a person has parted from what was before."""
    begins = [at for at, ref in enumerate(digests) if ref in parted]
    return digests[begins[-1] :] if begins else digests


def _join(digests: list[int], known: dict[int, int], joins: dict[int, int]) -> None:
    threads = sorted({_resolve(known[ref], joins) for ref in digests if ref in known})
    thread = threads[0] if threads else digests[0]
    for other in threads[1:]:
        joins[other] = thread
    for ref in digests:
        known.setdefault(ref, thread)


def _resolve(thread: int, joins: dict[int, int]) -> int:
    while thread in joins:
        thread = joins[thread]
    return thread


def _store(account_id: int, fresh: dict[int, int], joined: dict[int, int]) -> None:
    rows = [(account_id, ref, thread) for ref, thread in fresh.items()]
    insert(ThreadRef, ("account", "ref", "thread"), rows)
    join(account_id, joined)


def join(account_id: int, joined: Mapping[int, int]) -> None:
    """Make conversations one: {old number: new number}. In the caller's turn; rows of lists are the caller's."""
    for old, new in joined.items():
        messages = Message.objects.filter(account=account_id, thread=old)
        Entry.objects.filter(message__in=messages).update(thread=new)
        messages.update(thread=new)
        ThreadRef.objects.filter(account=account_id, thread=old).update(thread=new)


def touched_by_joins(account_id: int, joined: Mapping[int, int]) -> dict[int, set[int]]:
    """{mailbox: conversations} whose rows must be made anew after joins, the swallowed ones among them."""
    touched: dict[int, set[int]] = {}
    rows = MailboxThread.objects.filter(mailbox__account=account_id, thread__in=joined)
    for mailbox, thread in rows.values_list("mailbox_id", "thread"):
        touched.setdefault(mailbox, set()).update((thread, joined[thread]))
    return touched
