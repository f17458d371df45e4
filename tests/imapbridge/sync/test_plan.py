"""The decider, by examples: what we hold and what the server says -> what is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from imapbridge.sync.plan import (
    AT_ONCE,
    FULL_FLAGS_EVERY,
    UNKNOWN,
    Flags,
    Held,
    Plan,
    Said,
    Vanished,
    decide,
    foreseen,
    is_unchanged,
)
from imapbridge.terms.uids import MAX_UID, UidSet

NOW = datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
HELD = Held(
    uid_validity=7, uid_next=101, highest_modseq=500, lowest_uid=1, live=90, flags_at=NOW - timedelta(minutes=1)
)
SAID = Said(uid_validity=7, uid_next=101, exists=90, highest_modseq=500)
NO_MODSEQ = replace(HELD, highest_modseq=None)


@pytest.mark.parametrize(
    ("held", "said", "unchanged"),
    [
        (HELD, SAID, True),
        (HELD, replace(SAID, highest_modseq=501), False),
        (HELD, replace(SAID, highest_modseq=499), False),
        (HELD, replace(SAID, highest_modseq=None), False),
        (HELD, replace(SAID, uid_next=102), False),
        (HELD, replace(SAID, exists=89), False),
        (HELD, replace(SAID, uid_validity=8), False),
        (HELD, replace(SAID, uid_validity=None), False),
        (HELD, Said(None, None, None), False),
        (replace(HELD, lowest_uid=40), SAID, False),
        (Held(), SAID, False),
        (NO_MODSEQ, replace(SAID, highest_modseq=None), True),
        (replace(NO_MODSEQ, unread=4), replace(SAID, highest_modseq=None, unseen=4), True),
        (replace(NO_MODSEQ, unread=4), replace(SAID, highest_modseq=None, unseen=3), False),
        (replace(NO_MODSEQ, flags_at=NOW - FULL_FLAGS_EVERY), replace(SAID, highest_modseq=None), False),
        (replace(NO_MODSEQ, flags_at=None), replace(SAID, highest_modseq=None), False),
    ],
)
def test_status_proves_that_nothing_changed(held: Held, said: Said, unchanged: bool) -> None:
    assert is_unchanged(held, said, NOW) is unchanged


@pytest.mark.parametrize(
    ("held", "said", "new"),
    [
        (HELD, SAID, ""),
        (HELD, replace(SAID, uid_next=102), "101"),
        (HELD, replace(SAID, uid_next=101 + AT_ONCE), f"101:{100 + AT_ONCE}"),
        (replace(HELD, lowest_uid=40), replace(SAID, uid_next=102), "101"),
        # Many come in windows.
        (HELD, replace(SAID, uid_next=102 + AT_ONCE), ""),
        # Nothing can be built on these.
        (HELD, replace(SAID, uid_next=100), ""),
        (HELD, replace(SAID, uid_next=102, uid_validity=8), ""),
        (HELD, UNKNOWN, ""),
        (Held(), SAID, ""),
        (replace(HELD, lowest_uid=None), replace(SAID, uid_next=102), ""),
        (replace(HELD, uid_next=MAX_UID + 1), replace(SAID, uid_next=MAX_UID + 2), ""),
        (replace(HELD, uid_next=MAX_UID), replace(SAID, uid_next=MAX_UID + 2), ""),
        (replace(HELD, uid_next=MAX_UID), replace(SAID, uid_next=MAX_UID + 1), str(MAX_UID)),
    ],
)
def test_what_is_asked_for_along_with_the_opening(held: Held, said: Said, new: str) -> None:
    assert str(foreseen(held, said)) == new


@pytest.mark.parametrize(
    ("said", "came"),
    [
        (replace(SAID, uid_next=104, exists=93), "101:102"),
        (replace(SAID, uid_next=104, exists=93, uid_validity=8), ""),
        (replace(SAID, uid_next=99), ""),
        (SAID, ""),
    ],
)
def test_what_came_along_and_counts(said: Said, came: str) -> None:
    assert str(decide(HELD, said, NOW, told=True, asked=UidSet.range(101, 102)).came) == came


@pytest.mark.parametrize(
    ("held", "said", "plan"),
    [
        # Never seen: nothing to forget, nothing to compare.
        (Held(), SAID, Plan()),
        # The UIDs mean other messages.
        (HELD, replace(SAID, uid_validity=8), Plan(reset=True)),
        (HELD, replace(SAID, uid_validity=None), Plan(reset=True)),
        (HELD, replace(SAID, uid_next=100), Plan(reset=True)),
        # CONDSTORE.
        (HELD, SAID, Plan(flags=Flags.NONE, vanished=Vanished.COMPARE)),
        (HELD, replace(SAID, highest_modseq=510), Plan(flags=Flags.CHANGED_SINCE, vanished=Vanished.COMPARE)),
        (HELD, replace(SAID, highest_modseq=499), Plan(flags=Flags.ALL, vanished=Vanished.COMPARE)),
        # New mail, and a server that keeps UIDNEXT although there is more.
        (
            HELD,
            replace(SAID, uid_next=103, exists=92),
            Plan(new=UidSet.range(101, None), flags=Flags.NONE, vanished=Vanished.COMPARE),
        ),
        (
            HELD,
            replace(SAID, exists=91),
            Plan(new=UidSet.range(101, None), flags=Flags.NONE, vanished=Vanished.COMPARE),
        ),
        (
            HELD,
            replace(SAID, uid_next=None),
            Plan(new=UidSet.range(101, None), flags=Flags.NONE, vanished=Vanished.COMPARE),
        ),
        # Bare IMAP4rev1.
        (NO_MODSEQ, replace(SAID, highest_modseq=None), Plan(flags=Flags.RECENT, vanished=Vanished.COMPARE)),
        (NO_MODSEQ, SAID, Plan(flags=Flags.RECENT, vanished=Vanished.COMPARE)),
        (
            replace(NO_MODSEQ, flags_at=NOW - FULL_FLAGS_EVERY),
            replace(SAID, highest_modseq=None),
            Plan(flags=Flags.ALL, vanished=Vanished.COMPARE),
        ),
    ],
)
def test_plan(held: Held, said: Said, plan: Plan) -> None:
    assert decide(held, said, NOW) == plan


def test_what_qresync_told_is_not_asked_again() -> None:
    plan = decide(HELD, replace(SAID, highest_modseq=510, uid_next=102, exists=91), NOW, told=True)
    assert plan == Plan(new=UidSet.range(101, None), flags=Flags.TOLD, vanished=Vanished.TOLD)
