"""The one door to a person's rows. What is not the person's is not there: a 404, whether or not it exists.

Every page asks whose account it shows and how far its mirror is. Those statements are written out: Django takes longer
to make them than the database to answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import Http404

from accounts.models import MailAccount, User
from accounts.rows import columns, instances
from imapbridge import asked
from imapbridge.models import Message
from webmail.contacts import posing
from webmail.models import Draft, Outgoing
from webmail.models.correspondents import known_as
from webmail.models.outgoing import Recipient

Visitor = User | AnonymousUser
Row = TypeVar("Row", bound=Model)


class Treatment(NamedTuple):
    """What the person has said of a correspondent."""

    shows_images: bool = False
    is_darkened: bool = False
    is_blocked: bool = False
    is_trusted: bool = False


class Saved(NamedTuple):
    """A search that the person keeps."""

    id: int
    name: str
    query: str
    unread: int


class Beside(NamedTuple):
    """Another account of the same person, as the switcher shows it."""

    position: int
    id: int
    address: str
    title: str
    hue: int | None
    is_locked: bool
    """It waits for its password."""
    error: str
    """The code of what ended its last sync, or empty."""
    inbox: int
    """Its mailbox, or 0 before it is listed; with how much is unread in it."""
    unread: int
    labels: str
    """As `MailAccount.labels`, as JSON."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The account that holds what is shown, and how its mirror is."""

    account: MailAccount
    error: str
    """The code of what ended the last sync, or empty."""
    quota_used: int | None
    quota_limit: int | None
    thread: int
    """The conversation, when it was asked for by a message; else 0."""
    notices: int = 0
    """How many things the server would not do, that the person has not read of."""
    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    """How those that wrote the conversation are treated, where the person has said so: by address (`known_as`)."""
    contacts: frozenset[str] = frozenset()
    """Those that wrote the conversation and are among the contacts (`known_as`)."""
    standing: posing.Standing = field(default_factory=posing.Standing)
    """What is known of the sender of the message that was asked for."""
    saved: tuple[Saved, ...] = ()
    outbox: int = 0
    """Messages that wait for their time or did not go as they should."""
    delivered: tuple[int, ...] = ()
    """Those of the conversation of whose delivery there is something to tell."""
    others: tuple[Beside, ...] = ()
    """The person's other accounts, in their order."""


_COLUMNS = columns(MailAccount, "account")
_HOLDER = """
SELECT {columns}, mirror.error AS sync_error, mirror.quota_used, mirror.quota_limit, {more},
       (SELECT count(*) FROM accounts_mailaccount mine JOIN imapbridge_notice told ON told.account_id = mine.id
         WHERE mine.user_id = account.user_id) AS refused_count,
       (SELECT count(*) FROM accounts_mailaccount mine JOIN webmail_outgoing going ON going.account_id = mine.id
         WHERE mine.user_id = account.user_id AND NOT going.dismissed
           AND going.state IN ('waiting', 'sending', 'unknown', 'refused', 'partly')
           AND (going.scheduled OR going.attempts > 0 OR going.problem <> '') AND going.state <> 'sending')
       + (SELECT count(*) FROM accounts_mailaccount mine JOIN webmail_outgoing lacks ON lacks.account_id = mine.id
           WHERE mine.user_id = account.user_id AND lacks.copy = 'held' AND (lacks.state = 'sent' OR lacks.dismissed)
         ) AS outbox,
       (SELECT {joined}(CAST(kept.id AS text) || '\x1f' || kept.name || '\x1f' || kept.query || '\x1f'
                        || CAST(kept.unread AS text), '\x1e')
          FROM webmail_savedsearch kept WHERE kept.user_id = account.user_id) AS saved_texts,
       (SELECT {joined}(CAST(mine.position AS text) || '\x1f' || CAST(mine.id AS text) || '\x1f' || mine.address
                        || '\x1f' || mine.title || '\x1f' || COALESCE(CAST(mine.hue AS text), '') || '\x1f'
                        || CASE WHEN mine.refused OR mine.secret = '' THEN '1' ELSE '' END || '\x1f'
                        || COALESCE(its.error, '') || '\x1f' || COALESCE(CAST(inbox.id AS text), '0') || '\x1f'
                        || COALESCE(CAST(inbox.unread AS text), '0') || '\x1f' || CAST(mine.labels AS text), '\x1e')
          FROM accounts_mailaccount mine LEFT JOIN imapbridge_mirror its ON its.account_id = mine.id
          LEFT JOIN imapbridge_mailbox inbox
            ON inbox.account_id = mine.id AND inbox.special_use = 'inbox' AND NOT inbox.leaving
         WHERE mine.user_id = account.user_id AND mine.id <> account.id) AS others
  FROM accounts_mailaccount account {held} LEFT JOIN imapbridge_mirror mirror ON mirror.account_id = account.id
 WHERE account.user_id = %s {wanted} LIMIT 1"""
