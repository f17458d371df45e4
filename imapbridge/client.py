"""What web asks of the bridge, over HTTP on a Unix socket (or TCP with a shared secret), always with a deadline.

The only caller of the bridge; it opens no connection to a mail server. Blocking. A thread keeps one connection to each
bridge, and asks the one that has the account (`bridges`). Raises MailErrors only: those of the mail server, and
BridgeDown when it is our own process that fails.
"""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.autoconfig import Servers
from imapbridge import asked, bridges
from imapbridge.errors import BY_CODE, AskPerson, BridgeDown, MailError, ServerBusy, ServerUnreachable

logger = logging.getLogger(__name__)
T = TypeVar("T")

DEADLINE = "X-Deadline"
LENGTHS = "X-Lengths"
SECRET = "X-Bridge-Secret"  # noqa: S105  the name of the header

SLACK = 2.0
"""Seconds the bridge has beyond the deadline, to say that it has passed."""
SHORT = 2.0
"""Seconds for what the bridge answers at once."""
RETURN = 8.0
"""Seconds within which a bridge that is started anew is there again."""
BLOCK = 64 * 1024
AT_ONCE = 12
"""Threads that may wait for a mail server at the same time: half of those that pages have. A mail server that answers
slowly must not stop the pages that need none."""
TURN = 1.0
"""Seconds to wait for one's turn to wait."""


@sensitive_variables("password", "values")
def verify_sign_in(servers: Servers, username: str, password: str, *, is_token: bool = False) -> None:
    """Whether the mail server lets this person in: returns, or raises SignInRefused or whatever was in the way.

    `is_token`: an access token stands in place of the password.
    """
    imap = servers.imap
    values = asdict(imap)
    with _turn():
        values |= {"username": username, "password": password, "is_token": is_token}
        _ask("/verify", values, settings.ENV.imap_timeout)


def fetch(account_id: int, mailbox_id: int, uid: int, sections: list[str]) -> dict[str, bytes]:
    """Whole small sections (`1`, `2.1`, `HEADER`), still transfer-encoded; empty where the message has none such.

    MessageGone when the message is not there any more, TooLarge for more than 20 MB together.
    """
    if not sections:
        return {}
    values = {"account": account_id, "mailbox": mailbox_id, "uid": uid, "sections": sections}
    with _turn():
        lengths, octets = _ask("/fetch", values, settings.ENV.imap_timeout)
    found, start = {}, 0
    for section, length in zip(sections, map(int, lengths.split(",")), strict=True):
        found[section] = octets[start : start + length]
        start += length
    return found


def stream(account_id: int, mailbox_id: int, uid: int, section: str, offset: int = 0) -> Generator[bytes, None, None]:
    """A section of any size in blocks, still transfer-encoded, from `offset` on. The first block is there when this
    returns.

    Read slowly, and the mail server is read slowly. Close it to stop. The timeout is for each block.
    """
    values = {"account": account_id, "mailbox": mailbox_id, "uid": uid, "section": section, "offset": offset}
    return _at_the_right_bridge(account_id, lambda address: _begin_stream(address, values), is_waited_for=True)


def _begin_stream(address: str, values: dict[str, Any]) -> Generator[bytes, None, None]:
    connection = _connection(address)  # its own: the thread may ask for other things meanwhile
    try:
        response = _send(connection, "/stream", values, settings.ENV.imap_timeout)
        _away_since[address] = 0.0
        if response.status != http.HTTPStatus.OK:
            _check(response, response.read())
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise _down() from error
    except MailError:
        connection.close()
        raise
    return _blocks(connection, response)


