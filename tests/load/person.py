"""Somebody at a desk: a click every few seconds, some of which change something, all of it written into a ledger."""

import random
import re
import threading
import time
from collections.abc import Callable

from tests.load.clicks import Clicks, Went, rows
from tests.load.ledger import Ledger
from tests.load.letters import WORDS
from tests.load.record import Record
from tests.servers.mail_server import User
from tests.servers.visitor import Visitor

THINKS = (5.0, 10.0)
"""Seconds between two clicks."""
REGRETS = (1.5, 4.0)
"""Seconds until something is undone."""
READ = 'data-unread="false"'
"""In the pane of a conversation that holds nothing unread."""
MAILBOX = re.compile(r'href="/mailbox/(\d+)/"')


class Person:
    """`clicks` needs a visitor that is signed in."""

    def __init__(self, user: User, visitor: Visitor, notes: Record, number: int) -> None:
        self.user = user
        self.visitor = visitor
        self.ledger = Ledger()
        self.inbox = 0
        self._clicks = Clicks(visitor, notes)
        self._chance = random.Random(number)
        self._name = f"person-{number}"
        self._written = 0
        self._mailboxes: list[int] = []
        self._rows: dict[int, tuple[str, str]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sit, daemon=True)

    def look(self) -> None:
        """The first page, which says where things are."""
        home = self.visitor.get("/")
        self.inbox = int(home.location.strip("/").split("/")[-1])
        page = self.visitor.get(f"/mailbox/{self.inbox}/").text
        assert rows(page), "no rows are found on the page: have a look at `clicks`"
        self._mailboxes = sorted({int(found) for found in MAILBOX.findall(page)} - {self.inbox})

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()

    def join(self) -> None:
        self._thread.join(60)

    def _sit(self) -> None:
        self._ended.wait(self._chance.uniform(0, THINKS[1]))
        deeds, weights = zip(*self._habits().items(), strict=True)
        while not self._ended.is_set():
            try:
                self._chance.choices(deeds, weights)[0]()
            except Went:
                self._rows = {}
            self._ended.wait(self._chance.uniform(*THINKS))

    def _habits(self) -> dict[Callable[[], None], int]:
        """What is done, and how often in a hundred clicks."""
        return {
            self._list: 22, self._open: 40, self._star: 7, self._archive: 10, self._search: 6, self._elsewhere: 9,
            self._draft: 4, self._send: 2,
        }  # fmt: skip

    def _list(self) -> None:
        self._rows = self._clicks.look_at(self.inbox)

    def _elsewhere(self) -> None:
        self._clicks.look_at(self._chance.choice(self._mailboxes or [self.inbox]))

    def _pick(self) -> tuple[int, str, str]:
        """A row of the inbox that nothing is doubtful about: its number, conversation and address."""
        if not self._rows:
            self._list()
        sure = [one for one in self._rows if one not in self.ledger.doubtful]
        if not sure:
            raise Went(answered=True)
        number = self._chance.choice(sure)
        return number, *self._rows[number]

    def _do(self, number: int, deed: Callable[[], object], **becomes: object) -> object:
        """Whatever is not answered may have been done, or be done yet."""
        try:
            result = deed()
        except Went as went:
            if not went.answered:
                self.ledger.doubtful.add(number)
            raise
        self.ledger.did(number, **becomes)
        return result

    def _open(self) -> None:
        number, _, address = self._pick()
        pane = self._do(number, lambda: self._clicks.open(address))
        if READ in str(pane):  # what the mail server could not give stays unread
            self.ledger.of(number).seen = True
        self._clicks.frame(address, str(pane))

    def _star(self) -> None:
        number, _, address = self._pick()
        wanted = not self.ledger.of(number).flagged
        self._do(number, lambda: self._clicks.mark(address, flagged=int(wanted)), flagged=wanted)

    def _archive(self) -> None:
        number, thread, _ = self._pick()
        keys = self._do(number, lambda: self._clicks.archive(self.inbox, thread), mailbox="Archive")
        row = self._rows.pop(number)
        if self._chance.random() < 0.5:
            time.sleep(self._chance.uniform(*REGRETS))
            self._do(number, lambda: self._clicks.undo(keys), mailbox="INBOX")  # type: ignore[arg-type]
            self._rows[number] = row

    def _search(self) -> None:
        self._clicks.search(self._chance.choice([*WORDS, f"Letter {self._chance.randrange(200)}", "ann"]))

    def _draft(self) -> None:
        subject = self._subject("Draft")
        self._clicks.write("save a draft", subject=subject, text="What I wanted to say is this.", do="save")
        self.ledger.drafts.add(subject)
        self.ledger.acknowledged += 1

    def _send(self) -> None:
        subject = self._subject("Sent")
        self.ledger.letters[subject] = False
        fields = {"to": "friend@elsewhere.example", "subject": subject, "text": "See you at nine.", "do": "send"}
        self._clicks.write("send", **fields)
        self.ledger.letters[subject] = True
        self.ledger.acknowledged += 1

    def _subject(self, kind: str) -> str:
        self._written += 1
        return f"{kind} {self._written} by {self._name}."
