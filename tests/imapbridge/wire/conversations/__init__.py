"""Each way in which a real server is odd, as a conversation: what we say, and what we make of the answer.

A conversation is a file in `transcripts`, and beside it, in a module here, the commands and what must come of them.
`transcripts/README.md` says which oddity stands in which file.
"""

from collections.abc import Callable
from datetime import timedelta, timezone

from imapbridge.errors import CommandFailed
from imapbridge.terms.uids import UidSet
from imapbridge.wire.session import Fetched
from tests.imapbridge.wire.player import Commands, Played

Check = Callable[[Played], None]
CONVERSATIONS: dict[str, tuple[Commands, Check]] = {}
UIDS = UidSet.parse
CET = timezone(timedelta(hours=1))


def conversation(name: str, commands: Commands) -> Callable[[Check], Check]:
    def add(check: Check) -> Check:
        assert name not in CONVERSATIONS
        CONVERSATIONS[name] = commands, check
        return check

    return add


def failure(played: Played) -> tuple[str, str]:
    assert isinstance(played.error, CommandFailed), played
    return played.error.status, played.error.code


def events(played: Played) -> list[object]:
    return [(event.uid, event.flags) if isinstance(event, Fetched) else event for event in played.session.take_events()]