def sieve(account_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """Read or change the account's filter scripts; see `scripts`, which is the only caller."""
    with _turn():
        _lengths, octets = _ask("/sieve", {**values, "account": account_id}, settings.ENV.imap_timeout)
    found: dict[str, Any] = json.loads(octets)
    return found


def replay(account_id: int) -> None:
    """Say that there are pending changes. Never raises: what is not replayed now is replayed by the next sync."""
    try:
        _ask("/replay", {"account": account_id}, SHORT)
    except MailError as error:
        logger.warning("account=%d replay not begun: %s", account_id, error.code)


def prefetch(account_id: int) -> None:
    """Have the newest unread mail fetched before it is opened. Never raises: it is then fetched when it is."""
    try:
        _ask("/prefetch", {"account": account_id}, SHORT)
    except MailError as error:
        logger.warning("account=%d nothing is fetched beforehand: %s", account_id, error.code)


def forget(account_id: int) -> None:
    """Have the account's connections closed. Never raises: within seconds the bridge sees for itself."""
    try:
        _ask("/forget", {"account": account_id}, SHORT)
    except MailError as error:
        logger.warning("account=%d not forgotten at once: %s", account_id, error.code)


def listens() -> bool:
    """Whether a bridge listens where the settings say. Asks it nothing."""
    return _is_there(settings.ENV.bridge_address)


def _is_there(address: str) -> bool:
    connection = _connection(address)
    connection.timeout = SHORT
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Generator[None]:
    """Hold one of the places to wait for a mail server at; ServerBusy when none comes free."""
    if not _turns.acquire(timeout=TURN):
        raise ServerBusy
    try:
        yield
    finally:
        _turns.release()


# --- HTTP -------------------------------------------------------------------------------------------------------------


class _UnixConnection(http.client.HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("bridge")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _Kept(threading.local):
    """This thread's connections to bridges, by address."""

    def __init__(self) -> None:
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def connection(self, address: str) -> http.client.HTTPConnection:
        if address not in self._connections:
            self._connections[address] = _connection(address)
        return self._connections[address]


_kept = _Kept()


def _connection(address: str) -> http.client.HTTPConnection:
    """Not connected yet; http.client does that with the first request."""
    host, colon, port = address.rpartition(":")
    if colon and "/" not in address:
        return http.client.HTTPConnection(host.strip("[]"), int(port))
    return _UnixConnection(address)


def _at_the_right_bridge(account_id: int, ask: Callable[[str], T], *, is_waited_for: bool) -> T:
    """Ask at the address of the bridge that has the account; once more when another has it by now, or when the same is
    there again: what a person waits for may wait for that."""
    address = bridges.address_of(account_id)
    try:
        return ask(address)
    except BridgeDown as down:
        bridges.look_again()
        other = bridges.address_of(account_id)
        if other == address and not (is_waited_for and _came_back(address, down)):
            raise
    except AskPerson as error:
        error.account = account_id
        raise
    return ask(other)


def _came_back(address: str, down: BridgeDown) -> bool:
    """Whether a bridge that was there, and took nothing of this request, is there again soon: it was started anew.

    Waits, but for no longer than `RETURN` after it was missed first: when it is gone, nobody waits for it any more.
    """
    began = _away_since.get(address)
    if began is None or not isinstance(down.__cause__, (ConnectionRefusedError, FileNotFoundError)):
        return False
    if not began:
        began = _away_since[address] = time.monotonic()
    while time.monotonic() - began < RETURN:
        if _is_there(address):
            return True
        time.sleep(0.05)
    return False


_away_since: dict[str, float] = {}
"""When a bridge that has answered before was missed first (the monotonic clock); 0 while it answers."""


@sensitive_variables()
def _ask(path: str, values: dict[str, Any], seconds: float) -> tuple[str, bytes]:
    """The lengths header and the body of a whole answer, over the thread's kept connection."""
    # A sign-in has no account yet: any bridge can tell.
    account_id = values.get("account", 0)
    return _at_the_right_bridge(
        account_id, lambda address: _ask_at(address, path, values, seconds), is_waited_for=seconds > SHORT
    )


@sensitive_variables()
def _ask_at(address: str, path: str, values: dict[str, Any], seconds: float) -> tuple[str, bytes]:
    connection = _kept.connection(address)
    try:
        response = _send_again(connection, path, values, seconds)
        octets = response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise _down() from error
    _away_since[address] = 0.0
    _check(response, octets)
    return response.headers.get(LENGTHS, ""), octets


@sensitive_variables()
def _send_again(
    connection: http.client.HTTPConnection, path: str, values: dict[str, Any], seconds: float
) -> http.client.HTTPResponse:
    """Send; once more when the connection turns out to have been closed while it was kept."""
    was_kept = connection.sock is not None
    try:
        return _send(connection, path, values, seconds)
    except ConnectionError:
        if not was_kept:
            raise
        connection.close()
    return _send(connection, path, values, seconds)


@sensitive_variables()  # all: http.client's own frames, which hold the body too, are covered by it
def _send(
    connection: http.client.HTTPConnection, path: str, values: dict[str, Any], seconds: float
) -> http.client.HTTPResponse:
    connection.timeout = seconds + SLACK
    if connection.sock is not None:
        connection.sock.settimeout(connection.timeout)
    headers = {DEADLINE: str(seconds)}
    if name := asked.name():
        headers[asked.HEADER] = name
    if settings.ENV.bridge_secret:
        headers[SECRET] = settings.ENV.bridge_secret
    connection.request("POST", path, json.dumps(values).encode(), headers)
    return connection.getresponse()


def _check(response: http.client.HTTPResponse, octets: bytes) -> None:
    """Raise what the bridge says has gone wrong."""
    if response.status == http.HTTPStatus.OK:
        return
    try:
        failure = json.loads(octets)
        kind, message, server = BY_CODE[failure["code"]], str(failure["message"]), str(failure["server"])
    except (ValueError, LookupError, TypeError) as error:
        raise _down() from error
    raise kind(message, server=server)


def _blocks(connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> Generator[bytes, None, None]:
    try:
        while block := response.read(BLOCK):
            yield block
    except (OSError, http.client.HTTPException) as error:
        # The status line is long gone: an early end is how the bridge says that the mail server failed.
        raise ServerUnreachable from error
    finally:
        connection.close()


def _down() -> BridgeDown:
    return BridgeDown(
        _("Our own mail connection service does not answer. Your mail is safe; please try again in a moment.")
    )
