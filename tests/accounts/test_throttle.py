"""Guessing is slow; the rightful owner is never shut out."""

import contextlib
import threading

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts import known, throttle
from accounts.throttle import Attempt, TooMany, Window

HOME, ELSEWHERE = "192.0.2.0/24", "198.51.100.0/24"
# The database's mark brings the cache of the tests.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still_clock")]


def try_in_vain(address: str, network: str, times: int) -> None:
    for _ in range(times):
        Attempt(address, network)


def wait_of(address: str, network: str) -> int:
    with pytest.raises(TooMany) as caught:
        Attempt(address, network)
    return caught.value.wait


def let_the_wait_pass(address: str, network: str) -> None:
    cache.delete(throttle._key("pair", address, network) + ":gate")


def test_five_are_free_then_the_waits_double() -> None:
    try_in_vain("ann@example.org", HOME, 5)
    waits = [wait_of("ann@example.org", HOME)]
    for _ in range(7):
        let_the_wait_pass("ann@example.org", HOME)
        Attempt("ann@example.org", HOME)
        waits.append(wait_of("ann@example.org", HOME))
    assert waits == pytest.approx([15, 30, 60, 120, 240, 480, 900, 900], abs=2)


def test_asking_while_one_has_to_wait_makes_it_no_longer() -> None:
    try_in_vain("ann@example.org", HOME, 5)
    waits = [wait_of("ann@example.org", HOME) for _ in range(50)]
    assert max(waits) <= 15


def test_another_network_and_another_address_go_on() -> None:
    try_in_vain("ann@example.org", HOME, 5)
    Attempt("ann@example.org", ELSEWHERE)
    Attempt("ben@example.org", HOME)


def test_success_forgets_the_failures() -> None:
    try_in_vain("ann@example.org", HOME, 4)
    Attempt("ann@example.org", HOME).succeeded()
    try_in_vain("ann@example.org", HOME, 5)


def test_what_decided_nothing_does_not_count() -> None:
    for _ in range(200):
        Attempt("ann@example.org", HOME).undecided()
    try_in_vain("ann@example.org", HOME, 4)
    Attempt("ann@example.org", HOME).undecided()
    Attempt("ann@example.org", HOME)
    assert wait_of("ann@example.org", HOME) <= 15


@pytest.mark.threat("E5")
def test_a_network_that_tries_many_addresses_is_stopped() -> None:
    for number in range(30):
        Attempt(f"person{number}@example.org", HOME)
    assert 0 < wait_of("somebody@example.org", HOME) <= 3601
    Attempt("somebody@example.org", ELSEWHERE)


def test_who_signed_in_there_lately_is_not_concerned() -> None:
    Attempt("ann@example.org", HOME).succeeded()
    for number in range(30):
        Attempt(f"person{number}@example.org", HOME)
    Attempt("ann@example.org", HOME)


@pytest.mark.threat("E5")
def test_an_address_tried_from_everywhere_is_slow_but_never_shut() -> None:
    for number in range(50):
        Attempt("ann@example.org", f"10.0.{number}.0/24")
    Attempt("ann@example.org", HOME)  # the owner's first is let through
    assert wait_of("ann@example.org", HOME) == pytest.approx(15, abs=2)
    let_the_wait_pass("ann@example.org", HOME)
    Attempt("ann@example.org", HOME).succeeded()


def test_from_a_known_browser_the_owner_is_not_even_slowed() -> None:
    """Whoever guesses from the same network, and from everywhere, shuts a gate that is not the owner's."""
    try_in_vain("ann@example.org", HOME, 5)
    wait_of("ann@example.org", HOME)
    for number in range(60):
        with contextlib.suppress(TooMany):
            Attempt("ann@example.org", f"10.0.{number}.0/24")
    for _ in range(5):
        Attempt("ann@example.org", HOME, "browser")
    with pytest.raises(TooMany):  # but who has stolen its cookie gets no further
        Attempt("ann@example.org", HOME, "browser")


def test_a_known_browser_is_known_for_its_address_alone(rf: RequestFactory) -> None:
    signing_in = rf.get("/")
    known.remember(signing_in, "ann@example.org")
    rf.cookies[known.COOKIE] = signing_in.known_token  # type: ignore[attr-defined]
    again = rf.get("/")
    assert len(known.device(again, "Ann@example.org")) == 22
    assert known.device(again, "ben@example.org") == ""
    rf.cookies[known.COOKIE] = f"{signing_in.known_token}x"  # type: ignore[attr-defined]
    assert known.device(rf.get("/"), "ann@example.org") == ""


@pytest.mark.threat("E5")
def test_a_hundred_at_once_get_no_further() -> None:
    passed: list[Attempt] = []

    def attempt() -> None:
        with contextlib.suppress(TooMany):
            passed.append(Attempt("ann@example.org", HOME))

    threads = [threading.Thread(target=attempt) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(passed) <= 5


def test_no_address_stands_readable_in_redis() -> None:
    try_in_vain("ann@example.org", HOME, 6 - 1)
    keys = b" ".join(cache._cache.get_client().keys("*"))  # type: ignore[attr-defined]
    assert b"throttle:" in keys
    assert b"ann" not in keys
    assert b"192.0.2" not in keys


@given(
    current=st.integers(0, 100),
    older=st.integers(0, 100),
    limit=st.integers(1, 50),
    now=st.floats(1_000_000, 2_000_000),
)
def test_after_the_wait_one_more_is_allowed(current: int, older: int, limit: int, now: float) -> None:
    window = Window("w", limit, 3600)
    counts: dict[str, float] = {window.bucket(now): current, window.bucket(now, 1): older}
    wait = window.wait(counts, now)
    assert 0 <= wait <= 2 * 3600
    assert window.weigh(counts, now + wait) < limit
    assert wait == 0 or window.weigh(counts, now + max(0, wait - 2)) >= limit * 0.99 - 1


def test_the_window_slides() -> None:
    window = Window("w", 30, 3600)
    now = 3600 * 500 + 1800.0
    counts: dict[str, float] = {window.bucket(now): 10, window.bucket(now, 1): 20}
    assert window.weigh(counts, now) == 20
    assert window.weigh(counts, now + 1800) == 10
    assert window.weigh(counts, now + 7200) == 0
