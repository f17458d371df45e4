"""The product as docker-compose.yml says it: the commands and the environment of its services, as plain processes.

What stands for a container's own there (`/data`, its address, the hosts of its neighbours) is put in its place.
"""

import contextlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.servers.balancer import Balancer
from tests.servers.mail_server import MailServer
from tests.servers.process import free_ports, running
from tests.servers.smtp import SmtpServer
from tests.servers.whimbrel import RoleProcess, Whimbrel
from webmail.supervisor import probe, roles
from webmail.supervisor.roles import Role

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
WEB = ("web1", "web2")
OURS = (*WEB, "bridge", "worker", "beat")
METRICS_TOKEN = "m" * 40


def command(service: str) -> list[str]:
    """The words of a service's command."""
    said = SERVICES[service]["command"]
    return shlex.split(said) if isinstance(said, str) else list(said)


class Composed(Whimbrel):
    """Two web processes behind a balancer, bridge, worker and beat; PostgreSQL, and STARTTLS to the mail servers."""

    def __init__(self, dovecot: MailServer, smtp: SmtpServer, database_url: str) -> None:
        self.ports = dict(zip(WEB, free_ports(len(WEB)), strict=True))
        self.balancer = Balancer(list(self.ports.values()))
        said = {name: str(value) for name, value in SERVICES["web1"]["environment"].items()}
        own = {"DATABASE_URL", "REDIS_URL", "WEBMAIL_DATA_DIR", "WEBMAIL_BASE_URL"}
        environ = {name: value for name, value in said.items() if name not in own}
        environ |= {"WEBMAIL_BASE_URL": self.balancer.url, "WEBMAIL_METRICS_TOKEN": METRICS_TOKEN}
        environ["WEBMAIL_DRAIN_SECONDS"] = "1"
        super().__init__(dovecot, smtp, database_url=database_url, security="starttls", environ=environ)
        self.url = self.balancer.url

    def _processes(self, web_workers: int) -> dict[str, RoleProcess]:
        bridge = str(self.directory / "bridge.sock")
        ready = {
            "bridge": lambda _log: probe.accepts(bridge),
            "worker": lambda log: " ready." in log,
            "beat": lambda log: "beat: Starting" in log,
            **{name: _answers(port) for name, port in self.ports.items()},
        }
        return {name: RoleProcess(Role(name, self.line(name)), self.environ, ready[name]) for name in OURS}

    @contextlib.contextmanager
    def on_one_socket(self, workers: int) -> Iterator[tuple[RoleProcess, str]]:
        """The web processes of a systemd unit besides, on a socket that was there before them; and their address."""
        address = self._listener.getsockname()
        role = roles.web(self._listener.fileno(), workers)
        web = RoleProcess(role, self.environ, lambda _log: probe.answers_http(address))
        with running(web):
            yield web, f"http://localhost:{address[1]}"

    def line(self, service: str) -> list[str]:
        """A service's command, for this machine."""
        here = {"0.0.0.0": "127.0.0.1", "8000": str(self.ports.get(service, 0)), "python": sys.executable}
        return [here.get(word, word.replace("/data/", f"{self.directory}/")) for word in command(service)]

    def stop(self) -> None:
        for name in (*WEB, "beat", "worker", "bridge"):
            self.processes[name].stop()
        self.redis.stop()

    def close(self) -> None:
        super().close()
        self.balancer.close()


def _answers(port: int) -> Any:
    return lambda _log: probe.answers_http(("127.0.0.1", port))
