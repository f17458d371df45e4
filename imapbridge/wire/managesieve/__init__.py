"""ManageSieve (RFC 5804), sans-IO: how the scripts that filter an account's mail are read and kept on its server.

    replies     octets -> lines, and the reply that ends a command
    commands    the only way to make a command: by the types of its arguments, so that injection cannot be written
    session     each command once, as a generator that a driver runs

Knows nothing of what stands in a script; never touches a socket.
"""

from imapbridge.wire.managesieve.replies import Line, Reply, Script
from imapbridge.wire.managesieve.session import LIMITS, SieveExchange, SieveSession

__all__ = ["LIMITS", "Line", "Reply", "Script", "SieveExchange", "SieveSession"]
