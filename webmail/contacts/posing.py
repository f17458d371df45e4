"""Whether a sender is somebody new, or bears the name of somebody whom the person knows by another address.

Asked once for a message, when its text is made readable. Somebody known is a contact, or whoever was written to.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import MailAccount
from webmail.contacts.acquaintances import LOOKED_BACK, MACHINE
from webmail.contacts.folding import folded
from webmail.models.correspondents import known_as
from webmail.reading.links import same_site
from webmail.reading.lookalikes import plain

FEWEST_WORDS = 2
"""Of a name that is compared: there are many Annas."""
_ANYBODYS = frozenset(
    """
    aol fastmail free gmail gmx googlemail hotmail icloud live mail me msn orange outlook pm posteo proton protonmail
    qq rediffmail t-online tutanota web yahoo yandex ymail zoho 163
    """.split()  # noqa: SIM905
)
"""First labels of domains where anybody may have an address."""
_WORD = re.compile(r"[^\W_]{1,40}")


class Standing(NamedTuple):
    is_new: bool = False
    """Nothing came from this address before, and nothing went there."""
    poses_as: str = ""
    """The address of somebody known who has this name."""


# One statement: whoever opens a message waits for it. A row with a mark says how far the mail was looked through.
_KNOWN = """
SELECT done.marks, seen.known_as, seen.address, seen.name, seen.sent, seen.received
  FROM webmail_acquainted done LEFT JOIN webmail_acquaintance seen
       ON seen.account_id = done.account_id AND (seen.known_as = %s{names_of_seen})
 WHERE done.account_id = %s
 UNION ALL
SELECT NULL, held.known_as, held.address, contact.name, 1, 0
  FROM webmail_contactaddress held JOIN webmail_contact contact ON contact.id = held.contact_id
 WHERE held.user_id = %s AND (held.known_as = %s{names_of_contacts}) LIMIT 100"""


def standing(account: MailAccount, name: str, address: str) -> Standing:
    """Of who writes to this account. One query."""
    sender = known_as(address)
    if not address or sender == known_as(account.address):
        return Standing()
    rows = _rows(account, name, sender)
    of_sender = [row for row in rows if row[1] == sender]
    if any(sent for *_, sent, _received in of_sender):
        return Standing()
    posed = next((row[2] for row in rows if row[4] and _poses(name, sender, row[3], row[1])), "")
    heard = max((received for *_, received in of_sender), default=0)
    is_new = heard <= 1 and not MACHINE.match(sender) and any(_is_done(marks) for marks, *_ in rows if marks)
    return Standing(is_new, posed)


def _rows(account: MailAccount, name: str, sender: str) -> list[tuple[Any, ...]]:
    spellings = {tuple(_WORD.findall(spelt(name))) for spelt in (folded, plain)}
    spellings = {words[:5] for words in spellings if len(words) >= FEWEST_WORDS}
    likes = [f"% {word}%" for words in spellings for word in words]
    seen = _named("seen.sent > 0 AND ", "seen", spellings)
    contacts = _named("", "contact", spellings)
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN.format(names_of_seen=seen, names_of_contacts=contacts),
            [sender, *likes, account.pk, account.user_id, sender, *likes],
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _named(condition: str, table: str, spellings: set[tuple[str, ...]]) -> str:
    each = [" AND ".join([f"{table}.found_by LIKE %s"] * len(words)) for words in spellings]
    return f" OR ({condition}({' OR '.join(each)}))" if each else ""


def _poses(name: str, sender: str, known_name: str, known: str) -> bool:
    """Whether the names are the same at a glance, in whatever order, and the addresses of different houses."""
    if sorted(_WORD.findall(plain(name))) != sorted(_WORD.findall(plain(known_name))):
        return False
    domain, other = sender.rpartition("@")[2], known.rpartition("@")[2]
    return domain.partition(".")[0] in _ANYBODYS or not same_site(domain, other)


def _is_done(marks: Any) -> bool:
    """Whether the inbox was looked through to its end: else nobody can be said to be new."""
    found = json.loads(marks) if isinstance(marks, str) else marks
    _validity, lowest, _highest, counted = found.get("INBOX", (0, 2, 0, 0))
    return bool(lowest <= 1 or counted >= LOOKED_BACK)
