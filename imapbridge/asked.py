"""By which request something is done, as far as it goes through our processes: for the lines of logs, and nothing else.

A request has a name (its id), which the proxy in front gave it or which is made when somebody first needs it: most
requests are done without a word in a log. Knows nobody's name and decides nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "X-Request-ID"
_FIT = re.compile(r"[\w.+/=:-]{1,100}", re.ASCII)
"""What a proxy may call a request: what could end a line, or pass for another field, is none."""


def nobody() -> int | None:
    return None


@dataclass(slots=True)
class Asked:
    """A request. `who` says whose it is, once that is known: a person's key; `account`, about which of theirs."""

    given: str = ""
    who: Callable[[], int | None] = nobody
    account: int | None = None

    @property
    def name(self) -> str:
        self.given = self.given or secrets.token_hex(8)
        return self.given


_current: ContextVar[Asked | None] = ContextVar("asked", default=None)


def begin(name: str = "", who: Callable[[], int | None] = nobody) -> Asked:
    """From here on, on this thread or in this task of the loop, what is done is done for this request."""
    asked = Asked(name if _FIT.fullmatch(name) else "", who)
    _current.set(asked)
    return asked


def about(account: int) -> None:
    """The request turns out to be about this account: who looks that up, for whatever reason, says so."""
    if (asked := _current.get()) is not None:
        asked.account = account


def current() -> Asked | None:
    return _current.get()


def name() -> str:
    """The name of the request that something is done for; empty when it is done for none."""
    asked = _current.get()
    return asked.name if asked else ""
