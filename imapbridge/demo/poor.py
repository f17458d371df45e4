"""The demo's IMAP server where there is no Dovecot: pymap, with mailboxes that are kept in one SQLite file.

Poor, for pymap has no CONDSTORE, no SORT and no THREAD, and announces no SPECIAL-USE; but it pushes, and needs
nothing but Python.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from contextlib import AsyncExitStack
from pathlib import Path

from pymap.backend.dict import Config, DictBackend
from pymap.backend.dict.filter import FilterSet
from pymap.config import BackendCapability
from pymap.imap import IMAPService
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from imapbridge.demo.kept import KeptMailboxes
from imapbridge.demo.looking import LookingLogin
from imapbridge.demo.people import PASSWORD, PEOPLE
from imapbridge.demo.store import Store


class DemoConfig(Config):
    """No demo data of pymap's own, no look-up of this machine's name, and no object ids: they would not be kept."""

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=False, multi_append=True)

    @property
    def greeting(self) -> bytes:
        return b"The demo is ready."


async def serve(folder: Path, port: int, ready: asyncio.Event) -> None:
    """Serve on this port of the loopback address until cancelled."""
    arguments = Namespace(
        host="127.0.0.1", port=port, debug=False, cert=None, key=None, tls=False, passlib_cfg=None,
        proxy_protocol=None, inherited_sockets=None, demo_data=False, demo_user="", demo_password="",
    )  # fmt: skip
    # Their passwords are printed on the terminal: hashing them would only cost time.
    config = DemoConfig.from_args(arguments, hash_context=Cleartext())
    config.apply_context()
    login = LookingLogin(config)
    store = Store(folder / "mail.sqlite3")
    for address in PEOPLE:
        login.users_dict[address] = UserMetadata(config, address, password=PASSWORD)
        config.set_cache[address] = (KeptMailboxes(store, address), FilterSet())
    async with AsyncExitStack() as stack:
        await IMAPService(DictBackend(login, config), config).start(stack)
        ready.set()
        await asyncio.Event().wait()
