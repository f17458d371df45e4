"""The mirror compared with the server message by message, told as a number: names and numbers of messages are not."""

from __future__ import annotations

from accounts.models import MailAccount
from imapbridge.doctor.values import Area, Finding, Level
from imapbridge.errors import MailError, WireError
from imapbridge.pool.translation import translate
from imapbridge.sync.verify import differences


def findings(account: MailAccount) -> list[Finding]:
    try:
        count = sum(1 for _line in differences(account))
    except WireError as error:
        return [_found("not-verified-now", Level.WARNING, reason=translate(error).code)]
    except MailError as error:
        return [_found("not-verified-now", Level.WARNING, reason=error.code)]
    return [_found("differences", Level.WARNING, count=count) if count else _found("verified")]


def _found(code: str, level: Level = Level.FINE, **facts: str | int) -> Finding:
    return Finding(Area.MIRROR, level, code, facts)
