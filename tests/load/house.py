"""The servers, and the product as `./run prod` starts it: supervisor, two web processes, bridge, worker and beat."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.bench.idle import LIMITS
from tests.bench.inotify import instances
from tests.servers.dovecot import Dovecot
from tests.servers.dovecot_config import Options
from tests.servers.mail_server import MailServer
from tests.servers.postgres import PostgreSQL
from tests.servers.process import Server, free_ports, running
from tests.servers.smtp import SmtpServer
from tests.servers.whimbrel import RoleProcess, Whimbrel
from webmail.supervisor.roles import Role

WEB_PROCESSES = 2
#: What is in the command line of each of our processes; the web's parent only watches over the two that serve.
ROLES = {"multiprocessing.spawn": "web", "imapbridge": "bridge", "celery worker": "worker", "celery beat": "beat"}


class Supervised(RoleProcess):
    """The supervisor, which brings the tables up to date before it starts the processes: that may take long."""

    def wait_until_ready(self) -> None:
        if not any(self._became_ready() for _minute in range(5)):
            super().wait_until_ready()


class Produced(Whimbrel):
    """`./run prod`, whose supervisor starts again what is killed."""

    def __init__(self, dovecot: MailServer, smtp: SmtpServer, database_url: str) -> None:
        [port] = free_ports(1)
        url = f"http://localhost:{port}"
        own = {"PORT": str(port), "WEB_CONCURRENCY": str(WEB_PROCESSES), "WEBMAIL_BASE_URL": url}
        super().__init__(dovecot, smtp, database_url=database_url, environ=own)
        self.url = url

    def _processes(self, web_workers: int) -> dict[str, RoleProcess]:
        line = Role("prod", [sys.executable, "-m", "webmail.supervisor", "production"])
        return {"prod": Supervised(line, self.environ, lambda log: "Whimbrel is ready" in log)}

    def stop(self) -> None:
        self.processes["prod"].stop()
        self.redis.stop()

    @property
    def said(self) -> str:
        """The logs of all processes that live now."""
        return "".join(path.read_text(errors="replace") for path in sorted((self.directory / "log").glob("*.log*")))


@dataclass
class House:
    """Everything that runs."""

    product: Produced
    dovecot: Dovecot
    postgres: PostgreSQL
    smtp: SmtpServer

    @property
    def servers(self) -> dict[str, Server]:
        return {"redis": self.product.redis, "postgres": self.postgres, "dovecot": self.dovecot}

    def ours(self) -> dict[str, psutil.Process]:
        """The product's living processes: `web 1`, `web 2`, `web parent`, `bridge`, `worker`, `beat`, `supervisor`."""
        family = self.product.processes["prod"].processes()
        found = dict(zip(("supervisor",), family, strict=False))
        for process in sorted(family[1:], key=lambda one: one.pid):
            name = _role(process)
            found.update({_free(name, found): process} if name else {})
        return found


def _role(process: psutil.Process) -> str:
    try:
        words = process.cmdline()
    except psutil.NoSuchProcess:
        return ""
    line = " ".join(word for word in words if word not in {"-A", "webmail"})
    if "uvicorn" in line:
        return "web parent"
    return next((role for sign, role in ROLES.items() if sign in line), "")


def _free(name: str, taken: dict[str, psutil.Process]) -> str:
    """The two web processes are told apart by their age."""
    return next(f"web {number}" for number in range(1, 99) if f"web {number}" not in taken) if name == "web" else name


@contextlib.contextmanager
def ready(people: int) -> Iterator[House]:
    """All of it, running, for so many accounts."""
    many = 6 * people + 1000
    dovecot = Dovecot(options=Options(mail_location="mdbox:~/mail", extra=LIMITS.format(many=many)))
    with contextlib.ExitStack() as stack:
        stack.enter_context(instances(many))
        for server in (dovecot, postgres := PostgreSQL(), smtp := SmtpServer()):
            stack.enter_context(running(server))
        product = Produced(dovecot, smtp, postgres.database())
        yield House(stack.enter_context(running(product)), dovecot, postgres, smtp)
