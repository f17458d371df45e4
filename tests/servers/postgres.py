"""A private PostgreSQL without durability, with a fresh database for whoever asks.

PostgreSQL refuses to be root; then it runs as the package's own account.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.process import Server, free_ports, require

FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


class PostgreSQL(Server):
    """`url` is that of the maintenance database; the one user, `whimbrel`, needs no password."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions instead of waiting for them

    def __init__(self) -> None:
        self._program = Path(require("postgres"))
        super().__init__()
        self.port = 0
        self._data = self.directory / "data"
        self._owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self._owner:
            shutil.chown(self.directory, self._owner.pw_uid, self._owner.pw_gid)

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://whimbrel@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"whimbrel_{secrets.token_hex(5)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Drop a database made by `database`, in use or not."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def choose_ports(self) -> None:
        [self.port] = free_ports(1)

    def start(self) -> None:
        initdb = [str(self._program.with_name("initdb")), "--pgdata", str(self._data), "--username", "whimbrel"]
        choices = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [*self._as_owner(), *initdb, *choices], cwd=self.directory, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise AssertionError(f"initdb failed: {made.stderr}")
        super().start()

    def command(self) -> Sequence[str]:
        settings = [word for name, value in FAST_AND_FORGETFUL.items() for word in ("-c", f"{name}={value}")]
        place = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.directory)]
        return [*self._as_owner(), str(self._program), *place, *settings]

    def ready(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _as_owner(self) -> list[str]:
        """The words that make the rest of a command line run as the owner of the data, and end when we end."""
        if not self._owner:
            return []
        who = ["--reuid", str(self._owner.pw_uid), "--regid", str(self._owner.pw_gid), "--init-groups"]
        return ["setpriv", *who, "--pdeathsig", "INT", "--"]
