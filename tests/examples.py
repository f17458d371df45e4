"""How many examples a property is tried with: few in every run, and fifty times as many by `./run soak`."""

import os

TIMES = int(os.environ.get("TEST_EXAMPLES_TIMES", "1"))


def examples(few: int) -> int:
    """For `max_examples`: so many in a run of the whole suite."""
    return few * TIMES
