"""The only modules of the wire with a socket: they run a session's commands, blocking or on asyncio.

Both keep the same promises. The timeout of a command is its whole deadline. After a timeout, a lost connection or bytes
that are not IMAP the connection is closed and never used again; after a NO or BAD (`CommandFailed`) it goes on.
"""

from imapbridge.wire.drivers.asynchronous import AsyncConnection, AsyncSieveConnection
from imapbridge.wire.drivers.blocking import BlockingConnection, dial
from imapbridge.wire.drivers.server import Peer, Server, peer_of, tls_error

__all__ = [
    "AsyncConnection",
    "AsyncSieveConnection",
    "BlockingConnection",
    "Peer",
    "Server",
    "dial",
    "peer_of",
    "tls_error",
]
