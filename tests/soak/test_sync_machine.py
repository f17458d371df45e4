"""Long random walks of two clients over one account: SOAK_EXAMPLES (200) for each kind of server."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.machine import TwoSides, small_windows
from tests.servers.mail_server import MailServer

pytestmark = pytest.mark.soak

MANY = settings(
    max_examples=int(os.environ.get("SOAK_EXAMPLES", "200")), stateful_step_count=50, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_whatever_both_sides_do_for_long(begin: Callable[[MailServer], Story], any_server: MailServer) -> None:
    with small_windows():
        run_state_machine_as_test(lambda: TwoSides(lambda: begin(any_server)), settings=MANY)
