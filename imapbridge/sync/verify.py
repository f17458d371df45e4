"""Compares the mirror with the server, message by message, and tells the differences. Changes nothing.

What people did a moment ago and the server has not confirmed is no difference but work owed: places without a UID yet
count on the screen and are compared with nothing, and a message that was taken away is not missed.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import MailAccount
from imapbridge.models import Entry, Mailbox, MailboxThread, PendingChange
from imapbridge.sync import places, wholes
from imapbridge.sync.bulk import bulk
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.terms.uids import UidSet
from imapbridge.wire import keys
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.items import FetchItems
from imapbridge.wire.results import ListedMailbox

TIMEOUT = 120.0


def differences(account: MailAccount) -> Iterator[str]:
    """A line for each difference. Raises MailError or WireError."""
    with bulk(account.pk) as turn:
        connection = turn.connection
        listed = connection.run(connection.session.list_mailboxes(status=True), timeout=TIMEOUT)
        held = {bytes(one.raw_name): one for one in Mailbox.objects.filter(account=account)}
        yield from (f"mailbox {one.name!r}: on the server only" for one in listed if one.raw_name not in held)
        names = {one.raw_name for one in listed}
        making = PendingChange.objects.filter(account=account, kind=PendingChange.Kind.CREATE, confirmed_at=None)
        made = set(making.values_list("mailbox", flat=True))
        here = [one for raw, one in held.items() if raw not in names and one.pk not in made]
        yield from (f"mailbox {one.name!r}: in the index only" for one in here)
        for one in listed:
            mailbox = held.get(one.raw_name)
            if mailbox is None:
                continue
            if mailbox.selectable != one.selectable:
                yield f"mailbox {mailbox.name!r}: whether it can be opened is not what the server says"
            if one.selectable:
                turn.renew()
                yield from _mailbox(connection, mailbox, one)


def _mailbox(connection: BlockingConnection, mailbox: Mailbox, listed: ListedMailbox) -> Iterator[str]:
    name = f"mailbox {mailbox.name!r}"
    selected = connection.run(connection.session.select(listed.raw_name, read_only=True), timeout=TIMEOUT)
    if selected.uid_validity != mailbox.uid_validity:
        yield f"{name}: UIDVALIDITY {selected.uid_validity} on the server, {mailbox.uid_validity} in the index"
        return
    if not mailbox.complete:
        yield f"{name}: its first sync is not complete"
    everything = UidSet.range(1, None)
    listed_uids = connection.run(connection.session.search([keys.uid(everything)]), timeout=TIMEOUT).uids or UidSet()
    items = FetchItems(flags=True, size=True)
    fetched = connection.run(connection.session.fetch(everything, items), timeout=TIMEOUT).messages
    there = {one.uid: FlagValues.of(one.flags or ()) for one in fetched}
    rows = Entry.objects.filter(mailbox=mailbox, expunged=False).values_list("uid", "message__size", *FLAG_COLUMNS)
    sizes: dict[int, int] = {}
    shown: dict[int, FlagValues] = {}
    for uid, size, *columns in rows:
        sizes[uid], shown[uid] = size, FlagValues.of_columns(*columns)
    here = {uid: flags for uid, flags in shown.items() if uid > 0}
    away = places.owed(mailbox.pk)
    there = {uid: flags for uid, flags in there.items() if uid not in away}
    listed_uids -= away
    unheard = listed_uids - UidSet.of(there)
    yield from (f"{name} uid {uid}: on the server, which does not deliver it" for uid in unheard)
    yield from (f"{name} uid {uid}: on the server only" for uid in sorted(there.keys() - here.keys()))
    yield from (f"{name} uid {uid}: in the index only" for uid in sorted(here.keys() - there.keys()))
    for uid in sorted(there.keys() & here.keys()):
        if there[uid] != here[uid]:
            yield f"{name} uid {uid}: {_words(there[uid])} on the server, {_words(here[uid])} in the index"
    for one in fetched:
        if one.size and sizes.get(one.uid, one.size) != one.size:
            yield f"{name} uid {one.uid}: {one.size} octets on the server, {sizes[one.uid]} in the index"
    yield from _counts(name, mailbox, shown)


def _counts(name: str, mailbox: Mailbox, here: dict[int, FlagValues]) -> Iterator[str]:
    unread = sum(not flags.seen for flags in here.values())
    if mailbox.complete and (mailbox.total, mailbox.unread) != (len(here), unread):
        yield f"{name}: counts {mailbox.total}/{mailbox.unread} on the screen, {len(here)}/{unread} in the index"
    flagged = sum(flags.flagged for flags in here.values())
    rows = MailboxThread.objects.filter(mailbox=mailbox, count__gt=0).values_list("count", "unread", "flagged")
    listed = tuple(sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0)
    yield from _wholes(name, mailbox)
    if listed != (len(here), unread, flagged):
        told = "/".join(map(str, listed))
        yield f"{name}: counts {told} in the list, {len(here)}/{unread}/{flagged} in the index"


def _wholes(name: str, mailbox: Mailbox) -> Iterator[str]:
    """Rows say of a conversation what all mailboxes hold of it."""
    said = MailboxThread.objects.filter(mailbox=mailbox, count__gt=0).values_list("thread", "whole", "senders")
    found = wholes.around(mailbox.account_id, [thread for thread, *_ in said])
    there = {
        thread: wholes.whole(group, found.uses, mailbox.special_use) for thread, group in wholes.by_thread(found.places)
    }
    outgoing = mailbox.special_use in wholes.WRITTEN_HERE
    for thread, count, people in said:
        whole = there.get(thread)
        if whole and (count != whole.messages or (not outgoing and people != whole.people)):
            yield f"{name}: a conversation of {whole.messages} messages is listed with {count}, or with other people"


def _words(flags: FlagValues) -> str:
    return "(" + " ".join(sorted(flags.flags())) + ")"
