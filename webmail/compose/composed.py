"""A draft -> the message that is sent, or kept in the Drafts mailbox. Reads rows and names files; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from accounts.identities import default_of, identities_of
from accounts.models import Identity
from imapbridge.mime.build import Composed, File
from imapbridge.mime.headers import clean, message_ids
from imapbridge.terms.envelope import Address
from webmail.compose.recipients import Recipient, recipients
from webmail.models import Draft, Upload

FIELDS = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a draft names. `wrong`: what is none, as it was typed, in order."""

    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.to) + len(self.cc) + len(self.bcc)


def audience(draft: Draft) -> Audience:
    """What its three fields name."""
    found = [recipients(getattr(draft, name)) for name in FIELDS]
    wrong = [one.typed for field in found for one in field if not one.is_valid]
    to, cc, bcc = map(_valid, found)
    return Audience(to, cc, bcc, tuple(wrong))


def _valid(found: list[Recipient]) -> tuple[Address, ...]:
    return tuple(one.value for one in found if one.is_valid)


def identity_of(draft: Draft, identities: list[Identity] | None = None) -> Identity:
    """Whom it is from; the account's default when that one is gone."""
    found = identities_of(draft.account) if identities is None else identities
    return next((one for one in found if one.pk and one.pk == draft.identity_id), default_of(found))


def composed(draft: Draft, date: datetime, *, files: list[Upload] | None = None) -> Composed:
    """The message. `files`: those that go along, when not all of its own do. An image that was taken out of the text
    does not, and with plain text none does."""
    identity, to = identity_of(draft), audience(draft)
    sent = [one for one in (draft.files.all() if files is None else files) if one.is_whole]
    html = document(draft) if draft.is_rich else ""
    shown = [one for one in sent if one.content_id and html and f"cid:{one.content_id}" in html]
    return Composed(
        message_id=draft.message_id, date=date, from_=Address(clean(identity.name), identity.address),
        reply_to=_valid(recipients(identity.reply_to)), to=to.to, cc=to.cc,
        bcc=tuple(dict.fromkeys((*to.bcc, *_valid(recipients(identity.bcc))))),
        subject=clean(draft.subject), text=text(draft), html=html,
        inline=tuple(map(_file, shown)), files=tuple(_file(one) for one in sent if not one.content_id),
        in_reply_to=draft.in_reply_to, references=message_ids(draft.references),
        priority=draft.priority or "",  # type: ignore[arg-type]  # its choices are those of Priority
        wants_receipt=draft.receipt,
    )  # fmt: skip


def _file(one: Upload) -> File:
    return File(one.path, one.size, one.name, one.media_type, one.content_id)


def text(draft: Draft) -> str:
    """All of it as plain text."""
    return "\n\n".join(filter(None, (draft.text.rstrip(), draft.quote_text.rstrip())))


def document(draft: Draft) -> str:
    """All of it as an HTML document: what was typed, and below it what is quoted, as it was."""
    below = f"<br>{draft.quote}" if draft.quote else ""
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>'
        f"{escape(clean(draft.subject))}</title></head>\n<body>{draft.html}{below}</body></html>\n"
    )


def size(draft: Draft) -> int:
    """About how many octets the message will have: files grow by 37 in 100 (base64, in lines)."""
    files = sum(one.size for one in draft.files.all())
    words = len(draft.text) + len(draft.quote_text) + len(draft.html) + len(draft.quote)
    return 4096 + 2 * words + files * 137 // 100
