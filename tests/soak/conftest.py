"""The stories' servers, for longer."""

from tests.imapbridge.sync.conftest import any_server, begin

__all__ = ["any_server", "begin"]
