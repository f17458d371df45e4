"""Several bridges: which has which account, and what happens when one dies, comes back, or sees nothing."""

import asyncio
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from queue import Queue
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from accounts.models import MailAccount
from imapbridge import bridges, client, errors, presence
from imapbridge.bridge import share
from imapbridge.bridge.share import Share, Views
from tests import factories
from tests.servers.bridge import Bridge, account_of, at
from tests.servers.dovecot import Dovecot
from tests.servers.process import running, wait_until

ADDRESSES = st.frozensets(st.text("ab:/.0", min_size=1), min_size=1, max_size=6)
A, B = "a", "b"
BOTH = frozenset({A, B})
OF_A = next(one for one in range(100) if bridges.owner(one, BOTH) == A)
OF_B = next(one for one in range(100) if bridges.owner(one, BOTH) == B)


# --- Who has what -----------------------------------------------------------------------------------------------------


@given(ADDRESSES, st.integers(0, 2**40))
def test_a_bridge_that_goes_moves_only_its_own_accounts(addresses: frozenset[str], account_id: int) -> None:
    before = bridges.owner(account_id, addresses)
    assert before in addresses
    for gone in addresses - {before}:
        assert bridges.owner(account_id, addresses - {gone}) == before


def test_the_accounts_are_spread_evenly() -> None:
    counts = Counter(bridges.owner(one, ("a:1", "b:1", "c:1")) for one in range(3000))
    assert min(counts.values()) > 850


def test_of_nobody_it_is_nobodys() -> None:
    assert bridges.owner(1, ()) == ""


# --- What one bridge makes of it --------------------------------------------------------------------------------------


def test_who_is_alone_has_everything_at_once() -> None:
    views = Views(A)
    views.see(frozenset({A}), 100.0)
    assert views.is_ours(OF_A)
    assert views.is_ours(OF_B)
    assert views.wait(OF_B, 100.0) == 0


def test_who_comes_waits_for_the_others_to_leave_who_is_there_does_not() -> None:
    comes, is_there = Views(B), Views(A)
    is_there.see(frozenset({A}), 50.0)
    comes.see(BOTH, 100.0)
    is_there.see(BOTH, 100.5)
    assert not is_there.is_ours(OF_B)
    assert comes.is_ours(OF_B)
    assert comes.wait(OF_B, 100.0) == share.HANDOVER
    assert comes.wait(OF_B, 100.0 + share.HANDOVER) == 0
    assert is_there.wait(OF_A, 100.5) == 0


def test_what_a_dead_one_had_is_begun_after_it_would_have_left_by_itself() -> None:
    views, cut_off = Views(A), Views(B)
    views.see(BOTH, 0.0)
    cut_off.see(BOTH, 0.0)
    cut_off.miss(share.SILENT)
    assert cut_off.is_fresh
    cut_off.miss(share.SILENT + share.BEAT)
    assert not cut_off.is_fresh
    views.see(frozenset({A}), bridges.LIFE)
    assert views.wait(OF_B, bridges.LIFE) == share.HANDOVER
    assert bridges.LIFE + share.BEAT + share.HANDOVER < 15


def test_who_was_taken_for_dead_begins_anew() -> None:
    views = Views(A)
    views.see(BOTH, 0.0)
    views.see(BOTH, 10.0)
    views.miss(20.0)
    assert views.is_ours(OF_A)
    views.see(BOTH, 21.0)
    assert views.is_fresh
    assert views.wait(OF_A, 21.0) == share.HANDOVER


def test_without_redis_who_was_alone_goes_on() -> None:
    views = Views(A)
    views.miss(1000.0)
    assert views.is_fresh
    views.see(frozenset({A}), 2000.0)
    views.miss(9000.0)
    assert views.is_fresh
    assert views.wait(OF_B, 9000.0) == 0


def test_a_redis_that_has_forgotten_all_moves_nothing() -> None:
    """After its restart each sees itself alone for a moment."""
    views = Views(A)
    views.see(BOTH, 0.0)
    views.see(BOTH, 100.0)
    views.see(frozenset({A}), 101.0)
    assert views.wait(OF_B, 101.0) > 0
    views.see(BOTH, 102.0)
    assert not views.is_ours(OF_B)
    assert views.wait(OF_A, 102.0) == 0