_NO_THREAD = "0 AS thread, '' AS treated, '' AS contacts, '' AS sender, '' AS delivered"
# As `correspondents.known_as` does: SQLite's lower() knows ASCII only, and PostgreSQL's does so under this collation.
_KNOWN_AS = "lower(letter.sender_address)"
_KNOWN_AS_POSTGRESQL = 'lower(letter.sender_address COLLATE "C") COLLATE "default"'
_THREAD = """held.thread AS thread, held.sender_address AS sender, {known},
       (SELECT {joined}(known.address || ' ' || CAST(known.shows_images AS integer)
                        || CAST(known.is_darkened AS integer) || CAST(known.is_blocked AS integer)
                        || CAST(known.is_trusted AS integer), '\n')
          FROM webmail_correspondent known WHERE known.account_id = account.id AND known.address IN
               (SELECT {known_as} FROM imapbridge_message letter
                 WHERE letter.account_id = account.id AND letter.thread = held.thread)) AS treated,
       (SELECT {joined}(its.known_as, '\n') FROM webmail_contactaddress its
         WHERE its.user_id = account.user_id AND its.known_as IN
               (SELECT {known_as} FROM imapbridge_message letter
                 WHERE letter.account_id = account.id AND letter.thread = held.thread)) AS contacts,
       (SELECT {joined}(CAST(going.id AS text), ' ') FROM webmail_outgoing going
         WHERE going.account_id = account.id AND (going.troubled OR going.dsn) AND going.message_id IN
               (SELECT letter.message_id FROM imapbridge_message letter
                 WHERE letter.account_id = account.id AND letter.thread = held.thread)) AS delivered"""


def _joined() -> str:
    """What puts the rows of a query into one text."""
    return "string_agg" if connection.vendor == "postgresql" else "group_concat"


@cache
def _of_mailbox() -> str:
    held = "JOIN imapbridge_mailbox held ON held.account_id = account.id"
    return _HOLDER.format(columns=_COLUMNS, held=held, wanted="AND held.id = %s", more=_NO_THREAD, joined=_joined())


@cache
def _of_person() -> str:
    wanted = "ORDER BY account.id <> %s, account.position, account.id"
    return _HOLDER.format(columns=_COLUMNS, held="", wanted=wanted, more=_NO_THREAD, joined=_joined())


@cache
def _of_message() -> str:
    joined, lower = _joined(), _KNOWN_AS_POSTGRESQL if connection.vendor == "postgresql" else _KNOWN_AS
    same = f"seen.known_as = {lower.replace('letter.', 'held.')}"
    return _HOLDER.format(
        columns=_COLUMNS,
        held="JOIN imapbridge_message held ON held.account_id = account.id",
        wanted="AND held.id = %s",
        joined=joined,
        more=_THREAD.format(joined=joined, known_as=lower, known=posing.COLUMNS.format(joined=joined, same=same)),
    )


def holder_of_mailbox(user: Visitor, mailbox_id: int) -> Holder:
    """Who holds the mailbox. One query."""
    return _holder(_of_mailbox(), user, mailbox_id)


def holder_of_message(user: Visitor, message_id: int) -> Holder:
    """Who holds the message, and its conversation. One query."""
    return _holder(_of_message(), user, message_id)


class Marked(NamedTuple):
    """What a mark is put on."""

    account: int
    thread: int
    has_searches: bool
    """Whether the person keeps searches, whose counts may be others now."""


_MARKED = """
SELECT account.id, held.thread, EXISTS (SELECT 1 FROM webmail_savedsearch kept WHERE kept.user_id = account.user_id)
  FROM imapbridge_message held JOIN accounts_mailaccount account ON account.id = held.account_id
 WHERE held.id = %s AND account.user_id = %s"""


def marked(user: Visitor, message_id: int) -> Marked:
    """The account and conversation of a message. One query, and all that a mark needs: every message opened has one."""
    if user.pk is None or not 0 < message_id < 2**63:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(_MARKED, [message_id, user.pk])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    asked.about(row[0])
    return Marked(row[0], row[1], bool(row[2]))


