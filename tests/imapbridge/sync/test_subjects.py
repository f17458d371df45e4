"""Stray replies find their conversation by subject, time and people, in whatever order the messages arrive."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import MailAccount
from imapbridge.models import Entry, Mailbox, Message, ThreadRef
from imapbridge.sync import apply
from imapbridge.sync.content import Content, content
from imapbridge.terms.envelope import Address, Envelope
from imapbridge.wire.fetched import Fetched
from tests.examples import examples

pytestmark = pytest.mark.django_db

ME = Address("", "noor@example.com")
PEOPLE = [Address("", f"{name}@example.com") for name in ("ann", "bob", "cho")]
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def mailbox() -> Mailbox:
    user = get_user_model().objects.create_user("noor@example.com")
    account = MailAccount.objects.create(user=user, address="noor@example.com", username="noor@example.com")
    return Mailbox.objects.create(account=account, raw_name=b"INBOX", name="INBOX", uid_validity=1, lowest_uid=1)


def _letter(uid: int, subject: str, day: int = 0, person: int = 0, answers: str = "") -> Content:
    at = BEGINNING + timedelta(days=day)
    envelope = Envelope(at, subject, (PEOPLE[person],), to=(ME,), in_reply_to=answers, message_id=f"<{uid}@x>")
    return content(Fetched(uid, frozenset(), internal_date=at, size=100 + uid, envelope=envelope), 1, 1, "")


def _groups(mailbox: Mailbox, letters: list[Content], sizes: list[int]) -> set[frozenset[str]]:
    """Conversations as the index has them after these batches."""
    for model in (Entry, Message, ThreadRef):
        model._default_manager.all().delete()
    rest = list(letters)
    while rest:
        size = sizes.pop() if sizes else 3
        apply.messages(mailbox, rest[:size])
        rest = rest[size:]
    found: dict[int, set[str]] = {}
    for thread, message_id in Message.objects.values_list("thread", "message_id"):
        found.setdefault(thread, set()).add(message_id)
    return {frozenset(group) for group in found.values()}


def test_a_stray_reply_joins_what_it_answers(mailbox: Mailbox) -> None:
    letters = [_letter(1, "Table plan"), _letter(2, "RE: table plan", day=20)]
    assert _groups(mailbox, letters, [1, 1]) == {frozenset({"<1@x>", "<2@x>"})}


@pytest.mark.parametrize(
    "other",
    [
        _letter(2, "Table plan", day=1),
        _letter(2, "Re: Table plan", day=31),
        _letter(2, "Re: Table plan", day=1, person=1),
        _letter(2, "Re: Float cash", day=1),
        _letter(2, "Fwd: Table plan", day=1),
        _letter(2, "Re: Table plan", day=1, answers="<elsewhere@x>"),
    ],
    ids=["no reply", "too late", "other people", "other subject", "a forward", "answers another"],
)
def test_others_stay_apart(mailbox: Mailbox, other: Content) -> None:
    first = _letter(1, "Table plan")
    assert len(_groups(mailbox, [first, other], [1, 1])) == 2
    assert len(_groups(mailbox, [other, first], [2])) == 2


def test_nothing_is_joined_by_an_empty_subject(mailbox: Mailbox) -> None:
    assert len(_groups(mailbox, [_letter(1, ""), _letter(2, "Re:")], [2])) == 2


_letters = st.lists(
    st.tuples(
        st.sampled_from(["Plan", "Re: Plan", "Aw: plan", "Cash", "Re: Cash"]), st.integers(0, 90), st.integers(0, 2),
        st.sampled_from(["", "", "", "<3@x>"]),
    ),
    min_size=1, max_size=9,
)  # fmt: skip


@given(_letters, st.randoms(use_true_random=False), st.lists(st.integers(1, 5), max_size=6))
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_of_arrival_does_not_matter(
    mailbox: Mailbox, drawn: list[tuple[str, int, int, str]], order: random.Random, sizes: list[int]
) -> None:
    letters = [_letter(uid, *facts) for uid, facts in enumerate(drawn, 1)]
    truth = _groups(mailbox, letters, [len(letters)])
    order.shuffle(letters)
    assert _groups(mailbox, letters, list(sizes)) == truth
