"""A lock's token names its process: only one that surely runs no more is called dead."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imapbridge.sync import holder

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("is_waited_for", [True, False], ids=["gone", "a zombie"])
def test_the_ended_are_dead(is_waited_for: bool) -> None:
    code = "from imapbridge.sync import holder; print(holder.token())"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        token = process.stdout.read().strip()
        if is_waited_for:
            process.wait()
        else:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert holder.is_dead(token)


def test_the_living_are_not_dead_and_no_token_is_another() -> None:
    token = holder.token()
    assert not holder.is_dead(token)
    assert holder.token() != token


def test_a_number_that_was_given_again_is_another_process() -> None:
    place, number, _started, lock = holder.token().split(" ")
    assert holder.is_dead(f"{place} {number} 1 {lock}")


@pytest.mark.parametrize("token", ["elsewhere 999999999 1 x", "{place} x 1 x", " 999999999 1 x", "7f3a", ""])
def test_of_others_nothing_is_known(token: str) -> None:
    place = holder.token().split(" ")[0]
    assert holder.is_dead(f"{place} 999999999 1 x")
    assert not holder.is_dead(token.format(place=place))
