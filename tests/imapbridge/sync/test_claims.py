"""Who replays a change keeps it for as long as that takes; of who died it is free soon."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from imapbridge.models import PendingChange
from imapbridge.sync import account, claims, replay
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


def test_signs_go_on_when_the_database_is_back(owed: int) -> None:
    """It was away for longer than a claim is good, and nobody has taken the change meanwhile."""
    change = replay.next_change(owed)
    assert change
    now = time.monotonic()
    claim = claims.Claim(change.id, change.attempts, now - 1, now + 60)
    claims._Keeper()._give_signs([claim])
    assert claim.good_until > now


def test_a_keeper_whose_thread_did_not_start_begins_another(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, claim = claims._Keeper(), claims.Claim(1, 1, 0.0, 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keeper.add(claim)
    monkeypatch.setattr(claims, "SIGN", 0.1)
    keeper.add(claim)
    thread = keeper._thread
    assert thread
    assert thread.is_alive()
    keeper.drop(claim)
    thread.join(20)
    assert keeper._thread is None


def taken_by_another() -> None:
    PendingChange.objects.update(attempts=F("attempts") + 1, not_before=timezone.now() + timedelta(hours=1))


def test_who_has_it_no_more_does_not_put_it_off(owed: int) -> None:
    change = replay.next_change(owed)
    assert change
    taken_by_another()
    theirs = PendingChange.objects.get().not_before
    replay.postponed(change)
    assert PendingChange.objects.get().not_before == theirs


def test_a_worker_that_has_it_no_more_begins_nothing(owed: int) -> None:
    change = replay.next_change(owed)
    assert change
    no_connection: Any = None

    def renew() -> None:
        taken_by_another()
        until = time.monotonic() + 20
        while any(claim.good_until for claim in claims._keeper._claims):
            assert time.monotonic() < until
            time.sleep(0.02)

    assert account._replay(no_connection, change, renew) is None
