"""A folder was renamed here: the rules that file into it, or into one below it, file into it by its new name."""

from __future__ import annotations

from dataclasses import replace

from imapbridge import scripts
from imapbridge.models import PendingChange
from imapbridge.sieve import script
from imapbridge.sieve.rules import Action, Deed, Filters, Rule
from imapbridge.sync.hierarchy import moved_names
from webmail.filters import standing

MOST_TOLD = 20
_FILES = {Deed.FILE, Deed.TRASH}


def is_owed(account_id: int, now: str) -> bool:
    """The mail server has not renamed it yet: until then mail has to be filed under the old name."""
    kind = PendingChange.Kind.RENAME
    return PendingChange.objects.filter(account=account_id, kind=kind, name=now, confirmed_at=None).exists()


def follow(account_id: int, before: str, now: str, delimiter: str) -> bool:
    """Returns whether a rule was changed. Whether the script runs is left as it is. Raises MailErrors."""
    found = standing.read(account_id)
    changed = renamed(found.filters, before, now, delimiter)
    if not found.own or changed is found.filters:
        return False
    text = script.write(changed, found.abilities)
    scripts.change(account_id, [("put", found.own, text)], found.shelf)
    return True


def renamed(filters: Filters, before: str, now: str, delimiter: str) -> Filters:
    """The same when no rule files there. What was changed is told in it."""
    rules = tuple(_renamed(rule, before, now, delimiter) for rule in filters.rules)
    if rules == filters.rules:
        return filters
    told = (*filters.told, ("renamed", before, now))
    return replace(filters, rules=rules, told=told[-MOST_TOLD:])


def _renamed(rule: Rule, before: str, now: str, delimiter: str) -> Rule:
    filed = {action.value for action in rule.actions if action.deed in _FILES}
    names = moved_names(filed, before, now, delimiter)
    actions = tuple(
        Action(one.deed, names.get(one.value, one.value)) if one.deed in _FILES else one for one in rule.actions
    )
    return replace(rule, actions=actions)
