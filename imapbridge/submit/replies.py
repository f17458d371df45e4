"""What a submission server answers (RFC 5321 4.2), as values. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_MOST = 1000
_TOO_MANY = (452, 552)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to one command. `text`: the server's own words, in one line; show it escaped, never act on it."""

    code: int
    text: str = ""

    @classmethod
    def of(cls, code: int, raw: bytes) -> Reply:
        """Lines as they came. What is no reply at all has the code -1."""
        words = " ".join(raw.decode("utf-8", "replace").split())
        return cls(code, "".join(one for one in words if one.isprintable())[:_MOST])

    @property
    def is_ok(self) -> bool:
        return 200 <= self.code < 400

    @property
    def is_final(self) -> bool:
        """Asking again is no use."""
        return self.code >= 500

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463), else the reply code."""
        found = _ENHANCED.match(self.text)
        return found[1] if found else str(self.code)

    @property
    def words(self) -> str:
        """What it says without the codes."""
        return _ENHANCED.sub("", self.text).strip()


def after_others(reply: Reply, accepted: int) -> Reply:
    """A reply to RCPT: that there are too many is no word on this one, who is tried later (RFC 5321 4.5.3.1.10)."""
    return Reply(452, reply.text) if accepted and reply.code in _TOO_MANY else reply


NO_UTF8 = Reply(553, "5.6.7")
"""Of ours: the server cannot carry addresses beyond ASCII (RFC 6531 3.2)."""
TOO_LARGE = Reply(552, "5.3.4")
"""Of ours: the server said before how much it takes."""
