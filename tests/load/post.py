"""New mail that arrives for them, one letter after another, by LMTP."""

import random
import smtplib
import threading
from collections.abc import Sequence

from tests.load.letters import FIRST_DELIVERED, raw
from tests.load.person import Person
from tests.servers.dovecot import Dovecot

EVERY = 1.5


class Post:
    """Each letter goes to one of them; a server that is away gets none."""

    def __init__(self, dovecot: Dovecot, people: Sequence[Person]) -> None:
        self._dovecot = dovecot
        self._people = people
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._deliver, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(30)

    def _deliver(self) -> None:
        chance, number = random.Random(7), FIRST_DELIVERED
        while not self._ended.wait(EVERY):
            person, number = chance.choice(self._people), number + 1
            # 6k + 1 is plain.
            letter = raw(number * 6 + 1)
            try:
                self._dovecot.deliver(person.user, letter)
                person.ledger.delivered[number * 6 + 1] = True
            except (OSError, smtplib.SMTPException):
                person.ledger.delivered[number * 6 + 1] = False
