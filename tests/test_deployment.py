"""Containers and units run what `./run prod` runs; and that is watched, replaced, and brought back from a copy."""

import contextlib
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.servers.composed import COMPOSE, METRICS_TOKEN, OURS, SERVICES, WEB, Composed, command
from tests.servers.dovecot import Dovecot, User
from tests.servers.postgres import PostgreSQL
from tests.servers.process import Server, running
from tests.servers.smtp import SmtpServer
from tests.servers.tab import Tab
from tests.servers.visitor import Visitor
from webmail.supervisor import roles

ROOT = Path(__file__).resolve().parent.parent
UNITS = ROOT / "deploy" / "systemd"
DATA = Path("/data")
LIBRARY = Path("/var/lib/whimbrel")
ROLES = {
    "web1": roles.web_at("0.0.0.0", 8000),
    "web2": roles.web_at("0.0.0.0", 8000),
    "bridge": roles.bridge(),
    "worker": roles.worker(),
    "beat": roles.beat(DATA),
}
UNIT_ROLES = {
    "web": roles.web(3, 2), "bridge": roles.bridge(), "worker": roles.worker(), "beat": roles.beat(LIBRARY),
}  # fmt: skip

RELOAD = signal.Signals[
    f"SIG{re.findall(r'ExecReload=/bin/kill -(.*) .MAINPID', (UNITS / 'whimbrel-web.service').read_text())[0]}"
]


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("service", OURS)
def test_a_container_runs_what_the_supervisor_runs(service: str) -> None:
    role, said = ROLES[service], SERVICES[service]
    assert command(service) == ["python", *role.command[1:]]
    assert seconds(said.get("stop_grace_period", "10s")) >= role.grace
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert "healthcheck" in said
    assert said["volumes"] == ["data:/data"], "all have the same data directory"


@pytest.mark.parametrize(
    "role", [roles.web_at("127.0.0.1", 8000), roles.bridge(), roles.worker()], ids=lambda role: role.name
)
def test_the_lines_that_are_told_are_those_that_run(role: roles.Role) -> None:
    words = " ".join(role.command[1:]).removeprefix("-m ").partition(" --hostname")[0]
    assert f"{words}`" in (ROOT / "docs/install.md").read_text()


def test_what_a_container_does_by_itself_is_serving_pages() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert json.loads(next(line for line in lines if line.startswith("CMD")).removeprefix("CMD ")) == command("web1")
    assert any(line.startswith("USER ") and line != "USER root" for line in lines)


def test_the_web_server_in_front_knows_both() -> None:
    said = (ROOT / "deploy" / "Caddyfile").read_text()
    assert re.findall(r"(\w+):8000", said) == list(WEB)
    assert "health_uri /health/live" in said
    kept = command("web1")[command("web1").index("--timeout-keep-alive") + 1]
    assert int(re.search(r"keepalive (\d+)s", said)[1]) < int(kept), "else it uses connections that are being closed"  # type: ignore[index]
    assert {name for name, service in SERVICES.items() if "demo" in service.get("profiles", [])} == {
        "dovecot",
        "postfix",
    }
    assert set(COMPOSE["volumes"]) >= {"data", "database", "broker"}


@pytest.mark.parametrize("name", UNIT_ROLES)
def test_a_unit_runs_what_the_supervisor_runs(name: str) -> None:
    role, unit = UNIT_ROLES[name], (UNITS / f"whimbrel-{name}.service").read_text()
    line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert line
    _python, *words = shlex.split(line[1].replace("%%", "%"))
    assert words == list(role.command[1:])
    grace = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert grace
    assert int(grace[1]) >= role.grace
    assert f"whimbrel-{name}.service" in (UNITS / "whimbrel.target").read_text()


def test_what_comes_before_all_may_write_what_it_makes() -> None:
    """The sources are root's: the folder of static files is given to who fills it."""
    unit = (UNITS / "whimbrel-migrate.service").read_text()
    made = re.search(r"^ExecStartPre=\+/usr/bin/install -d -o whimbrel /opt/whimbrel/(\w+)$", unit, re.MULTILINE)
    assert made
    assert f'STATIC_ROOT = BASE_DIR / "{made[1]}"' in (ROOT / "webmail/settings.py").read_text()
    assert f"ReadWritePaths=-/opt/whimbrel/{made[1]}" in unit
    assert unit.index("ExecStartPre=") < unit.index("migrate --noinput") < unit.index("collectstatic")


