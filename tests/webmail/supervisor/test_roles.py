"""The command lines of our processes."""

from webmail.supervisor import roles


def test_a_web_process_is_not_killed_for_being_busy() -> None:
    """Its parent waits longer for a sign than any request takes."""
    words = list(roles.web(3, 2).command)
    assert int(words[words.index("--timeout-worker-healthcheck") + 1]) > roles.ENDING
