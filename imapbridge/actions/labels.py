"""Labels: keywords on messages, and marks of the same kind."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from imapbridge.actions.owing import owe
from imapbridge.models import Entry, PendingChange
from imapbridge.sync import labelling, refusals
from imapbridge.sync.content import FLAG_COLUMNS, FlagValues
from imapbridge.terms import labels as terms
from imapbridge.writing import writing

CHUNK = 500


def set_label(account_id: int, messages: Collection[int], keyword: str, wanted: bool) -> list[int]:
    """Put a keyword, or a flag that no count is kept of, on messages in every mailbox that holds them, or take it away.
    Returns the keys of the changes."""
    changes = []
    words = {"add" if wanted else "remove": [keyword]}
    with writing(account_id):
        if wanted and terms.is_label(keyword):
            labelling.learn(account_id, [keyword])
        for _, group in groupby(
            _different(account_id, list(messages), keyword, wanted), key=lambda one: one.mailbox_id
        ):
            entries = list(group)
            box = entries[0].mailbox
            refusals.put_flags(box, entries, add=words.get("add", ()), remove=words.get("remove", ()))
            uids = [one.uid for one in entries]
            change = owe(
                account_id, box.pk, PendingChange.Kind.FLAGS, uids, uid_validity=box.uid_validity or 0, **words
            )
            changes.append(change.pk)
    return changes


def _different(account_id: int, messages: list[int], keyword: str, wanted: bool) -> list[Entry]:
    """The places where it is not as wanted, those of one mailbox together."""
    found: list[Entry] = []
    for start in range(0, len(messages), CHUNK):
        some = messages[start : start + CHUNK]
        entries = Entry.objects.filter(account=account_id, message__in=some, expunged=False)
        found += [one for one in entries.select_related("mailbox") if (keyword in _words(one)) != wanted]
    return sorted(found, key=lambda one: (one.mailbox_id, one.uid))


def _words(entry: Entry) -> set[str]:
    return FlagValues.of_columns(*(getattr(entry, name) for name in FLAG_COLUMNS)).flags()