def test_what_is_elsewhere_is_not_admitted(settings_redis: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "HANDOVER", 0.1)
    address = "/of/this/test"
    mine = next(one for one in range(100) if bridges.owner(one, (address, "/other")) == address)
    others = next(one for one in range(100) if bridges.owner(one, (address, "/other")) != address)

    async def story() -> None:
        ours = Share(address)
        await asyncio.to_thread(bridges.announce, "/other")
        await ours.start()
        await ours.admit(mine)
        with pytest.raises(errors.Elsewhere):
            await ours.admit(others)
        await asyncio.to_thread(bridges.leave, "/other")
        await ours.admit(others)  # web knows already, and asks nobody else
        await ours.close()

    asyncio.run(story())
    assert not {address, "/other"} & bridges.live()


@pytest.mark.parametrize(
    ("address", "said", "expected"),
    [
        ("10.0.0.1:7000", "", "10.0.0.1:7000"),
        ("/run/bridge.sock", "", "/run/bridge.sock"),
        ("0.0.0.0:7000", "", ""),
        ("[::]:7000", "", ""),
        ("0.0.0.0:7000", "bridge-1:7000", "bridge-1:7000"),
    ],
)
def test_where_a_bridge_is_found(settings: Any, address: str, said: str, expected: str) -> None:
    env = replace(settings.ENV, bridge=address, bridge_announced=said)
    assert env.bridge_announced_address == expected


# --- What web believes ------------------------------------------------------------------------------------------------


class Reading:
    """Redis as one thread sees it: each answer is waited for until it is given. A fault is an answer too."""

    def __init__(self) -> None:
        self.begun: Queue[None] = Queue()
        self._answers: Queue[frozenset[str] | RedisError] = Queue()

    def live(self) -> frozenset[str]:
        self.begun.put(None)
        answer = self._answers.get(timeout=30)
        if isinstance(answer, RedisError):
            raise answer
        return answer

    def answer(self, *answers: frozenset[str] | RedisError) -> None:
        for each in answers:
            self._answers.put(each)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    found = Reading()
    monkeypatch.setattr(bridges, "live", found.live)
    return found


def test_while_nothing_was_ever_read_nobody_is_told_that_there_is_no_bridge(reading: Reading) -> None:
    known = bridges._Known()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(known.addresses)
        reading.begun.get(timeout=30)
        second = threads.submit(known.addresses)
        assert not wait([second], timeout=0.3).done
        reading.answer(BOTH)
        assert first.result(30) == second.result(30) == BOTH
    assert reading.begun.empty()


def test_who_doubts_is_not_told_what_was_asked_for_before(reading: Reading) -> None:
    known = bridges._Known()
    reading.answer(frozenset({A}))
    known.addresses()
    reading.begun.get(timeout=30)
    known.forget()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(known.addresses)
        reading.begun.get(timeout=30)
        known.forget()
        second = threads.submit(known.addresses)
        reading.answer(frozenset({A}), BOTH)
        assert first.result(30) == frozenset({A})
        assert second.result(30) == BOTH


def test_doubt_asks_a_silent_redis_no_sooner(reading: Reading) -> None:
    known = bridges._Known()
    reading.answer(BOTH, RedisTimeout())
    assert known.addresses() == BOTH
    known.forget()
    assert known.addresses() == BOTH
    known.forget()
    assert known.addresses() == BOTH  # would wait for an answer that nobody gives
    assert reading.begun.qsize() == 2


# --- Two real ones ----------------------------------------------------------------------------------------------------


