"""The account's filter scripts, as the bridge reads and changes them for web: ManageSieve, one connection at a time for
each account and only for as long as one request takes.

A change is compare-and-swap as far as the protocol has it: what the person saw is read again on the same connection
before the first step. What stands there afterwards is read again too, so that a half-done change is seen as it is.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from imapbridge.errors import NoFilters, ScriptsChanged, ServerTimedOut, TooLarge, Unsafe, WireError
from imapbridge.pool.credentials import Login, in_thread, open_sieve
from imapbridge.pool.translation import translate
from imapbridge.scripts import digest
from imapbridge.wire.drivers import AsyncSieveConnection
from imapbridge.wire.managesieve import Script, SieveSession

LARGEST = 256 * 1024
"""Octets of one script."""
MOST_READ = 20
"""Scripts whose text one answer has."""


class Scripts:
    """One for the process."""

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do(self, account_id: int, values: dict[str, Any], seconds: float) -> dict[str, Any]:
        """`steps`: `[["put", name, text], ["activate", name], ...]`, none of them done unless `expected` still holds:
        `{"texts": {name: digest}, "active": name}`. `read`: beginnings of names whose texts are wanted, beside that of
        the active one. Raises MailErrors."""
        login = await in_thread(open_sieve, account_id)
        if login is None:
            raise NoFilters
        turn = self._turns.setdefault(account_id, asyncio.Lock())
        try:
            async with asyncio.timeout(seconds), turn:
                return await _conversation(login, values, seconds)
        except TimeoutError as error:
            raise ServerTimedOut(server=login.server.host) from error
        except WireError as error:
            raise translate(error, login.server.host) from error


async def _conversation(login: Login, values: dict[str, Any], seconds: float) -> dict[str, Any]:
    connection = await AsyncSieveConnection.connect(login.server, seconds)
    try:
        talk = _Talk(connection, seconds)
        await talk.sign_in(login)
        found = await talk.read(tuple(values.get("read", ())))
        steps = [tuple(map(str, step)) for step in values.get("steps", ())]
        if not steps:
            return found
        _compare(found, values.get("expected", {}))
        warnings = [await talk.step(*step) for step in steps]
        found = await talk.read(tuple(values.get("read", ())))
        return found | {"warnings": "\n".join(filter(None, warnings))}
    finally:
        with suppress(WireError):
            if connection.is_open:
                await connection.run(connection.session.logout(), 2)
        connection.close()


def _compare(found: dict[str, Any], expected: dict[str, Any]) -> None:
    active = next((one["name"] for one in found["scripts"] if one["active"]), "")
    if "active" in expected and expected["active"] != active:
        raise ScriptsChanged
    for name, known in expected.get("texts", {}).items():
        if digest(found["texts"].get(name)) != known:
            raise ScriptsChanged


class _Talk:
    """The commands of one conversation."""

    def __init__(self, connection: AsyncSieveConnection, seconds: float) -> None:
        self._connection = connection
        self._session: SieveSession = connection.session
        self._seconds = seconds

    async def sign_in(self, login: Login) -> None:
        await self._connection.run(login.sign_in(self._session), self._seconds)

    async def read(self, beginnings: tuple[str, ...]) -> dict[str, Any]:
        scripts = await self._connection.run(self._session.scripts(), self._seconds)
        wanted = [one for one in scripts if one.is_active or one.name.startswith(beginnings)][:MOST_READ]
        texts: dict[str, str] = {}
        for one in wanted:
            if (text := await self._text(one)) is not None:
                texts[one.name] = text
        return {
            "capabilities": self._session.capabilities,
            "scripts": [{"name": one.name, "active": one.is_active} for one in scripts],
            "texts": texts,
        }

    async def _text(self, script: Script) -> str | None:
        try:
            octets = await self._connection.run(self._session.get(script.name), self._seconds)
        except Unsafe:
            return None  # a name that no script may have: it is shown, and left alone
        # What is no UTF-8 comes back as it was, should it be written again.
        return octets.decode("utf-8", "surrogateescape") if len(octets) <= LARGEST else None

    async def step(self, kind: str, *arguments: str) -> str:
        """Returns the server's warnings."""
        session, run = self._session, self._connection.run
        if kind == "put":
            name, text = arguments
            octets = _octets(text)
            await run(session.have_space(name, len(octets)), self._seconds)
            return await run(session.put(name, octets), self._seconds)
        if kind == "check":
            return await run(session.check(_octets(arguments[0])), self._seconds)
        plain = {"activate": session.activate, "delete": session.delete}
        if kind in plain:
            await run(plain[kind](arguments[0]), self._seconds)
        elif kind == "rename":
            await run(session.rename(arguments[0], arguments[1]), self._seconds)
        else:
            raise ValueError(kind)
        return ""


def _octets(text: str) -> bytes:
    try:
        octets = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise Unsafe("a text that cannot be written as UTF-8") from error
    if len(octets) > LARGEST:
        raise TooLarge
    return octets
