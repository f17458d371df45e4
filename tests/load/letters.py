"""The mail of a person in the load: each message is a conversation of its own, told by the number in its subject.

What is done to a conversation is then done to one message, and the mail server can be asked about it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from tests.servers.letters import NEWEST, Letter, newsletter, plain

SUBJECT = "Letter {number} of the house"
NUMBER = re.compile(r"Letter (\d+) of the house")
WORDS = ("harbour", "invoice", "meadow", "ticket", "curlew", "kitchen", "winter", "balcony")
NEWSLETTER_BYTES = 20_000
FIRST_DELIVERED = 1_000_000
"""Numbers from here on are of mail that arrives meanwhile."""


def filled(count: int) -> Iterator[Letter]:
    """Oldest first; one in six is a newsletter, one in five of the newest hundred is unread."""
    for number in range(count):
        unread = number > count - 100 and number % 5 == 0
        date = NEWEST - timedelta(minutes=7 * (count - number))
        yield Letter(raw(number), date, () if unread else ("\\Seen",))


def raw(number: int) -> bytes:
    subject, ident = SUBJECT.format(number=number), f"load.{number}@mail.example"
    if number % 6 == 5:
        return newsletter(NEWSLETTER_BYTES, subject, ident)
    text = f"About the {WORDS[number % len(WORDS)]}: the train leaves at 9:14, let us meet at nine.\r\n" * 6
    return plain(subject, text, ident)
