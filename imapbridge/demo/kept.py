"""pymap's in-memory mailboxes, kept: every change is written through to the store before it is answered.

Besides, keywords are allowed here, LIST tells what a mailbox is for, and structures are told right (see `answers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.listtree import ListEntry, ListTree
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement, ObjectId
from pymap.parsing.specials.flag import Flag, Wildcard

from imapbridge.demo.answers import Loaded
from imapbridge.demo.store import MailboxRow, MessageRow, Store

#: Name -> its attribute (RFC 6154 2).
SPECIAL_USE = {"Drafts": b"Drafts", "Sent": b"Sent", "Archive": b"Archive", "Junk": b"Junk", "Trash": b"Trash"}


class KeptMessage(Message):
    """A message whose structure is told right."""

    async def load_content(self, requirement: FetchRequirement) -> Loaded:
        return Loaded(self, requirement, self._content)


class KeptMailbox(MailboxData):
    """One mailbox, as the store has it."""

    def __init__(self, owner: MailboxSet, store: Store, row: MailboxRow) -> None:
        super().__init__(owner._content_cache, owner._thread_cache)
        self.key = row.id
        self._store = store
        self._uid_validity = row.uid_validity
        self._max_uid = row.last_uid
        for message in store.messages(row.id):
            flags = map(Flag, message.flags)
            content = MessageContent.parse(message.raw)
            self._messages[message.uid] = KeptMessage(message.uid, message.date, flags, content=content)
        self._mod_sequences.update(list(self._messages))

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return super().permanent_flags | {Wildcard}

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        when = append_msg.when or datetime.now().astimezone()
        content = MessageContent.parse(bytes(append_msg.literal))
        return await self._add(when, append_msg.flag_set, content, recent=recent)

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        message = self._messages.get(uid)
        if message is None or message._content is None or not isinstance(destination, KeptMailbox):
            return None
        flags, content = message.permanent_flags, message._content
        return (await destination._add(message.internal_date, flags, content, recent=recent)).uid

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        new_uid = await self.copy(uid, destination, recent=recent)
        if new_uid is not None:
            await self.delete([uid])
        return new_uid

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        message = await super().update(uid, cached_msg, flag_set, mode)
        self._store.set_flags(self.key, uid, map(str, sorted(message.permanent_flags)))
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        gone = list(uids)
        self._store.remove(self.key, gone)
        await super().delete(gone)

    async def _add(self, when: datetime, flags: Iterable[Flag], content: MessageContent, *, recent: bool) -> Message:
        async with self.messages_lock.write_lock():
            message = KeptMessage(self._max_uid + 1, when, flags, recent=recent, content=content)
            row = MessageRow(message.uid, when, tuple(map(str, sorted(message.permanent_flags))), bytes(content))
            self._store.add(self.key, row)
            self._max_uid = message.uid
            self._messages[message.uid] = message
            self._mod_sequences.update([message.uid])
            self._updated.set()
        return message


class KeptMailboxes(MailboxSet):
    """All mailboxes of one person."""

    def __init__(self, store: Store, user: str) -> None:
        super().__init__()
        self._store = store
        self._user = user
        for row in store.mailboxes(user):
            self._set[row.name] = KeptMailbox(self, store, row)
            self._subscribed[row.name] = row.subscribed
        self._inbox = self._set.pop("INBOX") if "INBOX" in self._set else self._made("INBOX")

    async def list_mailboxes(self) -> ListTree:
        return Tree(self.delimiter).update("INBOX", *self._set)

    async def set_subscribed(self, name: str, subscribed: bool) -> None:
        await super().set_subscribed(name, subscribed)
        mailbox = self._set.get(name)
        if isinstance(mailbox, KeptMailbox):
            self._store.subscribe(mailbox.key, subscribed)

    async def add_mailbox(self, name: str) -> ObjectId:
        if name in self._set:
            raise ValueError(name)
        self._set[name] = made = self._made(name)
        return made.mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        mailbox = self._set.get(name)
        await super().delete_mailbox(name)
        if isinstance(mailbox, KeptMailbox):
            self._store.remove_mailbox(mailbox.key)

    async def rename_mailbox(self, before: str, after: str) -> None:
        await super().rename_mailbox(before, after)
        for name, mailbox in self._set.items():
            if isinstance(mailbox, KeptMailbox):
                self._store.rename(mailbox.key, name)
        if not isinstance(self._inbox, KeptMailbox):
            # What was in the INBOX has moved away with its name, and an empty one took its place (RFC 9051 6.3.6).
            self._inbox = self._made("INBOX")

    def _made(self, name: str) -> KeptMailbox:
        return KeptMailbox(self, self._store, self._store.add_mailbox(self._user, name))


@dataclass(frozen=True)
class Entry(ListEntry):
    """A line of LIST that tells what the mailbox is for."""

    @property
    def attributes(self) -> Sequence[bytes]:
        use = SPECIAL_USE.get(self.name)
        return [*super().attributes, *([use] if use else [])]


class Tree(ListTree):
    """The mailboxes with what they are for."""

    def list(self) -> Iterable[ListEntry]:
        for entry in super().list():
            yield Entry(entry.name, entry.exists, entry.marked, entry.has_children)
