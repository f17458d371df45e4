"""A rule applied to messages that are here already: what it would have done to them when they came, but that nothing is
sent on. In the caller's turn, as a part of a Job."""

from __future__ import annotations

import json
from collections.abc import Iterable

from imapbridge.actions import filing, labels, marks
from imapbridge.models import Entry, Job, Mailbox, PendingChange
from imapbridge.queries import judged
from imapbridge.sieve import kept
from imapbridge.sieve.judging import judge
from imapbridge.sieve.rules import Action, Deed, Rule

_FILES = {Deed.FILE, Deed.TRASH}


def apply(job: Job, entries: list[Entry]) -> list[int]:
    """To those that it holds for. What cannot be told is left alone. Returns the keys of the changes."""
    rule = kept.rule_in(json.loads(job.rule))
    messages = judged.messages(one.message_id for one in entries)
    found = [
        one for one in entries if one.message_id in messages and judge(rule, judged.letter(messages[one.message_id]))
    ]
    if not found:
        return []
    changes = _flag(job.account_id, [one.message_id for one in found], rule.actions)
    return changes + _file(job, rule, [one.pk for one in found])


def targets(account_id: int, rule: Rule) -> list[Mailbox]:
    """Where it files to, each once; those that are not there are left out."""
    names = {action.value for action in rule.actions if action.deed in _FILES}
    return list(Mailbox.objects.filter(account=account_id, name__in=names, selectable=True, leaving=False))


def _flag(account_id: int, messages: list[int], actions: Iterable[Action]) -> list[int]:
    changes: list[int] = []
    for action in actions:
        if action.deed == Deed.READ:
            changes += marks.set_seen(account_id, messages, True)
        elif action.deed == Deed.STAR:
            changes += marks.set_flagged(account_id, messages, True)
        elif action.deed == Deed.LABEL:
            changes += labels.set_label(account_id, messages, action.value, True)
    return changes


def _file(job: Job, rule: Rule, entries: list[int]) -> list[int]:
    """Copies, and the last one is the move, unless they are kept where they are."""
    places = [box for box in targets(job.account_id, rule) if box.pk != job.mailbox_id]
    stays = any(action.deed == Deed.KEEP for action in rule.actions)
    changes: list[int] = []
    for number, place in enumerate(places, 1):
        fresh = sorted(Entry.objects.filter(pk__in=entries, expunged=False), key=lambda one: one.uid)
        is_move = number == len(places) and not stays
        kind = PendingChange.Kind.MOVE if is_move else PendingChange.Kind.COPY
        changes += filing.file(job.mailbox, place, fresh, kind)
    return changes
