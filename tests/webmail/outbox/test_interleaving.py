"""What a worker, another one, and a person do to one message at the same moment: each step is one's alone."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import MailAccount
from tests import factories
from webmail.compose import lingering, outbox, posting
from webmail.models import Outgoing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def account() -> MailAccount:
    return factories.person()[1]


@pytest.fixture
def row(account: MailAccount, asked: list[int]) -> Outgoing:
    """It is due, and its server has refused the password once."""
    bob = {"address": "bob@example.org", "state": "waiting", "code": "", "said": ""}
    now = timezone.now()
    return Outgoing.objects.create(
        account=account, message_id="<1@example.com>", sender=account.address, recipients=[bob], size=1,
        due_at=now, planned_at=now, problem="sign-in-refused",
    )  # fmt: skip


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
    """What both gave: `second` begins in another connection when `first` is done here and not committed yet."""
    gave: list[object] = []

    def other() -> None:
        try:
            gave.append(second())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        mine = first()
        thread.start()
        thread.join(0.5)  # it waits for the row
    thread.join()
    return mine, *gave


def test_one_of_two_workers_takes_it(row: Outgoing) -> None:
    first, second = meanwhile(lambda: posting.take(row.pk), lambda: posting.take(row.pk))
    assert (first, second) == (row, None)


def test_what_is_being_taken_back_is_not_taken(row: Outgoing) -> None:
    first, second = meanwhile(lambda: outbox.undo([row.account_id], row.pk), lambda: posting.take(row.pk))
    row.refresh_from_db()
    assert (first, second, row.state) == (row, None, "taken-back")


def test_what_is_being_taken_keeps_its_lease_when_its_person_comes_back(row: Outgoing, account: MailAccount) -> None:
    meanwhile(lambda: posting.take(row.pk), lambda: lingering.came_back(None, account.user))
    row.refresh_from_db()
    assert row.due_at > timezone.now()
