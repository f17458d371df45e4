"""Moving, copying and deleting: the places change at once, and keep the flags they had."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from imapbridge import events
from imapbridge.actions.owing import owe, when_sure
from imapbridge.errors import Sorry
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.sync import places
from imapbridge.terms import flags, snoozed
from imapbridge.terms.special_use import SpecialUse
from imapbridge.writing import writing

Kind = PendingChange.Kind
CHUNK = 500
"""Messages of one change: as much as is replayed by one command, and waits for one answer."""


class NoMailboxFor(Sorry):
    """The account has no mailbox for this use."""

    code = "no-mailbox"


def move(account_id: int, messages: Collection[int], source: int, target: int) -> list[int]:
    """Move messages from one mailbox to another. Returns the keys of the changes, for `undo`.

    What is not in the source is left out. Mailbox.DoesNotExist when one of the two is not the account's.
    """
    with writing(account_id):
        entries = entries_of(account_id, messages, source)
        return file(_mailbox(account_id, source), _mailbox(account_id, target), entries, Kind.MOVE)


def copy(account_id: int, messages: Collection[int], source: int, target: int) -> list[int]:
    """Copy messages from one mailbox to another; like `move`."""
    with writing(account_id):
        entries = entries_of(account_id, messages, source)
        return file(_mailbox(account_id, source), _mailbox(account_id, target), entries, Kind.COPY)


def archive(account_id: int, messages: Collection[int], source: int) -> list[int]:
    """Move to the archive. NoMailboxFor where there is none."""
    return move(account_id, messages, source, mailbox_for(account_id, SpecialUse.ARCHIVE))


def junk(account_id: int, messages: Collection[int], source: int) -> list[int]:
    """Move to Junk. NoMailboxFor where there is none."""
    return move(account_id, messages, source, mailbox_for(account_id, SpecialUse.JUNK))


def trash(account_id: int, messages: Collection[int], source: int) -> list[int]:
    """Move to Trash. NoMailboxFor where there is none."""
    return move(account_id, messages, source, mailbox_for(account_id, SpecialUse.TRASH))


def delete_forever(account_id: int, messages: Collection[int], source: int, *, regret: bool = False) -> list[int]:
    """Remove messages from a mailbox for good. It can be undone until the server has been asked: at once, or with
    `regret` when there was time to."""
    with writing(account_id):
        return expunge(_mailbox(account_id, source), entries_of(account_id, messages, source), regret=regret)


def file(
    source: Mailbox,
    target: Mailbox,
    entries: list[Entry],
    kind: PendingChange.Kind,
    *,
    add: Collection[str] = (),
    sort_at: int | None = None,
) -> list[int]:
    """MOVE or COPY these entries of `source`. In the caller's turn.

    `add`: keywords that a MOVE gives them, where the server keeps such. `sort_at`: where they are to stand in the list.
    """
    changes = []
    for some in _chunks(entries if source.pk != target.pk else []):
        words = _words(source, target, some, add) if kind == Kind.MOVE else {}
        placed = places.put(target, [_changed(one, words, sort_at) for one in some], events.raise_state(target.pk))
        if kind == Kind.MOVE:
            places.hide(source, some, events.raise_state(source.pk))
        change = owe(
            source.account_id, source.pk, kind, [one.uid for one in some], uid_validity=source.uid_validity or 0,
            target=target, places={str(key): place for key, place in placed.items()}, **words,
        )  # fmt: skip
        changes.append(change.pk)
    return changes


def _words(source: Mailbox, target: Mailbox, some: list[Entry], add: Collection[str]) -> dict[str, list[str]]:
    """The keywords that a move gives and takes. Some are for the server's filter: what came to Junk is junk, and what
    leaves it, but to be deleted, is none. What leaves the snoozed is no more; what is put into the inbox is heard."""
    given, taken, uses = set(add), set[str](), (source.special_use, target.special_use)
    if SpecialUse.JUNK in uses and SpecialUse.TRASH not in uses:
        is_junk = target.special_use == SpecialUse.JUNK
        given.add(flags.JUNK if is_junk else flags.NOT_JUNK)
        taken.add(flags.NOT_JUNK if is_junk else flags.JUNK)
    here = {word for one in some for word in one.keywords}
    if source.special_use == SpecialUse.SNOOZED:
        taken |= {word for word in here if snoozed.is_time(word)}
    if target.special_use == SpecialUse.INBOX:
        taken |= here & {flags.MUTED}
    return {"add": sorted(given), "remove": sorted(taken)} if given or taken else {}


def _changed(one: Entry, words: Mapping[str, list[str]], sort_at: int | None) -> Entry:
    """As its new place is to be; what is kept of the old one stays."""
    if words:
        one.keywords = sorted({*one.keywords, *words["add"]}.difference(words["remove"]))
    if sort_at is not None:
        one.sort_at = sort_at
    return one


def expunge(mailbox: Mailbox, entries: list[Entry], *, regret: bool = False) -> list[int]:
    """Delete these entries for good. In the caller's turn. `regret`: the server is asked when there was
    time to undo it."""
    changes = []
    for some in _chunks(entries):
        places.hide(mailbox, some, events.raise_state(mailbox.pk))
        uids = [one.uid for one in some]
        change = owe(
            mailbox.account_id, mailbox.pk, Kind.EXPUNGE, uids, uid_validity=mailbox.uid_validity or 0,
            not_before=when_sure() if regret else None,
        )  # fmt: skip
        changes.append(change.pk)
    return changes


def entries_of(account_id: int, messages: Collection[int], mailbox_id: int) -> list[Entry]:
    """The places of these messages in a mailbox, by UID."""
    wanted, found = list(messages), list[Entry]()
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        found += Entry.objects.filter(account=account_id, mailbox=mailbox_id, message__in=some, expunged=False)
    return sorted(found, key=lambda one: one.uid)


def _chunks(entries: list[Entry]) -> Iterator[list[Entry]]:
    for start in range(0, len(entries), CHUNK):
        yield entries[start : start + CHUNK]


def _mailbox(account_id: int, mailbox_id: int) -> Mailbox:
    return Mailbox.objects.get(account=account_id, pk=mailbox_id)


def mailbox_for(account_id: int, use: SpecialUse) -> int:
    """The key of the mailbox for this use. NoMailboxFor where there is none."""
    found = Mailbox.objects.filter(account=account_id, special_use=use, selectable=True).values_list("pk", flat=True)
    if not found:
        raise NoMailboxFor(use)
    return found[0]
