"""How a message begins that is asked for by an address: from nothing, from a link, or from another message."""

from __future__ import annotations

import re

from django.http import HttpRequest, QueryDict

from accounts.identities import identities_of
from accounts.models import Identity, MailAccount
from webmail import access
from webmail.compose import beginning, drafts, outbox
from webmail.models import Draft, Outgoing
from webmail.views import shell

LINKED = ("to", "cc", "bcc", "subject", "body")
"""What a `mailto:` link may say (RFC 6068); never a file."""
LONGEST_LINK = 20_000
BEGINNINGS = ("all", "forward", "attach", "again", "draft", "reply")
"""What may name the message that a draft begins from. `reply` is last: it stands in the form of a quick answer, whose
other buttons mean something else."""


def linked(values: QueryDict, account: MailAccount, identities: list[Identity]) -> Draft:
    """An empty one, or what a `mailto:` link says; not saved."""
    draft = beginning.from_nothing(account, identities)
    to, cc, bcc, subject, body = (values.get(name, "")[:LONGEST_LINK] for name in LINKED)
    draft.to, draft.cc, draft.bcc, draft.subject = to, cc, bcc, subject
    return drafts.begun_with(draft, body) if body.strip() else draft


def begun(request: HttpRequest, account: MailAccount, identities: list[Identity]) -> tuple[Draft, list[str], QueryDict]:
    """The draft as it begins; which files were too much; and the form's values that are not in it yet."""
    asked, values = {**request.GET.dict(), **request.POST.dict()}, request.POST.copy()
    kind = next((name for name in BEGINNINGS if _is_number(str(asked.get(name, "")))), "")
    if not kind:
        draft = linked(request.GET, account, identities)
        return drafts.named(draft, _name(request)), [], values
    draft, left_out = _from_message(request, kind, int(str(asked[kind])), account, identities)
    typed = values.pop("text", [""])[-1].replace("\r\n", "\n")
    return (drafts.begin_with(draft, typed) if typed.strip() else draft), left_out, values


def sent_already(request: HttpRequest, account: MailAccount) -> Outgoing | None:
    """What was begun under this name, when it has been handed over: the answer that said so got lost."""
    name = _name(request)
    return outbox.begun_as(account, name) if name else None


def _name(request: HttpRequest) -> str:
    """What a script calls a message that has no number yet: of each it makes one only."""
    name = request.POST.get("begun", "")
    return name if re.fullmatch("[0-9a-f]{32}", name) else ""


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _from_message(
    request: HttpRequest, kind: str, number: int, account: MailAccount, identities: list[Identity]
) -> tuple[Draft, list[str]]:
    message = access.message_for(request.user, number)
    if message.account_id != account.pk:
        identities = identities_of(message.account)
    if kind == "draft":
        return beginning.from_drafts(message, identities)
    clock = shell.clock(request)
    when = clock.full(message.date.astimezone(clock.tz)) if message.date else ""
    return beginning.from_message(message, kind, identities, when)
