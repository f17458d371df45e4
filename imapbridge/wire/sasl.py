"""What a client says to sign in (RFC 4422): with a password PLAIN, with an access token OAUTHBEARER or XOAUTH2. Pure.

IMAP, SMTP and ManageSieve offer the same mechanisms and frame them each in their own way; the words within are these.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass, field

from imapbridge.errors import Unsafe


@dataclass(frozen=True, slots=True)
class Mechanism:
    """`initial`: the first response; `last`: the answer to a further challenge, which holds the reason of a refusal,
    which the server tells once more. Both as octets, not yet in base64."""

    name: str
    initial: bytes = field(repr=False)
    last: bytes = b""

    @property
    def encoded(self) -> str:
        return base64.b64encode(self.initial).decode("ascii")


def by_token(offered: Collection[str], username: str, token: str, host: str = "", port: int = 0) -> Mechanism | None:
    """OAUTHBEARER (RFC 7628) where that is all there is, else XOAUTH2, which more servers know well; None for neither.

    `offered`: names of mechanisms in upper case. Unsafe when a control character is in name or token.
    """
    if any(char in username + token for char in "\0\1\r\n"):
        raise Unsafe("a name or token may not hold control characters")
    if "XOAUTH2" in offered:
        return Mechanism("XOAUTH2", f"user={username}\1auth=Bearer {token}\1\1".encode())
    if "OAUTHBEARER" not in offered:
        return None
    name = username.replace("=", "=3D").replace(",", "=2C")
    where = f"\1host={host}\1port={port}" if host else ""
    return Mechanism("OAUTHBEARER", f"n,a={name},{where}\1auth=Bearer {token}\1\1".encode(), b"\1")
