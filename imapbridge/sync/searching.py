"""The second wave of a search: the mail server is asked, folder by folder, for what the index does not hold.

A connection of its own, one for an account, under a lock; with a provider that allows few, the account's turn. Folders
come in the order of likelihood, each with a deadline (`asking` has the words); what is found is told at once. Who
has enough of it has the connection closed. What was found and is in no index yet is fetched into it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db import connection as database
from django.utils import timezone
from redis.exceptions import LockError, RedisError

from accounts import zones
from accounts.models import MailAccount
from imapbridge import queries, redis_link
from imapbridge.errors import CommandFailed, ConnectionClosed, MailError, TimedOut, WireError
from imapbridge.models import Entry, Mailbox, ServerSearch
from imapbridge.pool import credentials
from imapbridge.pool.translation import translate
from imapbridge.queries import MailboxItem
from imapbridge.search import catching_up, criteria, index, running
from imapbridge.search.index import Scope
from imapbridge.search.query import parse
from imapbridge.search.tree import EVERYTHING, Node, Term, conjuncts
from imapbridge.sync import asking, bulk, windows
from imapbridge.sync.asking import IndexTooSlow, Question
from imapbridge.sync.bulk import Bulk
from imapbridge.terms.uids import UidSet
from imapbridge.wire import names, quirks
from imapbridge.wire.drivers import BlockingConnection

log = logging.getLogger(__name__)

FOLDER = 30.0
"""Seconds for one mailbox."""
TOTAL = 120.0
TOGETHER = 20
"""Mailboxes that are searched by one command, where that can be."""
MOST_FETCHED = 200
"""Messages of a mailbox that are fetched into the index because they were found."""
LOOK = 0.5
"""Seconds between two looks at whether the person has enough."""
WAIT = 15
_SEVERAL = "MULTISEARCH"
_ORDER = ("inbox", "archive", "all", "sent", "", "drafts", "flagged", "junk", "trash")


def run(search_id: int) -> None:
    """Search one account to its end. Raises nothing of the mail server's: it is noted for the page."""
    search = ServerSearch.objects.filter(pk=search_id, finished_at=None).first()
    if search is None:
        return
    error = ""
    try:
        with _turn(search.account_id) as turn:
            _Run(search, turn).all()
    except MailError as fault:
        error = fault.code
    except WireError as fault:
        error = translate(fault).code
    if error and running.is_stopped(search_id):
        error = ""  # we closed it ourselves
    running.note(search, finished_at=timezone.now(), error=error)


@contextmanager
def _turn(account_id: int) -> Iterator[Bulk | None]:
    """One at a time: the one before was told to stop. Where an account may have no more connections, with its turn."""
    lock = redis_link.client().lock(f"whimbrel:search:{account_id}", timeout=TOTAL + FOLDER)
    try:
        if not lock.acquire(blocking_timeout=WAIT):
            raise bulk.Occupied
    except RedisError as lost:
        raise bulk.Occupied from lost
    try:
        _, login = credentials.open_login(account_id)
        if quirks.choose(login.server.host).interactive:
            yield None
        else:
            with bulk.bulk(account_id) as turn:
                yield turn
    finally:
        with suppress(LockError, RedisError):
            lock.release()


