"""The one door: three people, and what is not one's own is not there."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from accounts.models import MailAccount, User
from imapbridge.models import Mailbox, Message, Mirror, Notice
from tests import factories
from webmail import access

pytestmark = pytest.mark.django_db
BEYOND_ANY_TABLE = [0, -1, 2**31, 2**63 - 1, 2**63, 10**40]


class Owner(NamedTuple):
    user: User
    account: MailAccount
    inbox: Mailbox
    letter: Message


def owner(address: str) -> Owner:
    user, account = factories.person(address)
    inbox = factories.mailbox(account)
    return Owner(user, account, inbox, factories.message(inbox))


@pytest.fixture
def alice() -> Owner:
    return owner("alice@example.org")


@pytest.fixture
def bob() -> Owner:
    return owner("bob@example.org")


@pytest.fixture
def charlie() -> User:
    """Charlie has no mailbox at all."""
    return User.objects.create_user("charlie@example.org")


def test_ones_own_is_there(alice: Owner, bob: Owner) -> None:
    for each in (alice, bob):
        assert access.holder_for(each.user).account == each.account
        assert access.holder_of_mailbox(each.user, each.inbox.pk).account == each.account
        held = access.holder_of_message(each.user, each.letter.pk)
        assert (held.account, held.thread) == (each.account, each.letter.thread)
        assert access.message_for(each.user, each.letter.pk) == each.letter


def test_the_holder_says_how_the_mirror_is(alice: Owner) -> None:
    held = access.holder_for(alice.user)
    assert (held.error, held.quota_used, held.quota_limit) == ("", None, None)
    Mirror.objects.create(account=alice.account, error="busy", quota_used=5, quota_limit=2**40)
    held = access.holder_of_mailbox(alice.user, alice.inbox.pk)
    assert (held.error, held.quota_used, held.quota_limit) == ("busy", 5, 2**40)
    assert held.account.refused is False


@pytest.mark.threat("C3")
@pytest.mark.parametrize("stranger", ["bob", "charlie", "nobody"])
def test_what_is_anothers_is_not(alice: Owner, bob: Owner, charlie: User, stranger: str) -> None:
    visitor = {"bob": bob.user, "charlie": charlie, "nobody": AnonymousUser()}[stranger]
    doors: list[tuple[Callable[[Any, int], Any], int]] = [
        (access.holder_of_mailbox, alice.inbox.pk),
        (access.holder_of_message, alice.letter.pk),
        (access.message_for, alice.letter.pk),
    ]
    for door, key in doors:
        with pytest.raises(Http404):
            door(visitor, key)


@pytest.mark.parametrize("key", BEYOND_ANY_TABLE)
@pytest.mark.parametrize("door", [access.holder_of_mailbox, access.holder_of_message, access.message_for])
def test_what_is_nobodys_is_not(alice: Owner, door: Callable[[User, int], Any], key: int) -> None:
    with pytest.raises(Http404):
        door(alice.user, key)


def test_who_has_no_account_has_none(charlie: User) -> None:
    for visitor in (charlie, AnonymousUser()):
        with pytest.raises(Http404):
            access.holder_for(visitor)


def test_of_several_accounts_each_holds_its_own(alice: Owner, bob: Owner) -> None:
    fair = factories.another(alice.user, title="Fair desk", hue=3, position=1, secret="")
    inbox = factories.mailbox(fair, unread=4)
    letter = factories.message(inbox)
    for held in (access.holder_of_mailbox(alice.user, inbox.pk), access.holder_of_message(alice.user, letter.pk)):
        assert held.account == fair
        assert [other.address for other in held.others] == ["alice@example.org"]
    others = access.holder_of_mailbox(alice.user, alice.inbox.pk).others
    beside = (1, fair.pk, fair.address, "Fair desk", 3, True, "", inbox.pk, 4, "{}")
    assert others == (beside,)
    assert access.holder_of_mailbox(bob.user, bob.inbox.pk).others == ()
    for door, key in ((access.holder_of_mailbox, inbox.pk), (access.holder_of_message, letter.pk)):
        with pytest.raises(Http404):
            door(bob.user, key)


def test_the_account_of_a_page_that_names_none(alice: Owner, bob: Owner) -> None:
    """The last one that was used; the first in the person's order when that is none of theirs."""
    fair = factories.another(alice.user, position=1)
    assert access.holder_for(alice.user).account == alice.account
    assert access.holder_for(alice.user, fair.pk).account == fair
    for not_theirs in (bob.account.pk, -1, 2**63, 10**30):
        assert access.holder_for(alice.user, not_theirs).account == alice.account
    MailAccount.objects.filter(pk=alice.account.pk).update(position=2)
    assert access.holder_for(alice.user).account == fair
    assert [address for _key, address in access.accounts_of(alice.user)] == [fair.address, "alice@example.org"]


def test_what_is_told_of_is_of_all_accounts(alice: Owner, bob: Owner) -> None:
    fair = factories.another(alice.user)
    for account in (alice.account, fair, bob.account):
        Notice.objects.create(account=account, kind="move", code="refused", subject="Hello", count=1)
    assert access.holder_for(alice.user).notices == 2


def test_each_door_asks_once(alice: Owner, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert access.holder_for(alice.user).account.address
    with django_assert_num_queries(1):
        assert access.holder_of_mailbox(alice.user, alice.inbox.pk).account.address
    with django_assert_num_queries(1):
        assert access.holder_of_message(alice.user, alice.letter.pk).account.address
    with django_assert_num_queries(1):
        assert access.message_for(alice.user, alice.letter.pk).account.address


@pytest.mark.parametrize(
    ("secret", "refused", "needed"), [("sealed", False, False), ("", False, True), ("sealed", True, True)]
)
def test_account_needs_password(secret: str, refused: bool, needed: bool) -> None:
    assert access.account_needs_password(MailAccount(secret=secret, refused=refused)) is needed
