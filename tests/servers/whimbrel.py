"""The product itself, as its own processes: web, bridge, worker and beat, with the very command lines of `./run prod`.

Each can be killed and restarted alone, as no supervisor watches here but `Whimbrel.revive`.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from tests.servers import migrated
from tests.servers.mail_server import MailServer, User
from tests.servers.process import Server, one_at_a_time, private_directory, wait_until
from tests.servers.redis import Redis
from tests.servers.smtp import SmtpServer
from tests.servers.visitor import Visitor
from webmail.supervisor import prepare, probe, roles

ROOT = Path(__file__).resolve().parent.parent.parent


class RoleProcess(Server):
    """One of our processes."""

    def __init__(self, role: roles.Role, environ: Mapping[str, str], ready: Callable[[str], bool]) -> None:
        self.name = role.name
        super().__init__()
        self._role = role
        self._environ = environ
        self._ready = ready
        self.inherited = role.descriptors

    def command(self) -> Sequence[str]:
        return self._role.command

    def environment(self) -> Mapping[str, str]:
        return self._environ

    def working_directory(self) -> Path:
        return ROOT

    def ready(self) -> bool:
        return self._ready(self.log)


class Whimbrel:
    """Against a mail server (and a submission server), with a Redis of its own and SQLite, or the database of that URL.

    `environ` adds to the environment, or overrides it. `processes` has the four by name, or three without `beat`.
    """

    def __init__(
        self,
        dovecot: MailServer,
        smtp: SmtpServer | None = None,
        *,
        database_url: str = "",
        security: str = "tls",
        web_workers: int = 1,
        beat: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = private_directory("data")
        self.redis = Redis()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("WEBMAIL_", "DJANGO_"))},
            **_mail_servers(dovecot, smtp, security),
            "WEBMAIL_SECRET_KEY": "throwaway-secret-of-the-tests-" * 2,
            "WEBMAIL_CREDENTIAL_KEYS": "throwaway-credential-key-of-the-tests-" * 2,
            "WEBMAIL_DATA_DIR": str(self.directory),
            "WEBMAIL_ADMIN_SECOND_FACTOR": "no",
            "WEBMAIL_BASE_URL": self.url,
            "WEBMAIL_TLS_CA_FILE": _trust(self.directory, dovecot, smtp),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis.url,
            "DJANGO_SETTINGS_MODULE": "webmail.settings",
            "PYTHONUNBUFFERED": "1",
            **(environ or {}),
        }
        self.processes = self._processes(web_workers)
        if not beat:
            del self.processes["beat"]

    def _processes(self, web_workers: int) -> dict[str, RoleProcess]:
        """In the order of their start."""
        address = self._listener.getsockname()
        bridge = str(self.directory / "bridge.sock")
        made = [
            RoleProcess(roles.bridge(), self.environ, lambda _log: probe.accepts(bridge)),
            RoleProcess(
                roles.web(self._listener.fileno(), web_workers), self.environ, lambda _log: probe.answers_http(address)
            ),
            RoleProcess(roles.worker(), self.environ, lambda log: " ready." in log),
            RoleProcess(roles.beat(self.directory), self.environ, lambda log: "beat: Starting" in log),
        ]
        return {each.name: each for each in made}

    def start(self) -> None:
        self.redis.start()
        if self.environ["DATABASE_URL"]:
            self.manage("migrate", "--noinput")
        else:
            migrated.copy_to(self.directory / "whimbrel.sqlite3", self.environ)
        with one_at_a_time("static"):
            asyncio.run(prepare.static_files(self.environ))
        for each in self.processes.values():
            each.spawn()
        for each in self.processes.values():
            each.wait_until_ready()

    def kill(self) -> None:
        """A power cut: everything of ours at once, Redis with all that it kept."""
        for each in (*self.processes.values(), self.redis):
            each.kill()

    def revive(self) -> None:
        """Start again what has ended, as the supervisor does: a worker that works while Redis dies may end by it."""
        if not self.redis.running:
            self.redis.restart()
        dead = [each for each in self.processes.values() if not each.running]
        for each in dead:
            each.spawn()
        for each in dead:
            each.wait_until_ready()

    def stop(self) -> None:
        """In the order of the supervisor: first who takes work."""
        for name in ("web", "beat", "worker", "bridge"):
            if process := self.processes.get(name):
                process.stop()
        self.redis.stop()

    def close(self) -> None:
        """Stop, and remove everything."""
        self.stop()
        for each in (*self.processes.values(), self.redis):
            each.close()
        self._listener.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py in this installation; what it printed. AssertionError when it fails."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def visitor(self, user: User) -> Visitor:
        """A signed-in session without a browser."""
        visitor = Visitor(self.url)
        visitor.sign_in(user.address, user.password)
        return visitor

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the tables from outside, on either database; `%s` stands for a value."""
        with self._reader() as rows:
            return rows(query, *values)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
        """One connection for many looks: PostgreSQL has a process for each."""
        if url := self.environ["DATABASE_URL"]:
            with psycopg.connect(url, autocommit=True) as database:
                yield lambda query, *values: database.execute(query.encode(), values).fetchall()
            return
        with contextlib.closing(sqlite3.connect(self.directory / "whimbrel.sqlite3", timeout=30)) as file:
            yield lambda query, *values: file.execute(query.replace("%s", "?"), values).fetchall()

    def wait_until_synced(self, user: User, deadline: float = 60.0) -> None:
        """Until every mailbox of this person is in the index completely."""
        query = (
            "SELECT mailbox.lowest_uid FROM imapbridge_mailbox mailbox JOIN accounts_mailaccount account"
            " ON account.id = mailbox.account_id WHERE account.address = %s AND mailbox.selectable"
        )

        def complete() -> bool:
            found = rows(query, user.address)
            return bool(found) and all(lowest == 1 for (lowest,) in found)

        with self._reader() as rows:
            self.wait_until(complete, f"the first sync of {user.address}", deadline)

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU since the start, by process; Redis is one of ours."""
        return {each.name: each.cpu_seconds() for each in (*self.processes.values(), self.redis)}

    def cpu_seconds(self) -> float:
        return sum(self.cpu().values())

    @property
    def logs(self) -> str:
        """What all of them have said; to be shown when a test fails."""
        return "\n".join(f"=== {each.name}\n{each.log}" for each in self.processes.values())

    def wait_until(self, condition: Callable[[], object], what: str, deadline: float = 60.0) -> None:
        """As `process.wait_until`, with the logs in the failure."""
        try:
            wait_until(condition, what, deadline)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.logs[-6000:]}") from None


def _mail_servers(dovecot: MailServer, smtp: SmtpServer | None, security: str) -> dict[str, str]:
    """How our processes reach the mail servers: `tls` or `starttls`."""
    is_implicit = security == "tls"
    imap = {
        "WEBMAIL_IMAP_HOST": dovecot.host if is_implicit else dovecot.far_host,
        "WEBMAIL_IMAP_PORT": str(dovecot.ports.imaps if is_implicit else dovecot.ports.imap),
        "WEBMAIL_IMAP_SECURITY": security,
    }
    if dovecot.ports.sieve:
        imap |= {"WEBMAIL_SIEVE_HOST": dovecot.host, "WEBMAIL_SIEVE_PORT": str(dovecot.ports.sieve)}
    if smtp is None:
        return imap
    return imap | {
        "WEBMAIL_SMTP_HOST": smtp.host,
        "WEBMAIL_SMTP_PORT": str(smtp.tls_port if is_implicit else smtp.port),
        "WEBMAIL_SMTP_SECURITY": security,
    }


def _trust(directory: Path, *servers: MailServer | SmtpServer | None) -> str:
    """One file with all their authorities."""
    path = directory / "trusted.pem"
    path.write_bytes(b"".join(server.authority.path.read_bytes() for server in servers if server))
    return str(path)
