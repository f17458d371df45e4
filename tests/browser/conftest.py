"""Noor, whose mailbox every browser test opens."""

import pytest

from tests.browser.people import fill
from tests.servers.dovecot import Dovecot, User


@pytest.fixture
def noor(dovecot: Dovecot, mail_user: User) -> User:
    fill(dovecot, mail_user)
    return mail_user
