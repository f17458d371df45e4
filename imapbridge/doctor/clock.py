"""How far the server's clock is from ours: IMAP tells the time only of what it files (INTERNALDATE, RFC 9051 2.3.3).

The one part of an examination that writes: a tiny message, marked as deleted from the start, which is removed at once,
and only where single messages can be (UIDPLUS). For the operator, on request.
"""

from __future__ import annotations

import time

from accounts.models import MailAccount
from imapbridge.doctor.values import Area, Finding, Level
from imapbridge.errors import MailError, WireError
from imapbridge.sync.bulk import bulk
from imapbridge.terms.uids import UidSet
from imapbridge.wire.drivers import BlockingConnection
from imapbridge.wire.filing import NewMessage
from imapbridge.wire.items import FetchItems

STEP = 15.0
APART = 30
"""Seconds that are worth a warning."""
_PROBE = b"Subject: clock\r\nMessage-ID: <clock@whimbrel.invalid>\r\n\r\nTo be removed at once.\r\n"


def findings(account: MailAccount) -> list[Finding]:
    try:
        with bulk(account.pk) as turn:
            apart = _apart(turn.connection)
    except (MailError, WireError):
        return []
    if apart is None:
        return []
    wrong = abs(apart) > APART
    facts = {"seconds": apart}
    return [Finding(Area.READING, Level.WARNING if wrong else Level.FINE, "clock-wrong" if wrong else "clock", facts)]


def _apart(connection: BlockingConnection) -> int | None:
    session = connection.session
    if not session.has("UIDPLUS"):
        return None
    listed = connection.run(session.list_mailboxes(status=False), timeout=STEP)
    trash = next((one.raw_name for one in listed if "\\trash" in one.attributes), b"INBOX")
    now = time.time()
    probe = NewMessage(_PROBE, flags=frozenset({"\\Deleted", "\\Seen"}))
    filed = connection.run(session.append(trash, [probe]), timeout=STEP)
    if not filed.uids:
        return None
    uids = UidSet.of(filed.uids)
    connection.run(session.select(trash), timeout=STEP)
    found = connection.run(session.fetch(uids, FetchItems(internal_date=True)), timeout=STEP).messages
    connection.run(session.expunge(uids), timeout=STEP)
    date = found[0].internal_date if found else None
    return round(date.timestamp() - now) if date else None
