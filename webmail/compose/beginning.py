"""A draft that begins from a message: its words, what is quoted, and the files that go along, all saved.

Raises MailError when what it needs of the message can not be had.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Identity, MailAccount
from imapbridge import bodies
from imapbridge.mime.headers import clean, decode_text
from imapbridge.mime.parse import parse
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail.compose import mirror, quote, redirecting, reply, uploads, versions
from webmail.compose.composed import identity_of
from webmail.compose.signing import sign
from webmail.models import Draft


def from_nothing(account: MailAccount, identities: list[Identity]) -> Draft:
    """A new message, not saved."""
    draft = reply.blank(account.pk, identities)
    draft.account = account
    sign(draft, identity_of(draft, identities))
    return draft


def from_message(message: Message, kind: str, identities: list[Identity], when: str) -> tuple[Draft, list[str]]:
    """`kind` is one of `reply.KINDS`; `when`: the message's date in words. Also tells which files were too much."""
    followup = decode_text(parse(bodies.header_of(message)).header("Mail-Followup-To")) if kind == "all" else ""
    draft = reply.begin(message, kind, identities, followup)
    draft.account = message.account
    if kind == "attach":
        return _attached(draft, message, identities)
    found = quote.original(message)
    if kind == "again":
        _go_on(draft, found)
    else:
        draft.is_rich = found.is_rich or kind == "forward"
        draft.quote, draft.quote_text = _below(message, kind, found, when)
        sign(draft, identity_of(draft, identities))
    draft.save()
    along = [("", part) for part in found.attached] if kind in ("forward", "again") else []
    return draft, _bring(draft, message, [*found.images, *along])


def from_drafts(message: Message, identities: list[Identity]) -> tuple[Draft, list[str]]:
    """What lies in the Drafts mailbox: the draft whose copy it is, with what another program made of it, else one that
    goes on with it."""
    held = mirror.of_message(message)
    if held is not None:
        held.account = message.account
        if not (held.mirrored and mirror.is_from_elsewhere(held, message)):
            return held, []
        if held.mirrored != held.revision:  # somebody typed here as well
            mirror.keep(held, message)
            return held, []
    draft = reply.continued(message, identities)
    draft.account = message.account
    found = quote.original(message)
    _go_on(draft, found)
    # It has words already, and its copy is the one that was opened.
    draft.revision = draft.mirrored = 1
    draft.mirrored_size = message.size
    if held is not None and not _takes_the_place(draft, held):
        return held, []
    draft.save()
    versions.tell(draft)
    return draft, _bring(draft, message, [*found.images, *(("", part) for part in found.attached)])


def _takes_the_place(draft: Draft, held: Draft) -> bool:
    """Of `held`, whose number it has from now on, so that pages that have that open are told. Its words are kept.
    False: somebody typed there meanwhile."""
    claimed = Draft.objects.filter(pk=held.pk, revision=held.revision, outgoing=None)
    if not claimed.update(revision=held.revision + 1):
        held.refresh_from_db()
        return False
    versions.keep(held, versions.words_of(held))
    for file in mirror.files_along(held):
        uploads.remove(file)
    draft.pk, draft.created_at, draft.answers = held.pk, held.created_at, held.answers
    draft.revision = draft.mirrored = held.revision + 1
    return True


def _go_on(draft: Draft, found: quote.Original) -> None:
    draft.is_rich, draft.text = found.is_rich, found.text
    draft.html = found.html if found.is_rich else ""


def _below(message: Message, kind: str, found: quote.Original, when: str) -> tuple[str, str]:
    who = clean(message.sender_name) or message.sender_address
    if kind == "forward":
        names = {"from": _("From"), "to": _("To"), "cc": _("Cc")}
        fields = [(name, _people(message.recipients.get(key, ()))) for key, name in names.items()]
        fields[1:1] = [(_("Date"), when), (_("Subject"), clean(message.subject))]
        return quote.forwarded(
            _("---------- Forwarded message ----------"), [pair for pair in fields if pair[1]], found
        )
    said = _("On {when}, {who} wrote:").format(when=when, who=who) if when else _("{who} wrote:").format(who=who)
    return quote.below(said, found)


def _people(pairs: Iterable[list[str]]) -> str:
    return ", ".join(f"{clean(name)} <{address}>" if name else address for name, address in pairs)


def _attached(draft: Draft, message: Message, identities: list[Identity]) -> tuple[Draft, list[str]]:
    sign(draft, identity_of(draft, identities))
    draft.save()
    name = f"{clean(message.subject)[:80] or _('message')}.eml"
    try:
        uploads.store(draft, name, "message/rfc822", redirecting.passed_on(bodies.open_message(message)))
    except uploads.TooMuch:
        return draft, [name]
    return draft, []


def _bring(draft: Draft, message: Message, parts: list[tuple[str, Part]]) -> list[str]:
    left_out = []
    for content_id, part in parts:
        name = part.filename or (_("message.eml") if part.media_type == "message/rfc822" else _("file"))
        try:
            uploads.store(draft, name, part.media_type, bodies.open_part(message, part), content_id)
        except uploads.TooMuch:
            left_out.append(name)
    return left_out