class Pair:
    """Two bridges of one installation, and accounts that are looked at."""

    def __init__(self, dovecot: Dovecot, settings: Any, count: int) -> None:
        url = f"unix://{settings.ENV.data_path / 'redis.sock'}"
        self.env = settings.ENV = at(settings.ENV, dovecot, redis_url=url)
        self.dovecot = dovecot
        self.both = [Bridge(self.env) for _ in range(2)]
        self.accounts = [account_of(dovecot.user()) for _ in range(count)]
        self.mailboxes = {account.pk: factories.mailbox(account, uid_validity=1) for account in self.accounts}

    def present(self) -> None:
        presence.renew([account.pk for account in self.accounts])

    def watched(self) -> list[int]:
        """By each bridge that is there; never more in all than there are accounts."""
        found = [_health(bridge.address) for bridge in self.both if bridge.running]
        assert sum(found) <= len(self.accounts), found
        return found

    def share_of(self, bridge: Bridge) -> list[MailAccount]:
        addresses = [each.address for each in self.both]
        return [account for account in self.accounts if bridges.owner(account.pk, addresses) == bridge.address]

    def are_shared(self) -> bool:
        return self.watched() == [len(self.share_of(bridge)) for bridge in self.both]

    def listening(self) -> Counter[str]:
        """The connections that the mail server has open, by address, as its log tells."""
        log = self.dovecot.log
        opened = Counter(re.findall(r"imap-login: (?:Info: )?Login: user=<([^>]+)>", log))
        closed = Counter(
            re.findall(
                r"imap\(([^)]+)\)<[^>]*>(?:<[^>]*>)?: (?:Info: )?(?:Disconnected|Logged out|Connection closed)", log
            )
        )
        opened.subtract(closed)
        return opened

    def read(self, account: MailAccount) -> None:
        """Ask for a message that is not there, as web does: the mail server must be asked for it."""
        with pytest.raises(errors.MessageGone):
            client.fetch(account.pk, self.mailboxes[account.pk].pk, 99, ["1"])


def _health(address: str) -> int:
    connection = client._connection(address)
    connection.timeout = 10
    try:
        connection.request("GET", "/health")
        return int(json.loads(connection.getresponse().read())["watched"])
    finally:
        connection.close()


@pytest.fixture
def pair(dovecot: Dovecot, settings: Any, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Watched by both, each its share."""
    found = Pair(dovecot, settings, count=12)
    settings.ENV = replace(found.env, bridge=found.both[0].address)
    with ExitStack() as stack:
        for bridge in found.both:
            stack.enter_context(running(bridge))
        found.present()
        wait_until(found.are_shared, "both watch their share")
        monkeypatch.setattr(bridges, "_known", bridges._Known())
        yield found


def test_a_dead_ones_accounts_are_taken_over_and_given_back(pair: Pair) -> None:
    first, second = pair.both
    assert pair.share_of(first)
    assert pair.share_of(second)
    for account in pair.accounts:
        pair.read(account)
    second.kill()
    killed_at = time.monotonic()
    pair.present()
    wait_until(lambda: pair.watched() == [len(pair.accounts)], "the takeover", deadline=60)
    print(f"taken over after {time.monotonic() - killed_at:.1f} s")
    for account in pair.accounts:
        pair.read(account)
    second.spawn()
    second.wait_until_ready()
    wait_until(pair.are_shared, "its share given back", deadline=60)
    for account in pair.accounts:
        pair.read(account)
    _end_in_order(pair, second)


def _end_in_order(pair: Pair, bridge: Bridge) -> None:
    """As an operator does; who reads meanwhile is not sent away."""
    share = pair.share_of(bridge)
    ending = threading.Thread(target=bridge.stop)
    ending.start()
    while ending.is_alive():
        for account in share:
            pair.read(account)
    ending.join()
    for account in share:
        pair.read(account)


def test_no_account_has_two_watchers_and_none_more_connections_than_two_bridges_may_have(pair: Pair) -> None:
    """What the mail server itself counts, while shares go to and fro."""
    second = pair.both[1]
    for _ in range(2):
        for account in pair.accounts:
            pair.read(account)
        assert max(pair.listening().values()) <= 3  # one that listens, and of the two warm ones the one just used
        second.stop()
        wait_until(lambda: pair.watched() == [len(pair.accounts)], "the takeover")
        second.spawn()
        second.wait_until_ready()
        wait_until(pair.are_shared, "its share given back")
        pair.present()


def test_who_is_asked_for_what_is_elsewhere_says_so_and_web_finds_the_other(pair: Pair) -> None:
    first, second = pair.both
    [account, *_] = pair.share_of(second)
    mailbox = pair.mailboxes[account.pk]
    values = {"account": account.pk, "mailbox": mailbox.pk, "uid": 99, "sections": ["1"]}
    with pytest.raises(errors.Elsewhere):
        client._ask_at(first.address, "/fetch", values, 10)
    with pytest.raises(errors.Elsewhere):
        client._ask_at(first.address, "/replay", {"account": account.pk}, 10)
    bridges._known._addresses = frozenset({first.address})
    bridges._known._until = time.monotonic() + 60
    pair.read(account)
