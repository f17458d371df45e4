"""Two sides do at random what they may do to one account; at the end the index equals the server, and the list itself.

The windows are a few messages wide here, so that every sync has many.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from imapbridge import actions, queries
from imapbridge.models import Entry, Mailbox, PendingChange
from imapbridge.queries import Conversation
from imapbridge.sync import account as syncing
from imapbridge.sync import windows as fetching
from imapbridge.sync.bulk import bulk
from imapbridge.sync.sweep import sweep
from tests.imapbridge.sync.conftest import Story
from tests.servers.letters import plain

FIXED = ("INBOX", "Archive", "Drafts")
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "fair", "$Forwarded")
EVERYTHING = 10_000

numbers = st.integers(0, 99)
some = st.lists(numbers, min_size=1, max_size=4, unique=True)


@contextlib.contextmanager
def small_windows() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "FIRST_WINDOW", 2)
        patch.setattr(fetching, "WINDOW", 3)
        yield


class TwoSides(RuleBasedStateMachine):
    """Rules named `phone_` are another client's, `we_` what people do here; the rest is the sync, and looking on."""

    def __init__(self, begin: Callable[[], Story]) -> None:
        super().__init__()
        self.story = begin()
        self.phone = self.story.phone
        self.account = self.story.account.pk
        self.own_mailboxes: list[str] = []
        self.done: list[int] = []
        self.patience = 20
        self.letters = 0
        self.names = itertools.count()
        self.pages: dict[int, tuple[int, dict[int, Conversation]]] = {}

    # --- another client -----------------------------------------------------------------------------------------------

    @initialize(count=st.integers(0, 9))
    def phone_fills_the_inbox(self, count: int) -> None:
        for _ in range(count):
            self.story.server.append(self.story.user, "INBOX", self._letter(0))

    @rule(where=numbers, reply=numbers, flags=st.sets(st.sampled_from(FLAGS[:2])))
    def phone_files_a_message(self, where: int, reply: int, flags: set[str]) -> None:
        self.phone.append(self._mailbox(where), self._letter(reply), sorted(flags))

    @rule(reply=numbers)
    def somebody_writes(self, reply: int) -> None:
        self.story.server.deliver(self.story.user, self._letter(reply))

    @rule(where=numbers, which=some)
    def phone_deletes(self, where: int, which: list[int]) -> None:
        if uids := self._uids(where, which):
            self.phone.delete(self._mailbox(where), uids)

    @rule(where=numbers, which=some, flag=st.sampled_from(FLAGS), add=st.booleans())
    def phone_flags(self, where: int, which: list[int], flag: str, add: bool) -> None:
        if uids := self._uids(where, which):
            self.phone.flag(self._mailbox(where), uids, flag, add=add)

    @rule(where=numbers, to=numbers, which=some)
    def phone_moves(self, where: int, to: int, which: list[int]) -> None:
        if self._mailbox(where) != self._mailbox(to) and (uids := self._uids(where, which)):
            self.phone.move(self._mailbox(where), uids, self._mailbox(to))

    @rule()
    def phone_makes_a_mailbox(self) -> None:
        self.own_mailboxes.append(f"Own{next(self.names)}")
        self.phone.create_mailbox(self.own_mailboxes[-1])

    @precondition(lambda self: self.own_mailboxes)
    @rule(which=numbers)
    def phone_renames_a_mailbox(self, which: int) -> None:
        at = which % len(self.own_mailboxes)
        before, self.own_mailboxes[at] = self.own_mailboxes[at], f"Own{next(self.names)}"
        self.phone.select("INBOX")
        self.phone.rename_mailbox(before, self.own_mailboxes[at])

    @precondition(lambda self: self.own_mailboxes)
    @rule(which=numbers)
    def phone_removes_a_mailbox(self, which: int) -> None:
        self.phone.select("INBOX")
        self.phone.delete_mailbox(self.own_mailboxes.pop(which % len(self.own_mailboxes)))

    # --- people here --------------------------------------------------------------------------------------------------

    @rule(which=some, seen=st.booleans())
    def we_read(self, which: list[int], seen: bool) -> None:
        actions.set_seen(self.account, self._messages(which), seen)

    @rule(which=some, flagged=st.booleans())
    def we_star(self, which: list[int], flagged: bool) -> None:
        actions.set_flagged(self.account, self._messages(which), flagged)

    @rule(where=numbers, to=numbers, which=some, copy=st.booleans())
    def we_move(self, where: int, to: int, which: list[int], copy: bool) -> None:
        source, target = self._held(where), self._held(to)
        if source is not None and target is not None:
            act = actions.copy if copy else actions.move
            self.done += act(self.account, self._messages(which, source), source, target)

    @rule(where=numbers, which=some)
    def we_delete(self, where: int, which: list[int]) -> None:
        if (source := self._held(where)) is not None:
            self.done += actions.delete_forever(self.account, self._messages(which, source), source)

    @precondition(lambda self: self.done)
    @rule()
    def we_undo(self) -> None:
        actions.undo(self.account, [self.done.pop()])

    # --- the sync, whole and in pieces --------------------------------------------------------------------------------

    @rule()
    def sync(self) -> None:
        self.story.sync()

    @rule(windows=st.integers(0, 3))
    def sync_that_is_cut_short(self, windows: int) -> None:
        """The list, the deltas, and so many windows of each mailbox's older mail; nothing is replayed."""
        with bulk(self.account) as turn:
            for mailbox, _ in syncing._listed(turn.connection, self.account):
                syncing._step(turn.connection, mailbox)
                for _ in itertools.islice(fetching.backfill(turn.connection, mailbox), windows):
                    pass

    @rule()
    def sweeping(self) -> None:
        sweep()

    @rule()
    def pages_catch_up(self) -> None:
        """What was shown, with what changed since, is what a fresh page shows."""
        for mailbox in Mailbox.objects.filter(account=self.account):
            fresh = queries.conversations(mailbox.pk, limit=EVERYTHING)
            wanted = {row.thread: row for row in fresh.rows}
            state, shown = self.pages.get(mailbox.pk, (0, {}))
            changes = queries.changes(mailbox.pk, state)
            if not changes.too_many:
                shown = {thread: row for thread, row in shown.items() if thread not in changes.removed}
                shown |= {row.thread: row for row in changes.rows}
                assert shown == wanted
            self.pages[mailbox.pk] = (fresh.state, wanted)

    def teardown(self) -> None:
        try:
            self.pages_catch_up()
            # The half hour after which flags are compared where nothing tells of them, and the minute of a claim.
            Mailbox.objects.filter(account=self.account).update(flags_at=None)
            PendingChange.objects.filter(account=self.account).update(not_before=None)
            self.story.sync()
            # What was moved on before it had a UID takes one sync more for each time.
            while PendingChange.objects.filter(account=self.account, confirmed_at=None).exists() and self.patience:
                self.patience -= 1
                PendingChange.objects.filter(account=self.account).update(not_before=None)
                self.story.sync()
            self.story.assert_equal()
            assert not PendingChange.objects.filter(account=self.account, confirmed_at=None).exists()
            self.pages_catch_up()
        finally:
            self.phone.close()

    # --- what the rules choose from -----------------------------------------------------------------------------------

    def _mailbox(self, number: int) -> str:
        names = [*FIXED, *self.own_mailboxes]
        return names[number % len(names)]

    def _uids(self, where: int, which: list[int]) -> list[int]:
        uids = self.phone.uids(self._mailbox(where))
        return sorted({uids[number % len(uids)] for number in which}) if uids else []

    def _held(self, number: int) -> int | None:
        """A mailbox that the index has."""
        rows = Mailbox.objects.filter(account=self.account, selectable=True).order_by("pk")
        held = list(rows.values_list("pk", flat=True))
        return held[number % len(held)] if held else None

    def _messages(self, which: list[int], mailbox: int | None = None) -> list[int]:
        held = Entry.objects.filter(account=self.account, expunged=False).order_by("pk")
        held = held.filter(mailbox=mailbox) if mailbox else held
        messages = list(held.values_list("message", flat=True))
        return sorted({messages[number % len(messages)] for number in which}) if messages else []

    def _letter(self, reply: int) -> bytes:
        """A message; two of three answer an earlier one, or one that never comes."""
        self.letters += 1
        letter = plain(f"Number {self.letters}", message_id=f"{self.letters}@machine.example")
        if reply % 3 == 0:
            return letter
        answered = f"<{reply % (self.letters + 1)}@machine.example>".encode()
        return letter.replace(b"\r\n\r\n", b"\r\nReferences: " + answered + b"\r\n\r\n", 1)
