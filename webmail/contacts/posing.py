"""Whether a sender is somebody new, or bears the name of somebody whom the person knows by another address.

Somebody known is a contact, or whoever was written to. What is to be known of a sender comes with the row of who holds
the message (`access`), for a page has no query to spare: of somebody known two numbers, else those names.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from webmail.contacts.acquaintances import LOOKED_BACK, MACHINE
from webmail.reading.links import same_site
from webmail.reading.lookalikes import plain

FEWEST_WORDS = 2
"""Of a name that is compared: there are many Annas."""
MOST = 3000
"""Names that are compared, of contacts and of others each."""
_ANYBODYS = frozenset(
    """
    aol fastmail free gmail gmx googlemail hotmail icloud live mail me msn orange outlook pm posteo proton protonmail
    qq rediffmail t-online tutanota web yahoo yandex ymail zoho 163
    """.split()  # noqa: SIM905
)
"""First labels of domains where anybody may have an address."""
_WORD = re.compile(r"[^\W_]{1,40}")
_BETWEEN, _NEXT = "\x1f", "\x1e"
"""Separators that no name and no address holds."""

# Subselects of a statement that has `account` and `held`, the message. Lists and whoever has one name pose as nobody.
_SEEN = "webmail_acquaintance seen WHERE seen.account_id = account.id"
_ASKED = f"""held.list_id = '' AND held.sender_name LIKE '%% %%'
 AND NOT EXISTS (SELECT 1 FROM {_SEEN} AND {{same}} AND seen.sent > 0)"""  # noqa: S608 - nothing comes from outside
_NAMES = f"{{joined}}(one.name || '{_BETWEEN}' || one.address, '{_NEXT}')"
COLUMNS = f"""
(SELECT CAST(seen.sent AS text) || ' ' || CAST(seen.received AS text) FROM {_SEEN} AND {{same}}) AS sender_heard,
(SELECT CAST(done.marks AS text) FROM webmail_acquainted done WHERE done.account_id = account.id) AS mail_counted,
CASE WHEN {_ASKED} THEN (SELECT {_NAMES} FROM
    (SELECT seen.name, seen.address FROM {_SEEN} AND seen.sent > 0 LIMIT {MOST}) one) END AS names_seen,
CASE WHEN {_ASKED} THEN (SELECT {_NAMES} FROM
    (SELECT contact.name, its.address FROM webmail_contactaddress its JOIN webmail_contact contact
     ON contact.id = its.contact_id WHERE its.user_id = account.user_id LIMIT {MOST}) one) END AS names_held
"""  # noqa: S608
"""`joined` is the function that makes one text of many, `same` says that `seen` is the sender of `held`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one sender, who may have written several messages of a conversation under several names."""

    sender: str = ""
    """As `known_as` has it; empty: nothing is known, for nothing was asked."""
    is_new: bool = False
    """Nothing came from this address before, and nothing went there."""
    known: tuple[tuple[str, str], ...] = ()
    """(name, address) of those whom the sender could pose as; empty for somebody known."""

    def poses_as(self, name: str) -> str:
        """The address of somebody known who has this name; or empty."""
        words = _words(name)
        if len(words) < FEWEST_WORDS:
            return ""
        return next((address for other, address in self.known if _poses(words, self.sender, other, address)), "")


def standing(sender: str, heard: str, counted: str, names: str) -> Standing:
    """From the columns, of which the last two are one text here."""
    known = tuple((name, address) for name, _, address in (row.partition(_BETWEEN) for row in names.split(_NEXT)))
    sent, received = map(int, heard.split()) if heard else (0, 0)
    if sent or any(address.lower() == sender for _name, address in known):
        return Standing(sender)
    is_new = received <= 1 and not MACHINE.match(sender) and _is_done(counted)
    return Standing(sender, is_new, known)


def _words(name: str) -> list[str]:
    return sorted(_WORD.findall(plain(name)))


def _poses(words: list[str], sender: str, name: str, address: str) -> bool:
    """Whether the names are the same at a glance, in whatever order, and the addresses of different houses."""
    if len(name) < len(words) or _words(name) != words:
        return False
    domain, other = sender.rpartition("@")[2], address.lower().rpartition("@")[2]
    if domain == other:
        return domain.partition(".")[0] in _ANYBODYS
    return not same_site(domain, other)


def _is_done(marks: str) -> bool:
    """Whether the inbox was looked through to its end: else nobody can be said to be new."""
    found = json.loads(marks) if marks else {}
    _validity, lowest, _highest, counted = found.get("INBOX", (0, 2, 0, 0))
    return bool(lowest <= 1 or counted >= LOOKED_BACK)
