"""What a message became the origin of: it was answered or forwarded."""

from __future__ import annotations

from imapbridge.actions.labels import set_label
from imapbridge.models import Message, ThreadRef
from imapbridge.terms import flags
from imapbridge.terms.refs import digest

MARKS = {"reply": flags.ANSWERED, "forward": flags.FORWARDED}


def mark_original(account_id: int, message_id: str, kind: str) -> list[int]:
    """Put `\\Answered` (`kind` reply) or `$Forwarded` (forward) on a message that is known by its Message-ID, wherever
    it lies. Returns the keys of the changes; none when it is gone."""
    if not message_id or kind not in MARKS:
        return []
    thread = ThreadRef.objects.filter(account=account_id, ref=digest(message_id)).values_list("thread", flat=True)
    found = Message.objects.filter(account=account_id, thread__in=thread, message_id=message_id)
    return set_label(account_id, list(found.values_list("pk", flat=True)), MARKS[kind], True)
