"""A rule against the latest mail of the inbox: by what the index knows of it and, where other headers are asked for, by
those as the mail server has them, within some seconds. Changes nothing."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace

from imapbridge import client
from imapbridge.errors import MailError, MessageGone, TooLarge
from imapbridge.models import Entry, Mailbox, Message
from imapbridge.queries.judged import is_applicable, latest, letter
from imapbridge.sieve.judging import judge
from imapbridge.sieve.rules import Field, Rule
from webmail.reading.source import header_fields

LATEST = 200
SHOWN = 20
WAIT = 8.0
"""Seconds for the headers of all of them."""

Judged = tuple[Entry, bool | None]


@dataclass(frozen=True, slots=True)
class Trial:
    """`found`: the first of those that it holds for. `untold`: of how many it cannot be told here."""

    found: list[Message]
    count: int
    of: int
    untold: int
    applicable: bool


def on_latest(account_id: int, rule: Rule) -> Trial:
    inbox = Mailbox.objects.filter(account=account_id, special_use="inbox").first()
    entries = latest(inbox.pk, LATEST) if inbox else []
    judged = [(one, judge(rule, letter(one.message))) for one in entries]
    if any(condition.field == Field.HEADER for condition in rule.conditions):
        judged = _with_headers(account_id, rule, judged)
    found = [one.message for one, holds in judged if holds]
    untold = sum(holds is None for _one, holds in judged)
    return Trial(found[:SHOWN], len(found), len(entries), untold, is_applicable(rule))


def _with_headers(account_id: int, rule: Rule, judged: list[Judged]) -> list[Judged]:
    """What could not be told, by the headers as the mail server has them, as far as it gives them in time."""
    until = time.monotonic() + WAIT
    asked = [condition.header.lower() for condition in rule.conditions if condition.field == Field.HEADER]
    told = list[Judged]()
    for entry, holds in judged:
        headers = None
        if holds is None and entry.uid > 0 and time.monotonic() < until:
            headers = _headers(account_id, entry)
            until = until if headers is not None else 0
            headers = headers and dict.fromkeys(asked, ()) | headers  # what is not among them is not there
        told.append((entry, holds if headers is None else judge(rule, replace(letter(entry.message), headers=headers))))
    return told


def _headers(account_id: int, entry: Entry) -> dict[str, tuple[str, ...]] | None:
    """None when the mail server cannot be asked now. Of one that is gone meanwhile there are none."""
    try:
        block = client.fetch(account_id, entry.mailbox_id, entry.uid, ["HEADER"])["HEADER"]
    except (MessageGone, TooLarge):
        return {}
    except MailError:
        return None
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for one in header_fields(block):
        found[one.name.lower()] += (one.value,)
    return found
