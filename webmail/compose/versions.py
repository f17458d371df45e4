"""Earlier versions of a draft: what gave way to words from another page, another device or another program.

Nothing that somebody typed goes because somebody else typed too: it is kept here, some of it for each draft, and can be
had back, whereupon what stood there is kept in its turn. Open pages are told of what happens to a draft elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from imapbridge import events
from webmail.models import Draft, DraftVersion
from webmail.models.drafts import Words

WORDS = tuple(field.name for field in Words._meta.fields)
"""The fields of a draft that are kept."""
MOST = 10
"""For each draft; the oldest go."""
BUSY = timedelta(minutes=2)
"""For how long a page that saved something is taken to be written on still."""


def words_of(one: Draft | DraftVersion) -> dict[str, Any]:
    return {name: getattr(one, name) for name in WORDS}


def keep(draft: Draft, words: Mapping[str, Any], *, is_foreign: bool = False) -> bool:
    """Keep `words` (the fields of `WORDS`; what is not named is as in the draft). False when there are none, or they
    are kept already."""
    kept = {name: words.get(name, getattr(draft, name)) for name in WORDS}
    if not any(kept[name].strip() for name in ("to", "cc", "bcc", "subject", "text", "html")):
        return False
    if draft.versions.filter(**kept).exists():
        return False
    draft.versions.create(**kept, is_foreign=is_foreign)
    old = draft.versions.values_list("pk", flat=True)[MOST : 2 * MOST]
    DraftVersion.objects.filter(pk__in=list(old)).delete()
    return True


def restore(draft: Draft, version: DraftVersion) -> Draft:
    """Have the version's words back; those that stand there are kept instead."""
    values = words_of(version) | {"revision": F("revision") + 1, "saved_at": timezone.now()}
    with transaction.atomic():
        keep(draft, words_of(draft))
        Draft.objects.filter(pk=draft.pk, revision=draft.revision, outgoing=None).update(**values)
    draft.refresh_from_db()
    return draft


def is_busy(draft: Draft, now: datetime) -> bool:
    """Whether a page seems to be written on. Only that page knows whether it is itself."""
    return draft.is_open and draft.revision > 0 and draft.saved_at > now - BUSY


def has_foreign(draft: Draft) -> bool:
    """Whether another program's version was kept since a person last saved the draft."""
    return draft.versions.filter(is_foreign=True, kept_at__gt=draft.saved_at).exists()


def tell(draft: Draft, *, is_foreign: bool = False) -> None:
    """Open pages hear that the draft was saved, and by which of them; or that another program's version was kept."""
    said = {"draft": draft.pk, "revision": draft.revision, "tab": draft.tab, "foreign": is_foreign}
    told = partial(events.tell, events.group(draft.account_id), {"type": "draft.changed", **said})
    transaction.on_commit(told, robust=True)
