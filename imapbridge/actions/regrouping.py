"""What belongs to which conversation, as its person says: here only, for the mail server knows no such thing.

It outlives the mirror: `ThreadRef.said` is kept when that is rebuilt, and what arrives later goes by it.
"""

from __future__ import annotations

from collections.abc import Collection

from imapbridge import events
from imapbridge.models import Entry, Mailbox, Message, ThreadRef
from imapbridge.sync import listing, threads
from imapbridge.terms.refs import digest
from imapbridge.writing import writing


def split(account_id: int, message: int) -> bool:
    """Have a message, and what answers it, as a conversation of its own. False: it is one already.

    Message.DoesNotExist when it is not the account's.
    """
    with writing(account_id):
        first = Message.objects.get(account=account_id, pk=message)
        family = _family(first)
        old, new = first.thread, digest(f"parted:{_own(first)}")
        others = Message.objects.filter(account=account_id, thread=old).exclude(pk__in=[one.pk for one in family])
        if not others.exists() or old == new:
            return False
        _move(account_id, family, new)
        _say(account_id, first, new, ThreadRef.PARTED)
        _relist(account_id, {old, new})
    return True


def merge(account_id: int, message: int, thread: int) -> bool:
    """Have a message's conversation and another as one. False: they are one already, or the other is none.

    Message.DoesNotExist when it is not the account's.
    """
    with writing(account_id):
        one = Message.objects.get(account=account_id, pk=message)
        other = Message.objects.filter(account=account_id, thread=thread).order_by("pk").first()
        if other is None or one.thread == thread:
            return False
        old, new = max(one.thread, thread), min(one.thread, thread)
        threads.join(account_id, {old: new})
        parted = ThreadRef.objects.filter(account=account_id, thread=new, said=ThreadRef.PARTED)
        parted.filter(ref__in=[digest(_own(one)), digest(_own(other))]).update(said=ThreadRef.JOINED)
        for each in (one, other):
            _say(account_id, each, new, ThreadRef.JOINED)
        _relist(account_id, {old, new})
    return True


def _own(message: Message) -> str:
    """Its Message-ID, or what stands for it; see `sync.content`."""
    return message.message_id or f"key:{bytes(message.content_key).hex()}"


def _family(first: Message) -> list[Message]:
    """The message, and those of its conversation that refer to it."""
    found = Message.objects.filter(account=first.account_id, thread=first.thread).exclude(pk=first.pk)
    name = first.message_id
    return [first, *(one for one in found if name and name in (*one.references.split(), one.in_reply_to))]


def _move(account_id: int, messages: Collection[Message], thread: int) -> None:
    keys = [one.pk for one in messages]
    Entry.objects.filter(message__in=keys).update(thread=thread)
    Message.objects.filter(pk__in=keys).update(thread=thread)
    refs = [digest(_own(one)) for one in messages]
    ThreadRef.objects.filter(account=account_id, ref__in=refs).update(thread=thread)


def _say(account_id: int, message: Message, thread: int, said: str) -> None:
    ThreadRef.objects.update_or_create(
        account_id=account_id, ref=digest(_own(message)), defaults={"thread": thread, "said": said}
    )


def _relist(account_id: int, numbers: set[int]) -> None:
    """Their rows in every list, those that are gone among them."""
    held = Entry.objects.filter(account=account_id, message__in=_of(account_id, numbers))
    rows = listing.mailboxes_of(account_id, numbers) | set(held.values_list("mailbox", flat=True))
    for mailbox in Mailbox.objects.filter(pk__in=rows):
        listing.refresh(mailbox, numbers, events.raise_state(mailbox.pk))


def _of(account_id: int, numbers: set[int]) -> list[int]:
    return list(Message.objects.filter(account=account_id, thread__in=numbers).values_list("pk", flat=True))
