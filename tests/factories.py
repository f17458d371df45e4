"""Rows of the index, made directly: many at once, without a mail server.

    user, account = person("alice@example.com")
    inbox = fill_mailbox(account, 10_000)

They are what a complete sync would have left behind: every message is a conversation of its own unless `thread` says
otherwise.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any

from django.db.models import F

from accounts.models import MailAccount, User
from imapbridge.models import Body, Entry, Mailbox, MailboxThread, Message
from imapbridge.terms.part import Part

SENDERS = [
    ("Wren Calloway", "wren@example.org"),
    ("Tomás Lindqvist", "tomas@press.example.com"),
    ("Northline Rail", "bookings@northline.example"),
    ("佐藤 美咲", "misaki@example.jp"),
    ("Ines Haddad", "ines@law.example"),
]
SUBJECTS = [
    "Screens are dry, proofs are on the rack",
    "Spring print fair: table plan, float cash and the van",
    "Your booking NR-48213, 26 March",
    "来月のワークショップについて(日程のご相談)",
    "Draft lease for the mezzanine: three clauses I would push back on",
]
PLAIN = Part("1", "text/plain", charset="utf-8", encoding="8bit", size=400)


def person(address: str = "alice@example.com", **fields: Any) -> tuple[User, MailAccount]:
    """Someone who has signed in before, and their one account."""
    user = User.objects.create_user(address, name=fields.pop("name", address.split("@", maxsplit=1)[0].title()))
    return user, MailAccount.objects.create(user=user, address=address, username=address, name=user.name, **fields)


def another(user: User, address: str = "fair@press.example.com", **fields: Any) -> MailAccount:
    """One more account of a person."""
    return MailAccount.objects.create(user=user, address=address, username=address, **{"secret": "sealed"} | fields)


def mailbox(account: MailAccount, name: str = "INBOX", **fields: Any) -> Mailbox:
    """A mailbox, empty and completely synced."""
    values = {
        "delimiter": "/", "special_use": "inbox" if name == "INBOX" else "", "uid_validity": 1, "uid_next": 1,
        "lowest_uid": 1, "server_total": 0, "server_unread": 0, "state": 1,
    } | fields  # fmt: skip
    return Mailbox.objects.create(account=account, raw_name=name.encode(), name=name, **values)


def message(
    box: Mailbox,
    subject: str = "Hello",
    *,
    text: str | None = None,
    seen: bool = True,
    flagged: bool = False,
    thread: int | None = None,
    sort_at: int | None = None,
    sender: Sequence[str] = ("Wren Calloway", "wren@example.org"),
    structure: Part = PLAIN,
    **fields: Any,
) -> Message:
    """One message in a mailbox. With `text`, the body of its part 1 is cached, so that it opens without a server."""
    box.refresh_from_db()
    uid = box.uid_next or 1
    at = int(time.time()) - 60 if sort_at is None else sort_at
    made = Message.objects.create(
        account=box.account, content_key=_key(box, uid), thread=0, message_id=f"<{uid}.{box.pk}@example.org>",
        subject=subject, sender_name=sender[0], sender_address=sender[1], structure=structure.to_json(), size=1000,
        recipients={"from": [list(sender)], "to": [["", box.account.address]]}, **fields,
    )  # fmt: skip
    made.thread = thread or made.pk
    made.save(update_fields=["thread"])
    Entry.objects.create(
        account=box.account, mailbox=box, message=made, uid=uid, thread=made.thread, sort_at=at, seen=seen,
        flagged=flagged, state=box.state + 1,
    )  # fmt: skip
    Mailbox.objects.filter(pk=box.pk).update(
        uid_next=uid + 1, state=box.state + 1, total=box.total + 1, unread=box.unread + (not seen)
    )
    relist(box, made.thread)
    if text is not None:
        Body.objects.create(account_id=made.account_id, message=made, section="1", data=text.encode())
    return made


def relist(box: Mailbox, thread: int) -> None:
    """The list row of one conversation, made anew from its entries."""
    entries = list(Entry.objects.filter(mailbox=box, thread=thread, expunged=False).order_by("sort_at", "uid"))
    messages = {row.pk: row for row in Message.objects.filter(pk__in=[entry.message_id for entry in entries])}
    senders: dict[str, list[str]] = {}
    for entry in entries:
        found = messages[entry.message_id]
        senders.setdefault(found.sender_address, [found.sender_name, found.sender_address])
    latest = entries[-1]
    MailboxThread.objects.update_or_create(
        mailbox=box,
        thread=thread,
        defaults={
            "account": box.account, "latest_id": latest.message_id, "sort_at": latest.sort_at, "count": len(entries),
            "unread": sum(not entry.seen for entry in entries), "flagged": sum(entry.flagged for entry in entries),
            "has_attachment": any(row.has_attachment for row in messages.values()),
            "senders": list(senders.values()), "whole": len(entries), "keywords": [],
            "state": Mailbox.objects.get(pk=box.pk).state,
        },
    )  # fmt: skip


def fill_mailbox(account: MailAccount, n: int, name: str = "INBOX", **fields: Any) -> Mailbox:
    """A mailbox of `n` messages, the newest a minute old and each an hour older than the next; every fifth unread."""
    box = mailbox(account, name, **fields)
    now = int(time.time()) - 60
    messages = Message.objects.bulk_create([_message(box, number) for number in range(1, n + 1)], batch_size=2000)
    for made in messages:
        made.thread = made.pk
    Message.objects.filter(account=account, thread=0).update(thread=F("pk"))
    at = {made.pk: now - 3600 * index for index, made in enumerate(reversed(messages))}
    Entry.objects.bulk_create(
        [_entry(box, made, uid, at[made.pk]) for uid, made in enumerate(messages, 1)], batch_size=2000
    )
    MailboxThread.objects.bulk_create(
        [_thread(box, made, uid, at[made.pk]) for uid, made in enumerate(messages, 1)], batch_size=2000
    )
    unread = len(range(5, n + 1, 5))
    Mailbox.objects.filter(pk=box.pk).update(
        uid_next=n + 1, total=n, unread=unread, server_total=n, server_unread=unread
    )
    box.refresh_from_db()
    return box


def _key(box: Mailbox, uid: int) -> bytes:
    return hashlib.blake2b(f"{box.pk}.{uid}".encode(), digest_size=16).digest()


def _message(box: Mailbox, uid: int) -> Message:
    sender, subject = SENDERS[uid % len(SENDERS)], SUBJECTS[uid % len(SUBJECTS)]
    return Message(
        account=box.account, content_key=_key(box, uid), thread=0, message_id=f"<{uid}.{box.pk}@example.org>",
        subject=f"{subject} {uid}", sender_name=sender[0], sender_address=sender[1], size=4000,
        recipients={"from": [list(sender)], "to": [["", box.account.address]]}, structure=PLAIN.to_json(),
        has_attachment=uid % 7 == 0, preview="Final version of the table plan is attached. I moved the screen prints",
    )  # fmt: skip


def _entry(box: Mailbox, made: Message, uid: int, at: int) -> Entry:
    return Entry(
        account=box.account, mailbox=box, message=made, uid=uid, thread=made.thread, sort_at=at, seen=uid % 5 != 0,
        flagged=uid % 11 == 0, state=1,
    )  # fmt: skip


def _thread(box: Mailbox, made: Message, uid: int, at: int) -> MailboxThread:
    return MailboxThread(
        account=box.account, mailbox=box, thread=made.thread, latest_id=made.pk, sort_at=at, count=1,
        unread=int(uid % 5 == 0), flagged=int(uid % 11 == 0), has_attachment=made.has_attachment,
        senders=[[made.sender_name, made.sender_address]], whole=1, keywords=[], state=1,
    )  # fmt: skip
