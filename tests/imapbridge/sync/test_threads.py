"""Conversations come out the same in whatever order the messages arrive."""

import random

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import MailAccount
from imapbridge.models import ThreadRef
from imapbridge.sync.threads import MAX_REFERENCES, Relations, assign
from tests.examples import examples

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> MailAccount:
    user = get_user_model().objects.create_user("noor@example.com")
    return MailAccount.objects.create(user=user, address="noor@example.com", username="noor@example.com")


def _groups(account: MailAccount, messages: list[Relations], sizes: list[int]) -> set[frozenset[str]]:
    """Assign in batches; the conversations as sets of Message-IDs, by what the index says at the end."""
    ThreadRef.objects.all().delete()
    held: dict[str, int] = {}
    rest = list(messages)
    while rest:
        size = sizes.pop() if sizes else 3
        batch, rest = rest[:size], rest[size:]
        numbers, joined, *_ = assign(account.pk, batch)
        held = {own: joined.get(number, number) for own, number in held.items()}
        held |= {message.own: number for message, number in zip(batch, numbers, strict=True)}
    found: dict[int, set[str]] = {}
    for own, number in held.items():
        found.setdefault(number, set()).add(own)
    return {frozenset(group) for group in found.values()}


def _connected(messages: list[Relations]) -> set[frozenset[str]]:
    """The truth: messages that name each other, or the same third, belong together."""
    groups: list[tuple[set[str], set[str]]] = []
    for message in messages:
        ids, owns = {message.own, *message.others}, {message.own}
        for group in [group for group in groups if group[0] & ids]:
            groups.remove(group)
            ids |= group[0]
            owns |= group[1]
        groups.append((ids, owns))
    return {frozenset(owns) for _, owns in groups}


_relations = st.lists(
    st.tuples(st.integers(0, 14), st.lists(st.integers(0, 14), max_size=4)),
    min_size=1,
    max_size=12,
    unique_by=lambda m: m[0],
)


@given(_relations, st.randoms(use_true_random=False), st.lists(st.integers(1, 5), max_size=8))
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_of_arrival_does_not_matter(
    account: MailAccount, drawn: list[tuple[int, list[int]]], order: random.Random, sizes: list[int]
) -> None:
    messages = [Relations(f"<{own}@x>", tuple(f"<{ref}@x>" for ref in refs if ref != own)) for own, refs in drawn]
    truth = _connected(messages)
    assert _groups(account, messages, list(sizes)) == truth
    order.shuffle(messages)
    assert _groups(account, messages, list(sizes)) == truth


def test_a_reply_seen_before_its_root(account: MailAccount) -> None:
    (reply,), *_ = assign(account.pk, [Relations("<b@x>", ("<a@x>",))])
    (root,), joined, *_ = assign(account.pk, [Relations("<a@x>")])
    assert (root, joined) == (reply, {})


def test_a_message_joins_two_conversations(account: MailAccount) -> None:
    (a, b), *_ = assign(account.pk, [Relations("<a@x>"), Relations("<b@x>")])
    (both,), joined, *_ = assign(account.pk, [Relations("<c@x>", ("<a@x>", "<b@x>"))])
    assert both == min(a, b)
    assert joined == {max(a, b): min(a, b)}
    assert set(ThreadRef.objects.values_list("thread", flat=True)) == {both}


def test_other_people_s_conversations_are_theirs(account: MailAccount) -> None:
    user = get_user_model().objects.create_user("bob@example.com")
    bob = MailAccount.objects.create(user=user, address="bob@example.com", username="bob")
    assign(account.pk, [Relations("<a@x>"), Relations("<b@x>")])
    joined = assign(bob.pk, [Relations("<c@x>", ("<a@x>", "<b@x>"))]).joined
    assert joined == {}
    assert ThreadRef.objects.filter(account=account).values("thread").distinct().count() == 2


def test_a_hostile_references_header_is_cut() -> None:
    many = Relations("<me@x>", tuple(f"<{n}@x>" for n in range(5000)))
    assert len(many.digests()) == MAX_REFERENCES + 1
    assert many.digests()[0] == Relations("<0@x>").digests()[0]
