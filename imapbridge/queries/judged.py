"""Messages as a rule judges them: what the index knows, and what it does not."""

from __future__ import annotations

from collections.abc import Iterable

from imapbridge.models import Entry, Message
from imapbridge.sieve.judging import Letter, is_known
from imapbridge.sieve.rules import Deed, Rule

COLUMNS = ("subject", "sender_name", "sender_address", "recipients", "list_id", "size", "has_attachment")
CUT = 200
"""Of so many recipients and more in one field, the index has the first only."""
APPLIED = {Deed.FILE, Deed.TRASH, Deed.LABEL, Deed.READ, Deed.STAR}
"""What can be done to mail that is here already: it is not sent on again."""


def latest(mailbox_id: int, most: int) -> list[Entry]:
    """The latest of a mailbox with their messages, the newest first. One query."""
    entries = Entry.objects.filter(mailbox=mailbox_id, expunged=False).select_related("message")
    fields = [f"message__{name}" for name in COLUMNS]
    return list(entries.only("uid", "sort_at", *fields).order_by("-sort_at", "-pk")[:most])


def messages(keys: Iterable[int]) -> dict[int, Message]:
    """By their keys. One query."""
    return Message.objects.only(*COLUMNS).in_bulk(list(keys))


def letter(message: Message) -> Letter:
    people = {
        name: tuple((str(person), str(address)) for person, address in message.recipients.get(name, ()))
        for name in ("from", "to", "cc")
    }
    if not people["from"] and message.sender_address:
        people["from"] = ((message.sender_name, message.sender_address),)
    cut = any(len(some) >= CUT for some in people.values())
    # Whether a part calls itself an attachment is not quite what a paper clip in the list means.
    return Letter(people, message.subject, message.list_id, message.size, message.has_attachment, cut=cut)


def is_applicable(rule: Rule) -> bool:
    """Whether something of it can be done to mail that is here."""
    return is_known(rule) and any(action.deed in APPLIED for action in rule.actions)