def test_variables_are_called_what_they_are_called() -> None:
    files = ["Dockerfile", "docker-compose.yml", "docs/operation.md", *map(str, (ROOT / "deploy").rglob("*.*"))]
    named = {name for file in files for name in re.findall(r"\bWEBMAIL_[A-Z_]+", (ROOT / file).read_text())}
    known = set(re.findall(r"^#?(WEBMAIL_[A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(named) > 10
    assert named <= known


# --- For real ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(dovecot: Dovecot, _smtp_session: SmtpServer, postgres: PostgreSQL) -> Iterator[Composed]:
    with running(Composed(dovecot, _smtp_session, postgres.database())) as product:
        yield product


@pytest.fixture
def user(dovecot: Dovecot) -> User:
    return dovecot.user(password="a-marker-of-a-password-7351")


def letter(number: int) -> bytes:
    return f"From: Bo <bo@example.net>\nSubject: Letter number {number}\n\nThe marker-of-a-body-2248.\n".encode()


def get(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return answer.read().decode()


def inbox_of(house: Composed, user: User) -> int:
    query = (
        "SELECT mailbox.id FROM imapbridge_mailbox mailbox JOIN accounts_mailaccount account"
        " ON account.id = mailbox.account_id WHERE account.address = %s AND special_use = 'inbox'"
    )
    [(pk,)] = house.rows(query, user.address)
    return int(pk)


def test_all_of_it_runs_and_each_says_that_it_is_well(house: Composed) -> None:
    with contextlib.suppress(AssertionError):
        house.wait_until(lambda: set(ready(house).values()) == {"ok"}, "all parts to be there", 20)
    assert set(ready(house).values()) == {"ok"}, ready(house)
    for service in OURS:
        check = SERVICES[service]["healthcheck"]
        if not check.get("disable"):
            port = str(house.ports.get(service, 0))
            words = [sys.executable, *check["test"][2:]]
            done = subprocess.run(words, cwd=ROOT, env={**house.environ, "PORT": port}, capture_output=True)
            assert done.returncode == 0, (service, done.stderr)


def ready(house: Composed) -> dict[str, str]:
    with Visitor(house.url) as visitor:
        found: dict[str, str] = json.loads(visitor.get("/health/ready").body)
    return found


class Clicking(threading.Thread):
    """Somebody who reads and marks, all the time, over one connection that is kept; what went wrong."""

    def __init__(self, visitor: Visitor, mailbox: int) -> None:
        super().__init__(daemon=True)
        self.done, self.faults = 0, list[str]()
        self._visitor = visitor
        self._mailbox = mailbox
        self._ended = threading.Event()

    def run(self) -> None:
        page = self._visitor.get(f"/mailbox/{self._mailbox}/").text
        message = re.search(r"/message/(\d+)/", page)
        assert message
        while not self._ended.is_set():
            try:
                answers = [
                    self._visitor.get(f"/mailbox/{self._mailbox}/"),
                    self._visitor.post(f"/message/{message[1]}/flags", {"seen": str(self.done % 2)}),
                ]
                self.faults += [str(answer.status) for answer in answers if answer.status >= 400]
            except Exception as fault:  # noqa: BLE001 - whatever it is, a person would have seen it
                self.faults.append(repr(fault))
            self.done += 1
            self._ended.wait(0.15)

    def end(self) -> None:
        self._ended.set()
        self.join(60)
        self._visitor.close()


def test_a_unit_is_reloaded_by_one_process_after_another(house: Composed, dovecot: Dovecot, user: User) -> None:
    """While somebody clicks, a page is open, and mail comes."""
    dovecot.deliver(user, letter(0))
    with house.on_one_socket(2) as (web, url), Visitor(url) as visitor, Visitor(url) as other:
        for each in (visitor, other):
            each.sign_in(user.address, user.password)
        house.wait_until_synced(user)
        clicking = Clicking(other, inbox_of(house, user))
        with Tab(visitor, url, inbox_of(house, user)) as tab:
            clicking.start()
            before = {each.pid for each in web.processes()[1:] if "spawn_main" in " ".join(each.cmdline())}
            assert len(before) == 2
            web.processes()[0].send_signal(RELOAD)
            dovecot.deliver(user, letter(1))
            house.wait_until(lambda: not any(map(psutil.pid_exists, before)), "the old ones to be gone", 2 * roles.HUNG)
            house.wait_until(lambda: "Letter number 1" in tab.shown, "what came meanwhile to be shown")
            clicking.end()
        assert clicking.faults == []
        assert clicking.done > 5
        assert set(tab.codes) == {1012}, "a page comes back on it"


@pytest.mark.soak
def test_processes_are_replaced_one_after_another_and_nothing_is_lost(
    house: Composed, dovecot: Dovecot, user: User
) -> None:
    dovecot.deliver(user, letter(0))
    house.visitor(user).close()
    house.wait_until_synced(user)
    inbox = inbox_of(house, user)
    clicking = Clicking(house.visitor(user), inbox)
    with house.visitor(user) as visitor, Tab(visitor, house.url, inbox) as tab:
        clicking.start()
        for number, name in enumerate((*WEB, "worker", "bridge"), start=1):
            process = house.processes[name]
            dovecot.deliver(user, letter(number))
            process.stop()
            dovecot.deliver(user, letter(10 + number))
            process.spawn()
            process.wait_until_ready()
            if name in WEB:
                house.wait_until(lambda: len(house.balancer.well) == len(WEB), "the balancer to see it")
        expected = {f"Letter number {number}" for number in (1, 2, 3, 4, 11, 12, 13, 14)}
        house.wait_until(lambda: tab.shown >= expected, "what came meanwhile to be shown")
        clicking.end()
        assert clicking.faults == []
        assert clicking.done > 10
        assert house.balancer.refused == 0
        assert tab.events > 0
        assert set(tab.codes) == {1012}, "a page comes back on it"
        owed = "SELECT count(*) FROM imapbridge_pendingchange WHERE confirmed_at IS NULL"
        house.wait_until(lambda: house.rows(owed) == [(0,)], "the mail server to have all marks")


def test_the_numbers_of_all_processes_are_told(house: Composed, user: User) -> None:
    house.visitor(user).close()

    def told() -> str:
        return get(f"{house.url}/metrics", Authorization=f"Bearer {METRICS_TOKEN}")

    counted = re.compile(r'^whimbrel_imap_command_seconds_count\{process="bridge [^"]*",server="[^"]+"\} [1-9]', re.M)
    house.wait_until(lambda: counted.search(told()), "the bridge's commands to be counted")
    text = told()
    assert set(re.findall(r'process="(\w+) ', text)) == {"web", "bridge", "worker"}
    assert len(set(re.findall(r'process="(web [^"]+)"', text))) >= len(WEB)
    assert user.address not in text


@pytest.mark.threat("E7")
def test_no_log_and_no_store_holds_a_password_or_what_mail_says(house: Composed, dovecot: Dovecot, user: User) -> None:
    dovecot.deliver(user, b"From: Bo <bo@example.net>\nSubject: marker-of-a-subject-9917\n\nmarker-of-a-body-2248\n")
    with house.visitor(user) as visitor:
        house.wait_until_synced(user)
        inbox = inbox_of(house, user)
        message = re.search(r"/message/(\d+)/", visitor.get(f"/mailbox/{inbox}/").text)
        assert message
        assert "marker-of-a-body" in visitor.get(f"/message/{message[1]}/").text
        visitor.post(f"/message/{message[1]}/flags", {"seen": "1"})
        visitor.get("/search?q=marker-of-a-subject-9917")
    with Visitor(house.url) as stranger:
        stranger.get("/sign-in")
        wrong = stranger.post("/sign-in", {"address": user.address, "password": user.password + "-wrong"})
        assert wrong.status != 302
    logs = house.logs
    lines = [json.loads(line) for line in logs.splitlines() if line.startswith("{")]
    clicks = {line["request"] for line in lines if line["logger"] == "webmail.requests" and "account" in line}
    assert clicks
    assert clicks & {line.get("request") for line in lines if line["logger"].startswith("celery.")}, "in its tasks, too"
    secret, said = "a-marker-of-a-password-7351", ("marker-of-a-subject", "marker-of-a-body")
    for word in (secret, *said, "bo@example.net"):
        assert word not in logs
    assert secret.encode() not in _stored(house), "in Redis"
    for word in said[:1]:
        assert word.encode() not in _stored(house), "in Redis"
    assert secret not in _dump(house, "--format=plain").decode(errors="replace")


def _stored(house: Composed) -> bytes:
    """All keys and values in Redis."""
    found = []
    with redis.Redis.from_url(house.redis.url) as client:
        for key in client.scan_iter(count=1000):
            kind = client.type(key)
            read = {
                b"string": client.get, b"hash": client.hgetall, b"set": client.smembers,
                b"list": lambda name: client.lrange(name, 0, -1),
                b"zset": lambda name: client.zrange(name, 0, -1),
            }  # fmt: skip
            found.append(key + repr(read[kind](key)).encode() if kind in read else key)
    return b"\n".join(found)


def _dump(house: Composed, *options: str) -> bytes:
    words = ["pg_dump", *options, house.environ["DATABASE_URL"]]
    done = subprocess.run(words, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


KEPT = (
    "SELECT (SELECT count(*) FROM webmail_draft), (SELECT count(*) FROM webmail_contact),"
    " (SELECT count(*) FROM webmail_outgoing WHERE state = 'waiting')"
)
FILES = ("uploads", "outbox", "filing")


@pytest.mark.soak
def test_it_comes_back_from_a_copy_without_the_mirror(
    house: Composed, postgres: PostgreSQL, dovecot: Dovecot, user: User, tmp_path: Path
) -> None:
    """As docs/operation.md tells it: the database but for the mirror, the keys, and three folders."""
    dovecot.deliver(user, letter(1))
    with house.visitor(user) as visitor:
        house.wait_until_synced(user)
        visitor.get(f"/mailbox/{inbox_of(house, user)}/")
        visitor.post("/compose/", {"subject": "Begun", "text": "and not ended"})
        later = {"to": "ann@example.net", "subject": "For later", "text": "Hello", "later": "2099-07-01T08:00"}
        visitor.post("/compose/", later)
        visitor.post("/contacts/new", {"given": "Ann", "address": "ann@example.net"})
    kept = house.rows(KEPT)
    assert min(kept[0]) > 0
    copy = tmp_path / "whimbrel.dump"
    copy.write_bytes(_dump(house, "--format=custom", "--exclude-table-data=imapbridge_[^s]*"))
    for name in FILES:
        shutil.copytree(house.directory / name, tmp_path / name) if (house.directory / name).exists() else None
    _destroy(house, postgres)
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={house.environ['DATABASE_URL']}", copy], check=True)
    for name in FILES:
        shutil.copytree(tmp_path / name, house.directory / name) if (tmp_path / name).exists() else None
    assert house.rows("SELECT count(*) FROM imapbridge_message") == [(0,)]
    _start(house, house.redis, *(house.processes[name] for name in ("bridge", "worker", "web1")))
    house.wait_until(lambda: house.balancer.well, "the balancer to see it")
    with house.visitor(user) as visitor:
        house.wait_until_synced(user)
        assert "Letter number 1" in visitor.get(f"/mailbox/{inbox_of(house, user)}/").text
        assert "For later" in visitor.get("/outbox").text
    assert house.rows(KEPT) == kept
    assert list((house.directory / "outbox").iterdir()), "the octets of what is to be sent"


def _destroy(house: Composed, postgres: PostgreSQL) -> None:
    """All that it kept: the database, Redis, and its files but for what tells it where the mail servers are."""
    for process in house.processes.values():
        process.stop()
    house.redis.stop()
    for name in (*FILES, "beat"):
        for path in house.directory.glob(f"{name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    url = house.environ["DATABASE_URL"]
    postgres.drop(url)
    with psycopg.connect(postgres.url, autocommit=True) as maintenance:
        maintenance.execute(f"CREATE DATABASE {url.rpartition('/')[2]}".encode())


def _start(house: Composed, *processes: Server) -> None:
    for process in processes:
        process.spawn()
    for process in processes:
        process.wait_until_ready()
