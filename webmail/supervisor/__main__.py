"""`python -m webmail.supervisor embedded|production|renew|manage`: what `./run`, `./run prod`, `./run renew` and
`./run manage` become."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from webmail.env import EnvironmentFaults, read
from webmail.supervisor import demo, prepare, probe, roles, servers
from webmail.supervisor.prepare import CannotStart
from webmail.supervisor.tree import Stopped, Tree


@dataclass(frozen=True)
class Plan:
    """What to run: the servers that the rest needs, the helpers beside the web process, and what to tell at the end."""

    environ: dict[str, str]
    data: Path
    servers: list[roles.Role]
    helpers: list[roles.Role]
    welcome: list[str]


def main(mode: str, arguments: list[str]) -> int:
    """Run until a signal says stop. The environment is read here, and handed to every process from here."""
    # An empty variable is an unset one, as `env` has it.
    environ = {name: value for name, value in os.environ.items() if value}
    try:
        port = _port(environ.pop("PORT", "8000"))
        environ = {"WEBMAIL_BASE_URL": f"http://localhost:{port}", "PYTHONUNBUFFERED": "1", **environ}
        data = Path(environ.get("WEBMAIL_DATA_DIR", ".data")).absolute()
        environ["WEBMAIL_DATA_DIR"] = str(data)
        prepare.folder(data)
        if mode == "renew":
            os.kill(prepare.holder(data), signal.SIGUSR1)
            return 0
        if mode == "manage":
            command = [sys.executable, "manage.py", *arguments]
            os.execve(sys.executable, command, _embedded_environment(environ, data))
        with prepare.lock(data):
            plan = PLANS[mode](environ, data)
            return asyncio.run(_run(plan, environ.pop("HOST", "127.0.0.1"), port))
    except (CannotStart, EnvironmentFaults) as reason:
        print(reason, file=sys.stderr)
        return 1


def _embedded(environ: dict[str, str], data: Path) -> Plan:
    """Everything on this machine; what the environment names instead of it is used instead."""
    has_demo = "WEBMAIL_IMAP_HOST" not in environ
    demo.check_ports(data)
    environ = _embedded_environment(environ, data)
    servers = [] if "REDIS_URL" in environ else [roles.redis(data)]
    helpers = [roles.bridge(), roles.worker(), roles.beat(data), *([roles.demo()] if has_demo else [])]
    welcome = [*(demo.welcome(data) if has_demo else []), f"Everything is kept in {data}, its logs in {data / 'log'}."]
    return Plan(environ, data, servers, helpers, welcome)


def _embedded_environment(environ: dict[str, str], data: Path) -> dict[str, str]:
    """With keys where none are given, and the demo's servers where no others are named."""
    has_demo = "WEBMAIL_IMAP_HOST" not in environ
    return {**prepare.keys(data), **environ, **(demo.settings(data) if has_demo else {})}


def _production(environ: dict[str, str], data: Path) -> Plan:
    """The same web, bridge, worker and beat, on a PostgreSQL and a Redis that are there already."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if name not in environ]
    faults = [
        f"{name} is missing: ./run prod brings no server of its own. docs/install.md tells more." for name in missing
    ]
    try:
        servers.check(read(environ))
    except EnvironmentFaults as told:
        faults += told.faults
    if faults:
        raise EnvironmentFaults(faults)
    helpers = [roles.bridge(), roles.worker(), roles.beat(data)]
    return Plan(environ, data, [], helpers, [f"The logs are in {data / 'log'}."])


PLANS: dict[str, Callable[[dict[str, str], Path], Plan]] = {"embedded": _embedded, "production": _production}


async def _run(plan: Plan, host: str, port: int) -> int:
    """Servers and preparations first; then the web, for whose page somebody waits; then the helpers."""
    env = read(plan.environ)
    listener = prepare.listen(host, port)
    web = roles.web(listener.fileno(), _processes(plan.environ.get("WEB_CONCURRENCY", "1")))
    tree = Tree(plan.environ, plan.data / "log", _say)
    tree.listen_to_signals()
    try:
        tree.start(*plan.servers)
        await _prepare(plan, tree)
        tree.start(web)
        if not await tree.until("web", lambda: probe.answers_http(listener.getsockname())):
            raise CannotStart(f"The web process does not start; see {plan.data / 'log' / 'web.log'}")
        tree.start(*plan.helpers)
        has_demo = any(role.name == "demo" for role in plan.helpers)
        await tree.until("bridge", lambda: probe.can_sign_in(env, demo=has_demo))
        _say("\n".join(["", f"Whimbrel is ready:  {env.base_url}", *plan.welcome, "Ctrl-C stops it.", ""]))
        while True:
            await tree.wait_for_wish()
            await _renew(plan, tree)
    except Stopped:
        return 0
    finally:
        _say("Stopping ...")
        await tree.stop()
        prepare.checkpoint(plan.data)


async def _prepare(plan: Plan, tree: Tree) -> None:
    work = prepare.tables(plan.environ, plan.data), prepare.static_files(plan.environ)
    await tree.unless_stopped(asyncio.gather(*work))


async def _renew(plan: Plan, tree: Tree) -> None:
    """The old version goes on while the tables of the new one are made; what is in the way of that keeps it."""
    _say("Replacing the processes ...")
    try:
        await _prepare(plan, tree)
    except (CannotStart, OSError) as reason:  # files may come and go while the new version is put in place
        _say(f"{reason}\nThe processes go on as they were.")
        return
    if lost := await tree.unless_stopped(tree.renew()):
        _say(f"The new {lost} does not stay; see {plan.data / 'log' / lost}.log. The others go on as they were.")
    else:
        _say("Replaced.")


def _processes(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 1000:
        raise CannotStart("WEB_CONCURRENCY must be the number of web processes, such as 2.")
    return int(value)


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise CannotStart("PORT must be a number between 1 and 65535.")
    return int(value)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
