"""What each kind of server needs: one `Profile`, chosen from host, greeting, ID and capabilities.

A profile only takes away what a server offers and does badly, or sets sizes and times; nothing here adds a feature that
is not offered. Facts about big providers come from other programs' code and bug reports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Profile:
    """The defaults are for an unknown, decent server."""

    name: str = "unknown"
    denied: frozenset[str] = frozenset()
    """Capabilities that are offered and must not be used."""
    max_command: int | None = None
    """Octets of one command. None: 8,000 where CONDSTORE is offered (RFC 7162 4), else 980."""
    pipeline: int = 10
    """Commands sent before the first is answered."""
    needs_id: bool = False
    """ID must be sent before a mailbox may be opened."""
    idle_refresh: float = 9 * 60
    """Seconds after which IDLE is given again; routers forget a silent connection."""
    interactive: int = 2
    """Warm connections for people's requests. 0: they share the one that idles."""
    bulk: int = 1
    saves_sent: bool = False
    """The submission server files a copy in Sent by itself."""
    expunge_archives: bool = False
    """`\\Deleted` and EXPUNGE only take a label away; to delete, move to the trash."""
    ascii_search: bool = False
    """SEARCH with a charset is refused."""
    status_mailbox_id: bool = True
    """STATUS tells MAILBOXID as it is. Off: it is told on opening a mailbox only."""
    enable_utf8: bool = False
    """Enable UTF8=ACCEPT. Off: the octets of a mailbox name are its key, and enabling changes them."""

    def max_command_for(self, capabilities: frozenset[str]) -> int:
        if self.max_command:
            return self.max_command
        return 8000 if capabilities & {"CONDSTORE", "QRESYNC", "IMAP4REV2"} else 980


GMAIL = Profile("gmail", pipeline=5, saves_sent=True, expunge_archives=True, idle_refresh=5 * 60)
MICROSOFT = Profile(
    "microsoft", pipeline=5, interactive=0, saves_sent=True, ascii_search=True, max_command=8000, idle_refresh=9 * 60
)
EXCHANGE = Profile("exchange", pipeline=5, interactive=1, ascii_search=True)
# Offers CONDSTORE and QRESYNC, confirms neither, and its VANISHED is malformed: mail would vanish here.
ICLOUD = Profile("icloud", denied=frozenset({"QRESYNC", "CONDSTORE"}), interactive=0, max_command=8000)
YAHOO = Profile("yahoo", interactive=0, pipeline=1, saves_sent=True, max_command=8000)
# 163.com, 126.com, 188.com, yeah.net: "Unsafe Login" until an ID is sent.
NETEASE = Profile("netease", needs_id=True, interactive=0, pipeline=1)
QQ = Profile("qq", interactive=0, pipeline=1)
YANDEX = Profile("yandex", interactive=1, idle_refresh=4 * 60)
ZOHO = Profile("zoho", denied=frozenset({"LIST-STATUS"}), interactive=1)
PURELYMAIL = Profile("purelymail", interactive=1)
DOVECOT = Profile("dovecot", pipeline=20, idle_refresh=24 * 60)
# 3.6 answers STATUS (MAILBOXID) with memory that it has freed: other octets each time, brackets and quotes among them.
CYRUS = Profile("cyrus", pipeline=20, idle_refresh=24 * 60, status_mailbox_id=False)
COURIER = Profile("courier", pipeline=5)
STALWART = Profile("stalwart")
UNKNOWN = Profile()

_BY_HOST = (
    (r"(?:^|\.)(?:gmail|googlemail|google)\.com$", GMAIL),
    (r"(?:^|\.)(?:outlook|office365|office|hotmail|live)\.com$", MICROSOFT),
    (r"(?:^|\.)(?:mail\.me|icloud|me|mac)\.com$", ICLOUD),
    (r"(?:^|\.)(?:yahoo\.(?:com|co\.jp|co\.uk)|aol\.com|yahoodns\.net)$", YAHOO),
    (r"(?:^|\.)(?:163|126|188)\.com$|(?:^|\.)yeah\.net$", NETEASE),
    (r"(?:^|\.)qq\.com$", QQ),
    (r"(?:^|\.)yandex\.(?:ru|com|net|kz|by)$", YANDEX),
    (r"(?:^|\.)zoho(?:mail|cloud)?\.(?:com|eu|in)$", ZOHO),
    (r"(?:^|\.)purelymail\.com$", PURELYMAIL),
)
_BY_WORD = (
    ("gimap", GMAIL),
    ("microsoft exchange online", MICROSOFT),
    ("outlook.office365.com", MICROSOFT),
    ("microsoft exchange", EXCHANGE),
    ("coremail", NETEASE),
    ("icloud", ICLOUD),
    ("apple", ICLOUD),
    ("yahoo", YAHOO),
    ("yandex", YANDEX),
    ("zoho", ZOHO),
    ("dovecot", DOVECOT),
    ("cyrus", CYRUS),
    ("courier", COURIER),
    ("stalwart", STALWART),
)


@lru_cache(1024)
def _of_host(host: str) -> Profile | None:
    return next((profile for pattern, profile in _BY_HOST if re.search(pattern, host)), None)


def choose(
    host: str = "",
    greeting: str = "",
    server_id: Mapping[str, str] | None = None,
    capabilities: frozenset[str] = frozenset(),
) -> Profile:
    """The profile of a server. The host decides, then what the server calls itself, then what only it offers."""
    if known := _of_host(host.lower().rstrip(".")):
        return known
    own_words = " ".join((*(server_id or {}).values(), greeting)).lower()
    for word, profile in _BY_WORD:
        if word in own_words:
            return profile
    if "X-GM-EXT-1" in capabilities:
        return GMAIL
    if "XAPPLEPUSHSERVICE" in capabilities and "XAPPLELITERAL" in capabilities:
        return ICLOUD
    return UNKNOWN