class _Run:
    """One account's search while it lasts."""

    def __init__(self, search: ServerSearch, turn: Bulk | None = None) -> None:
        self._search = search
        self._turn = turn
        self._tree: Node = parse(search.query).tree
        account = MailAccount.objects.get(pk=search.account_id)
        boxes = tuple(queries.mailboxes(account.pk))
        zone = zones.of_person(account.user_id)
        today = datetime.now(zone).date()
        self._scope = Scope((account.pk,), boxes, (account.address,), search.everywhere, zone, today)
        # With a provider that allows few connections there is no other after one that was closed.
        denied = frozenset({"SEARCH=FUZZY", _SEVERAL}) if turn else frozenset[str]()
        self._question = Question(index.meant(self._tree, self._scope.addresses), today, denied=denied)
        self._until = time.monotonic() + TOTAL
        self._connection = turn.connection if turn else None
        self._over = threading.Event()
        self._skipped = 0

    def all(self) -> None:
        boxes = sorted(self._scope.looked_into(self._tree), key=_likelihood)
        boxes = [box for box in boxes if self._may_hold(box)]
        running.note(self._search, total=len(boxes))
        watcher = threading.Thread(target=self._watch, name=f"search-{self._search.pk}", daemon=True)
        watcher.start()
        try:
            self._folders(boxes)
        finally:
            self._over.set()
            if self._connection:
                self._connection.close()
            watcher.join()

    def _may_hold(self, box: MailboxItem) -> bool:
        """A search that names folders or an account is about no others."""
        asked = [part.value for part in conjuncts(self._tree) if isinstance(part, Term) and part.field == "account"]
        if any(box not in self._scope.of_account(address) for address in asked):
            return False
        named = [name for name in (_only(self._tree)) if name.casefold() != "anywhere"]
        return not named or any(box in self._scope.named(name) for name in named)

    def _folders(self, boxes: Sequence[MailboxItem]) -> None:
        done = 0
        while done < len(boxes):
            box, group = boxes[done], self._group(boxes[done:])
            running.note(self._search, mailbox=box.name, special_use=box.special_use, done=done)
            if time.monotonic() > self._until or running.is_stopped(self._search.pk):
                self._skipped += len(boxes) - done
                break
            if len(group) == 1 or not self._together(group):
                group = boxes[done : done + 1]
                self._folder(box)
            done += len(group)
        running.note(self._search, done=len(boxes), skipped=self._skipped)

    def _group(self, rest: Sequence[MailboxItem]) -> Sequence[MailboxItem]:
        """Which of them are searched by one command: several small ones, where the server can; INBOX by itself."""
        if rest[0].special_use == "inbox" or not self._connection or not self._question.may(self._connection, _SEVERAL):
            return rest[:1]
        sizes = accumulate(box.total for box in rest[:TOGETHER])
        return rest[: max(1, sum(size <= asking.WHOLE for size in sizes))]

    def _together(self, group: Sequence[MailboxItem]) -> bool:
        """False when each is to be searched by itself."""
        until = min(time.monotonic() + FOLDER, self._until)
        mailboxes = Mailbox.objects.filter(pk__in=[box.id for box in group])
        named = {names.key(bytes(mailbox.raw_name)): mailbox for mailbox in mailboxes}
        try:
            wire = self._connected()
            several = self._question.in_several(wire, list(named), until)
            self._note_words()
            for found in several:
                mailbox = named.get(names.key(found.raw_name))
                if mailbox and mailbox.uid_validity == found.uid_validity:
                    self._found(wire, mailbox, found.uids, until, is_open=False)
        except CommandFailed as refused:
            log.info("%s several mailboxes not searched: %s", self._search, refused.code or refused.status)
            self._question.deny(_SEVERAL)
            return False
        except (TimedOut, ConnectionClosed) as fault:
            self._lost(fault)
            self._question.deny(_SEVERAL)
            return False
        return True

    def _folder(self, box: MailboxItem) -> None:
        """One that cannot be searched, or has vanished meanwhile, stops no other."""
        try:
            self._look_into(Mailbox.objects.get(pk=box.id))
        except Mailbox.DoesNotExist:
            self._skipped += 1
        except CommandFailed as refused:
            log.info("%s mailbox=%s not searched: %s", self._search, box.id, refused.code or refused.status)
            self._skipped += 1
        except IndexTooSlow as late:
            self._lost(late)
            self._folder(box)
        except (TimedOut, ConnectionClosed) as fault:
            self._skipped += 1
            self._lost(fault)

    def _lost(self, fault: TimedOut | ConnectionClosed) -> None:
        """The connection is gone; raises where we closed it ourselves."""
        self._connection = None
        if running.is_stopped(self._search.pk):
            raise fault
        log.info("%s lost its connection: %s", self._search, type(fault).__name__)

    def _look_into(self, mailbox: Mailbox) -> None:
        until = min(time.monotonic() + FOLDER, self._until)
        wire = self._connected()
        selected = wire.run(wire.session.select(bytes(mailbox.raw_name), read_only=True), timeout=asking.left(until))
        if not selected.exists or selected.uid_validity != mailbox.uid_validity:
            return
        for uids, exact in self._question.in_selected(wire, selected, until):
            if self._turn:
                self._turn.renew()
            self._note_words()
            if uids:
                self._found(wire, mailbox, uids, until, exact=exact)

    def _note_words(self) -> None:
        """Before anything is told that was found by fewer of them."""
        if self._question.is_ascii and not self._search.ascii_only:
            self._search.ascii_only = True
            running.note(self._search, ascii_only=True)

    def _found(
        self,
        wire: BlockingConnection,
        mailbox: Mailbox,
        uids: UidSet,
        until: float,
        *,
        is_open: bool = True,
        exact: bool = True,
    ) -> None:
        """What is new to the page, into its rows."""
        held = self._held(mailbox, uids)
        lacks = uids - UidSet.of(held)
        if lacks:
            if not is_open:
                opening = wire.session.select(bytes(mailbox.raw_name), read_only=True)
                wire.run(opening, timeout=asking.left(until))
            windows.fetch_windows(wire, mailbox, next(lacks.newest_first(MOST_FETCHED)), windows.no_lock)
            catching_up.catch_up(mailbox.account_id)
            held = self._held(mailbox, uids)
        messages = sorted(set(held.values()), reverse=True)
        for start in range(0, len(messages), 200):
            self._tell(messages[start : start + 200], exact=exact)

    def _held(self, mailbox: Mailbox, uids: UidSet) -> dict[int, int]:
        found: dict[int, int] = {}
        for some in uids.newest_first(500):
            rows = Entry.objects.filter(mailbox=mailbox.pk, uid__in=list(some), expunged=False)
            found |= dict(rows.values_list("uid", "message_id"))
        return found

    def _tell(self, messages: list[int], *, exact: bool) -> None:
        known = {hit.message for hit in index.hits_of_messages(self._scope, self._tree, messages)}
        rest = [message for message in messages if message not in known]
        left = criteria.left_over(self._tree)
        if left != EVERYTHING and rest:
            fits = {hit.message for hit in index.hits_of_messages(self._scope, left, rest)}
            rest = [message for message in rest if message in fits]
        if rest:
            running.add(self._search, rest, exact=exact)

    def _connected(self) -> BlockingConnection:
        if self._connection is None or not self._connection.is_open:
            if self._turn:
                raise ConnectionClosed("there is no other connection in this turn")
            self._connection = bulk.connect(self._search.account_id)
        return self._connection

    def _watch(self) -> None:
        """Closes the connection as soon as the person has enough: the server then searches for nobody."""
        try:
            while not self._over.wait(LOOK):
                if running.is_stopped(self._search.pk):
                    if self._connection:
                        self._connection.abort()
                    return
        finally:
            database.close()


def _only(tree: Node) -> list[str]:
    """Names of folders that the search is confined to."""
    return [part.value for part in conjuncts(tree) if isinstance(part, Term) and part.field == "in"]


def _likelihood(box: MailboxItem) -> tuple[Any, ...]:
    use = box.special_use if box.special_use in _ORDER else ""
    return _ORDER.index(use), -box.total, box.path
