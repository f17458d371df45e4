"""Who a person may write as."""

import pytest

from accounts.identities import default_of, for_addresses, identities_of
from accounts.models import Identity
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_account_without_one_writes_as_its_address_and_nothing_is_saved() -> None:
    _user, account = factories.person("ann@example.com")
    (only,) = identities_of(account)
    assert (only.name, only.address, only.is_default, only.pk) == ("Ann", "ann@example.com", True, None)
    assert not Identity.objects.exists()


def test_they_come_in_their_order_with_one_default() -> None:
    _user, account = factories.person("ann@example.com")
    second = Identity.objects.create(account=account, address="b@example.com", position=2)
    first = Identity.objects.create(account=account, address="a@example.com", position=1)
    found = identities_of(account)
    assert found == [first, second]
    assert default_of(found) == first
    Identity.objects.filter(pk=second.pk).update(is_default=True)
    assert default_of(identities_of(account)) == second


@pytest.mark.parametrize(
    ("came_to", "answers"),
    [
        (["Fair@Example.com"], "fair@example.com"),
        (["x@elsewhere.example", "fair@example.com"], "fair@example.com"),
        (["ann+news@example.com"], "ann+news@example.com"),
        (["fair+desk@example.com"], "fair@example.com"),
        (["ann+other@example.com"], "ann@example.com"),
        (["nobody@example.org"], "ann@example.com"),
        ([], "ann@example.com"),
    ],
)
def test_an_answer_comes_from_where_the_message_came_to(came_to: list[str], answers: str) -> None:
    addresses = ["ann@example.com", "fair@example.com", "ann+news@example.com"]
    identities = [Identity(address=address, is_default=address == "ann@example.com") for address in addresses]
    assert for_addresses(identities, came_to).address == answers
