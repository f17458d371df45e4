"""Pictures are unpacked in a process that may die of them."""

import os
import signal

import pytest

from tests.mail.pictures import picture
from webmail import unpacking


def test_a_process_that_dies_or_hangs_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    made = unpacking.small_picture(picture())
    assert made is not None
    assert made[8:12] == b"WEBP"
    assert unpacking.small_picture(b"nonsense") is None
    pool = unpacking._running()
    (child,) = pool._processes  # who has it
    assert child != os.getpid()
    os.kill(child, signal.SIGSTOP)
    monkeypatch.setattr(unpacking, "LONGEST", 0.2)
    assert unpacking.small_picture(picture()) is None, "it takes too long"
    monkeypatch.undo()
    assert unpacking.small_picture(picture()) == made
    (other,) = unpacking._running()._processes
    assert other != child
    os.kill(other, signal.SIGKILL)
    assert {unpacking.small_picture(picture()), unpacking.small_picture(picture())} <= {None, made}
    assert unpacking.small_picture(picture()) == made
    unpacking._end(unpacking._running())
