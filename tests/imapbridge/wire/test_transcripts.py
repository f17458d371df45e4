"""Plays each conversation; also with the server's octets cut at each position, and one octet at a time."""

import re

import pytest

from tests.imapbridge.wire import player
from tests.imapbridge.wire.conversations import CONVERSATIONS, changing, fetching, listening, mailboxes, sign_in

__all__ = ["changing", "fetching", "listening", "mailboxes", "sign_in"]

NAMES = sorted(path.stem for path in player.TRANSCRIPTS.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_conversation(name):
    commands, check = CONVERSATIONS[name]
    transcript = player.read(name)
    whole = player.play(transcript, commands)
    outcome = whole.outcome()
    check(whole)
    for position in range(1, transcript.octets):
        assert player.play(transcript, commands, player.cut_at(position)).outcome() == outcome
    assert player.play(transcript, commands, player.octet_by_octet).outcome() == outcome


def test_each_is_told_of():
    """No transcript without a row in the table of oddities, and none that is only in the table."""
    table = (player.TRANSCRIPTS / "README.md").read_text()
    assert set(re.findall(r"`(\w+)\.txt`", table)) == set(NAMES) == set(CONVERSATIONS)
