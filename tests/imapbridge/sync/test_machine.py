"""Random walks of two clients over one account; `./run soak` takes longer ones."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.imapbridge.sync.conftest import Story
from tests.imapbridge.sync.machine import TwoSides, small_windows
from tests.servers.mail_server import MailServer

pytestmark = [pytest.mark.servers, pytest.mark.database]

FEW = settings(
    max_examples=4, stateful_step_count=15, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_whatever_both_sides_do(begin: Callable[[MailServer], Story], any_server: MailServer) -> None:
    with small_windows():
        run_state_machine_as_test(lambda: TwoSides(lambda: begin(any_server)), settings=FEW)
