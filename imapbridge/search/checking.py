"""Whether the words of an account are those of its messages, and what SQLite's FTS5 has of them. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from imapbridge.models import Message, MessageText, Mirror
from imapbridge.search.fulltext import engine


def faults(account_id: int) -> Iterator[str]:
    """A line for each kind of fault. What waits for its words (`catching_up`) is none."""
    read = Mirror.objects.filter(account=account_id).values_list("messages_read", flat=True).first() or 0
    lacking = Message.objects.filter(account=account_id, pk__lte=read).exclude(
        Exists(MessageText.objects.filter(message=OuterRef("pk")))
    )
    if count := lacking.count():
        yield f"words: {count} messages have none"
    left = MessageText.objects.filter(account=account_id).exclude(
        Exists(Message.objects.filter(pk=OuterRef("message"), account=account_id))
    )
    if count := left.count():
        yield f"words: {count} are of no message"
    if not engine().is_sound(account_id):
        yield "words: what is found by them is not what stands there"