def holder_for(user: Visitor, last: int = 0) -> Holder:
    """The person's account of this key, which needs not be one of theirs; else their first. One query."""
    return _first(_of_person(), user, last if 0 < last < 2**63 else 0)


def _holder(statement: str, user: Visitor, key: int) -> Holder:
    if not 0 < key < 2**63:
        raise Http404
    return _first(statement, user, key)


def _first(statement: str, user: Visitor, key: int) -> Holder:
    if user.pk is None:
        raise Http404
    for row, found in instances(MailAccount, statement, [user.pk, key]):
        asked.about(row.pk)
        return Holder(
            row,
            found["sync_error"] or "",
            found["quota_used"],
            found["quota_limit"],
            found["thread"],
            found["refused_count"],
            _treatments(found["treated"] or ""),
            frozenset((found["contacts"] or "").split()),
            _standing(row, found),
            _saved(found["saved_texts"] or ""),
            found["outbox"],
            tuple(map(int, (found["delivered"] or "").split())),
            _beside(found["others"]) if found["others"] else (),
        )
    raise Http404


def _beside(text: str) -> tuple[Beside, ...]:
    found = {}
    for row in text.split("\x1e"):
        at, key, address, title, hue, locked, error, inbox, unread, labels = row.split("\x1f")
        colour, is_locked = int(hue) if hue else None, locked == "1"
        found[key] = Beside(
            int(at), int(key), address, title, colour, is_locked, error, int(inbox), int(unread), labels
        )
    return tuple(sorted(found.values()))


def _saved(text: str) -> tuple[Saved, ...]:
    """In the order they were kept in."""
    rows = (row.split("\x1f") for row in text.split("\x1e") if row)
    return tuple(sorted(Saved(int(key), name, query, int(unread)) for key, name, query, unread in rows))


def _standing(account: MailAccount, found: Mapping[str, Any]) -> posing.Standing:
    sender = known_as(found["sender"])
    if sender in ("", known_as(account.address)):
        return posing.Standing()
    names = "\x1e".join(filter(None, (found["names_seen"], found["names_held"])))
    return posing.standing(sender, found["sender_heard"] or "", found["mail_counted"] or "", names)


def _treatments(text: str) -> dict[str, Treatment]:
    """From `ADDRESS 1000`, a line for each."""
    found = (line.rpartition(" ") for line in text.splitlines())
    return {address: Treatment(*(switch == "1" for switch in switches)) for address, _, switches in found}


def deliveries_of(holder: Holder) -> list[tuple[str, list[Recipient], bool]]:
    """(Message-ID, its recipients, whether only trouble is told) of those in the conversation that there is something
    to tell of. No query when there are none, as nearly always; else one."""
    if not holder.delivered:
        return []
    rows = Outgoing.objects.filter(pk__in=holder.delivered).values_list("message_id", "recipients", "dsn")
    return [(name, people, not wanted) for name, people, wanted in rows]


def message_for(user: Visitor, message_id: int) -> Message:
    """The message with its account, in one query."""
    try:
        found = Message.objects.select_related("account").get(pk=message_id, account__user=user.pk)
    except Message.DoesNotExist:
        raise Http404 from None
    asked.about(found.account_id)
    return found


def own(rows: QuerySet[Row], user: Visitor, key: int, owner: str = "user") -> Row:
    """The row with this key, when it is the person's: `owner` says by which field. One query."""
    found = rows.filter(**{owner: user.pk}, pk=key).first() if user.pk and 0 < key < 2**63 else None
    if found is None:
        raise Http404
    return found


def account_needs_password(account: MailAccount) -> bool:
    """True when the mail server cannot be asked until the person signs in again; the index can be read all the same."""
    return account.refused or not account.secret


def draft_for(user: Visitor, draft_id: int, *, is_sent: bool = False) -> Draft:
    """The draft with its account, in one query. One that is on its way is there only when it is asked for as such."""
    mine = Draft.objects.select_related("account__user", "identity").filter(account__user=user.pk)
    try:
        found = mine.get(pk=draft_id, outgoing__isnull=not is_sent)
    except (Draft.DoesNotExist, OverflowError):
        raise Http404 from None
    asked.about(found.account_id)
    return found


def accounts_of(user: Visitor) -> list[tuple[int, str]]:
    """Keys and addresses of all accounts that are the person's. One query."""
    mine = MailAccount.objects.filter(user=user.pk).order_by("position", "pk")
    return list(mine.values_list("pk", "address"))
