"""A rule against the latest mail of the inbox, by what the index knows of it. Asks no server, changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from imapbridge.models import Mailbox, Message
from imapbridge.queries.judged import is_applicable, letter, letters
from imapbridge.sieve.judging import judge
from imapbridge.sieve.rules import Rule

LATEST = 200
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """`found`: the first of those that it holds for. `untold`: of how many the index alone cannot tell."""

    found: list[Message]
    count: int
    of: int
    untold: int
    applicable: bool


def on_latest(account_id: int, rule: Rule) -> Trial:
    inbox = Mailbox.objects.filter(account=account_id, special_use="inbox").first()
    messages = letters(inbox.pk, LATEST) if inbox else []
    judged = [(message, judge(rule, letter(message))) for message in messages]
    found = [message for message, holds in judged if holds]
    untold = sum(holds is None for _message, holds in judged)
    return Trial(found[:SHOWN], len(found), len(messages), untold, is_applicable(rule))
