"""How often Python looks for values that hold each other in circles."""

from __future__ import annotations

import gc


def look_for_seldom() -> None:
    """For a process that has loaded what it needs: that is never looked at again, and the rest a thirtieth as often.

    Requests and syncs make many small values, hardly any of them in a circle: looking at all of them takes a tenth of
    the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
