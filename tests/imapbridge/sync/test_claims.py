"""Who replays a change keeps it for as long as that takes; of who died it is free soon."""

import time

import pytest

from imapbridge.models import PendingChange
from imapbridge.sync import claims, replay
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def owed(monkeypatch: pytest.MonkeyPatch) -> int:
    """The account of one change. A lease of half a second."""
    monkeypatch.setattr(claims, "LEASE", 0.5)
    monkeypatch.setattr(claims, "SIGN", 0.1)
    inbox = factories.mailbox(factories.person()[1])
    PendingChange.objects.create(account=inbox.account, mailbox=inbox, uid_validity=1, uids="1", add=["\\Seen"])
    return inbox.account_id


def free_after(account_id: int) -> float:
    """Seconds until somebody else has it."""
    began = time.monotonic()
    while replay.next_change(account_id) is None:
        assert time.monotonic() < began + 20
        time.sleep(0.02)
    return time.monotonic() - began


def test_nobody_else_has_it_while_it_is_kept_and_soon_afterwards(owed: int) -> None:
    change = replay.next_change(owed)
    assert change
    with claims.kept(change) as is_ours:
        until = time.monotonic() + 1.2
        while time.monotonic() < until:
            assert replay.next_change(owed) is None
            time.sleep(0.05)
        assert is_ours()
    assert free_after(owed) <= claims.LEASE + 10


def test_who_gave_no_sign_has_it_no_more(owed: int) -> None:
    """It stood still, and does not take back what another is at by then."""
    change = replay.next_change(owed)
    assert change
    claim = claims.Claim(change.id, change.attempts, time.monotonic() + 60, time.monotonic() + 60)
    free_after(owed)
    theirs = PendingChange.objects.get().not_before
    claims._sign(claim, time.monotonic())
    assert claim.good_until == 0.0
    assert PendingChange.objects.get().not_before == theirs
