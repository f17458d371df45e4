"""Saving drafts so that no word is lost: a save names the revision it knows, and of two the later one is told.

Every function here is short and synchronous; the copy in the Drafts mailbox is made later (`mirror`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from html import escape
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from webmail.compose import mirror, moving, uploads, versions
from webmail.compose.quote import sanitized, unwrapped
from webmail.models import Draft, Outgoing

HAD_BACK = timedelta(days=1)
"""For how long what was thrown away can be had back."""
UNTOUCHED = timedelta(days=2)
"""After which a draft that nothing was ever typed into is swept."""


class TooComplex(Exception):
    """The HTML is more than can be made safe. Nothing was saved."""


class ChangedElsewhere(Exception):
    """Another page saved the draft after this one had read it. `draft` is how it is now: it stays so, and what was to
    be saved is kept among its earlier versions."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft)
        self.draft = draft


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form of a composer holds."""

    identity_id: int | None
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    """As the editor has it: not believed."""
    is_rich: bool = False
    priority: str = ""
    receipt: bool = False
    dsn: bool = False
    account_id: int | None = None
    """Through which it is sent from now on; None: as before."""


def save(draft: Draft, typed: Typed, revision: int, tab: str, *, anyway: bool = False, leaving: bool = False) -> Draft:
    """The draft as saved. Raises ChangedElsewhere unless `anyway`, TooComplex, and Draft.DoesNotExist: sent, or gone.

    A page whose answer got lost may name a revision that is older than its own last save: that is no conflict.
    `leaving`: the page is open no more.
    """
    values = _values(typed)
    if moved := typed.account_id not in (None, draft.account_id):
        values |= {"mirrored": 0, "mirrored_size": 0}
    else:
        del values["account_id"]
    open_ = Draft.objects.filter(pk=draft.pk, outgoing=None)
    values |= {"revision": F("revision") + 1, "tab": tab, "is_open": not leaving}
    values |= {"saved_at": timezone.now(), "discarded_at": None}
    while not _replaced(open_, open_.get(), values, revision, anyway=anyway):
        pass  # another save was quicker, and is looked at
    if moved:  # its copy lies in the Drafts mailbox of the account that it has left
        mirror.withdraw(draft)
    draft.refresh_from_db()
    versions.tell(draft)
    return draft


def _values(typed: Typed) -> dict[str, Any]:
    safe = sanitized(typed.html if typed.is_rich else "")
    if safe.cut:
        raise TooComplex
    return asdict(typed) | {"html": unwrapped(safe)}


def _replaced(open_: QuerySet[Draft], held: Draft, values: dict[str, Any], revision: int, *, anyway: bool) -> bool:
    """Whether `held`, which is how it is in the database, still was so. What another page wrote is kept before."""
    is_own = bool(held.tab) and held.tab == values["tab"]
    if not anyway and revision != held.revision and not is_own:
        versions.keep(held, values)
        if not values["tab"]:  # without a script nobody says later what gives way
            versions.keep(held, versions.words_of(held))
        raise ChangedElsewhere(held)
    with transaction.atomic():
        if not is_own and held.revision and (anyway or held.tab) and _differs(held, values):
            versions.keep(held, versions.words_of(held))
        return bool(moving.update(open_.filter(revision=held.revision), values))


def _differs(held: Draft, values: dict[str, Any]) -> bool:
    return any(values[name] != value for name, value in versions.words_of(held).items() if name in values)


def keep(draft: Draft, typed: Typed) -> None:
    """What was typed gives way to what is saved: it is kept among the earlier versions. TooComplex."""
    values = _values(typed)
    if _differs(draft, values):
        versions.keep(draft, values)


def named(draft: Draft, name: str) -> Draft:
    """A new one, saved. Under a `name` there is one only: it is the one that is there already, if it is. Its Message-ID
    has the name, unless that has gone: what is typed after that is another message."""
    if not name:
        draft.save()
        return draft
    own, draft.message_id = draft.message_id, f"<{name}@{draft.message_id.partition('@')[2]}"
    gone = Outgoing.objects.filter(account__user=draft.account.user_id, message_id=draft.message_id)
    mine = Draft.objects.select_related("account__user", "identity").filter(account__user=draft.account.user_id)
    try:
        with transaction.atomic():
            if found := mine.filter(message_id=draft.message_id).first():
                return found
            if gone.exclude(state__in=(Outgoing.State.TAKEN_BACK, Outgoing.State.REFUSED)).exists():
                draft.message_id = own
            draft.save()
    except IntegrityError:  # another request was quicker
        return mine.get(message_id=draft.message_id)
    return draft


def begun_with(draft: Draft, text: str) -> Draft:
    """What was typed before there was a composer stands first in it; not saved."""
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.strip().splitlines())
    draft.html = f"{lines}{draft.html}" if draft.is_rich else ""
    draft.text = f"{text.strip()}\n{draft.text}".rstrip()
    return draft


def begin_with(draft: Draft, text: str, subject: str = "") -> Draft:
    """The same, saved; with a subject where there is none yet."""
    begun = begun_with(draft, text)
    Draft.objects.filter(pk=draft.pk).update(
        html=begun.html, text=begun.text, subject=draft.subject or subject, revision=F("revision") + 1
    )
    draft.refresh_from_db()
    return draft


def discard(draft: Draft) -> None:
    """Throw it away; it can be had back for a while."""
    Draft.objects.filter(pk=draft.pk, outgoing=None).update(discarded_at=timezone.now())


def restore(draft: Draft) -> None:
    Draft.objects.filter(pk=draft.pk).update(discarded_at=None)


def remove(draft: Draft) -> None:
    """For good, with its files."""
    files = list(draft.files.all())
    draft.delete()
    transaction.on_commit(lambda: uploads.forget(files))


def is_untouched(draft: Draft) -> bool:
    """Whether nothing was ever saved by a person, so that nothing is lost with it."""
    return draft.revision == 0


def sweep() -> int:
    """Remove what was thrown away, and what was begun and never touched. Returns how many went."""
    now = timezone.now()
    gone = Q(discarded_at__lt=now - HAD_BACK) | Q(revision=0, created_at__lt=now - UNTOUCHED)
    found = list(Draft.objects.filter(gone, outgoing=None))
    for draft in found:
        remove(draft)
    uploads.sweep()
    return len(found)


def unseal(draft: Draft) -> Draft:
    """Make what is quoted a part of what is typed, to be edited as any of it."""
    quote, text = draft.quote, f"{draft.text.rstrip()}\n\n{draft.quote_text}"
    changed = Draft.objects.filter(pk=draft.pk, revision=draft.revision, outgoing=None).exclude(quote="")
    changed.update(
        html=f"{draft.html}<br>{quote}" if draft.is_rich else "", text=text, quote="", quote_text="",
        revision=F("revision") + 1, saved_at=timezone.now(),
    )  # fmt: skip
    draft.refresh_from_db()
    return draft
