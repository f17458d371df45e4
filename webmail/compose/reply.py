"""From a message and a wish to a draft that begins right: to whom, from whom, under which subject, in which
conversation. The draft is not saved. Never decides what is quoted: see `quote`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.identities import default_of, for_addresses
from accounts.models import Identity
from imapbridge.mime.build import new_message_id
from imapbridge.mime.headers import clean, message_ids
from imapbridge.mime.subject import is_reply, is_reply_or_forward, topic
from imapbridge.models import Message
from imapbridge.terms.envelope import Address
from webmail.compose.recipients import known_as, recipients, written
from webmail.models import Draft

KINDS = ("reply", "all", "forward", "attach", "again")
"""Reply, reply all, forward inline, forward as an attachment, edit as new."""
FORWARDS = ("forward", "attach")
MOST_REFERENCES = 60
"""Ids: the root of the conversation, and the nearest ancestors."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets an answer."""

    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()


def new_draft(account_id: int, identity: Identity) -> Draft:
    """An empty one."""
    message_id = new_message_id(identity.address.rpartition("@")[2])
    return Draft(account_id=account_id, identity=identity if identity.pk else None, message_id=message_id)


def begin(message: Message, kind: str, identities: list[Identity], followup: str = "") -> Draft:
    """`kind` is one of KINDS. `followup`: the message's Mail-Followup-To field, which a list may set."""
    identity = _from(message, identities)
    draft = new_draft(message.account_id, identity)
    if kind == "again":
        return _again(draft, message)
    draft.subject = forward_subject(message.subject) if kind in FORWARDS else reply_subject(message.subject)
    draft.answers = {
        "kind": "forward" if kind in FORWARDS else "reply", "message_id": message.message_id, "message": message.pk,
    }  # fmt: skip
    draft.references = " ".join(references(message))
    if kind in FORWARDS:
        return draft
    draft.in_reply_to = message.message_id
    mine = {known_as(one.address) for one in identities} | {known_as(message.account.address)}
    audience = answer_to(message.recipients, mine, everybody=kind == "all", followup=followup)
    draft.to, draft.cc = written(audience.to), written(audience.cc)
    if kind == "all" and _came_blind(message, mine):
        draft.answers["blind"] = True
    return draft


def _came_blind(message: Message, mine: set[str]) -> bool:
    """Whether nobody but its writer knows that one has it; what came by a list or from oneself did not come blind."""
    named = {_bare(pair[1]) for name in ("from", "to", "cc") for pair in message.recipients.get(name, ())}
    return not message.list_id and named.isdisjoint(map(_bare, mine))


def _bare(address: str) -> str:
    """Without the detail of a plus-address (RFC 5233)."""
    local, _at, domain = known_as(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def continued(message: Message, identities: list[Identity]) -> Draft:
    """The draft that another program left in the Drafts mailbox: the same message, and no new one."""
    draft = _again(new_draft(message.account_id, _from(message, identities)), message)
    draft.message_id = message.message_id or draft.message_id
    draft.in_reply_to, draft.references = message.in_reply_to, message.references
    return draft


def whom(message: Message) -> dict[str, str]:
    """`to`, `cc` and `bcc` of a message, as they are typed."""
    return {name: written(_people(message.recipients.get(name, ()))) for name in ("to", "cc", "bcc")}


def _again(draft: Draft, message: Message) -> Draft:
    for name, people in whom(message).items():
        setattr(draft, name, people)
    draft.subject = clean(message.subject)
    return draft


def _from(message: Message, identities: list[Identity]) -> Identity:
    """Whom it came to; what one wrote oneself, whom it was from."""
    found = message.recipients
    wrote = [message.sender_address] if message.sender_address else []
    mine = for_addresses(identities, wrote)
    if wrote and known_as(mine.address) == known_as(wrote[0]):
        return mine
    return for_addresses(identities, [pair[1] for name in ("to", "cc", "bcc") for pair in found.get(name, ())])


def answer_to(found: dict[str, list[list[str]]], mine: set[str], *, everybody: bool, followup: str = "") -> Audience:
    """`found` as `Message.recipients` has it; `mine` are addresses as `known_as` has them.

    To whom its writer wants answers to go, else to its writer. An answer to what one wrote oneself goes to whom that
    went. One's own addresses are left out, unless there is nobody else.
    """
    writer = _people(found.get("from", ()))
    to = _people(found.get("to", ()))
    cc = _people(found.get("cc", ()))
    is_own = bool(writer) and all(known_as(one.address) in mine for one in writer)
    if everybody and (named := [one.value for one in recipients(followup) if one.is_valid]):
        return Audience(tuple(_others(named, mine) or named))
    first = to if is_own else _people(found.get("reply_to", ())) or writer
    if not everybody:
        return Audience(tuple(_others(first, mine) or first))
    wanted = _others([*first, *to], mine)
    seen = mine | {known_as(one.address) for one in wanted}
    return Audience(tuple(wanted or _once(first)), tuple(_others(cc, seen)))


def _people(pairs: Iterable[Sequence[str]]) -> list[Address]:
    return [Address(clean(name), address) for name, address in pairs if address]


def _others(people: Iterable[Address], without: set[str]) -> list[Address]:
    return [one for one in _once(people) if known_as(one.address) not in without]


def _once(people: Iterable[Address]) -> list[Address]:
    return list({known_as(one.address): one for one in reversed(list(people))}.values())[::-1]


def reply_subject(subject: str) -> str:
    """One mark, whatever marks of answers stood there in any language."""
    return f"Re: {topic(clean(subject))}".strip()


def forward_subject(subject: str) -> str:
    subject = clean(subject)
    is_forward = is_reply_or_forward(subject) and not is_reply(subject)
    return subject if is_forward else f"Fwd: {topic(subject)}".strip()


def references(message: Message) -> list[str]:
    """RFC 5322 3.6.4: those of the message, or what it answers, and the message itself."""
    before = message_ids(message.references) or message_ids(message.in_reply_to)
    found = list(dict.fromkeys((*before, *message_ids(message.message_id))))
    return found if len(found) <= MOST_REFERENCES else [found[0], *found[1 - MOST_REFERENCES :]]


def blank(account_id: int, identities: list[Identity]) -> Draft:
    """A new message."""
    return new_draft(account_id, default_of(identities))
