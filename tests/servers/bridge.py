"""The bridge as a process of its own, against the settings and the database of the test that asks for it.

The test needs a database whose rows others can see: `@pytest.mark.django_db(transaction=True)`.
"""

import itertools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts import secrets
from accounts.models import MailAccount
from imapbridge import client, errors
from tests import factories
from tests.servers.dovecot import Dovecot, User
from tests.servers.fixtures import running
from tests.servers.process import Server
from webmail.env import Environment
from webmail.supervisor import probe

ROOT = Path(__file__).resolve().parent.parent.parent


class Bridge(Server):
    """`manage.py imapbridge`, at `address`: a Unix socket of its own unless the environment names another.

    It shares the accounts with others only when the environment names their Redis: else it has a database there for
    itself, since bridges of other tests live at the same time.
    """

    name = "bridge"
    _databases = itertools.cycle(range(1, 16))

    def __init__(self, env: Environment) -> None:
        super().__init__()
        self.address = env.bridge or str(self.directory / "bridge.sock")
        redis_url = env.redis_url or f"unix://{env.data_path / 'redis.sock'}?db={next(self._databases)}"
        self._env = replace(env, bridge=self.address, redis_url=redis_url)

    def command(self) -> Sequence[str]:
        return [sys.executable, "manage.py", "imapbridge"]

    def environment(self) -> Mapping[str, str]:
        variables = {"DJANGO_SETTINGS_MODULE": "webmail.settings", "DATABASE_URL": _database_url()}
        return {**os.environ, **_variables(self._env), **variables}

    def working_directory(self) -> Path:
        return ROOT

    def ready(self) -> bool:
        return probe.accepts(self.address)


def at(env: Environment, dovecot: Dovecot, security: str = "tls", **values: Any) -> Environment:
    """The environment with this Dovecot as everybody's mail server."""
    port = dovecot.ports.imaps if security == "tls" else dovecot.ports.imap
    return replace(
        env, imap_host=dovecot.host, imap_port=port, imap_security=security,
        sieve_host=dovecot.host, sieve_port=dovecot.ports.sieve, tls_ca_file=str(dovecot.authority.path), **values,
    )  # fmt: skip


def account_of(user: User, password: str = "") -> MailAccount:
    """The account of a mail user who has signed in, with the sealed password."""
    _person, account = factories.person(user.address)
    secrets.seal(account, password or user.password)
    account.save()
    return account


def alive() -> bool:
    """Whether the bridge that the settings name answers the web's client: it knows no such mailbox."""
    try:
        client.fetch(0, 0, 0, ["1"])
    except errors.MailError as error:
        return isinstance(error, errors.MailboxGone)
    return True


@contextmanager
def running_bridge(settings: Any) -> Iterator[Bridge]:
    """Start one with the test's settings, and point the settings to it."""
    with running(Bridge(settings.ENV)) as server:
        settings.ENV = replace(settings.ENV, bridge=server.address)
        yield server


@pytest.fixture(scope="session")
def _bridge_session(dovecot: Dovecot, django_db_setup: None) -> Iterator[Bridge]:
    from django.conf import settings

    with running(Bridge(at(settings.ENV, dovecot))) as server:
        yield server


@pytest.fixture
def bridge(_bridge_session: Bridge, dovecot: Dovecot, settings: Any, transactional_db: None) -> Bridge:
    """The session's bridge, for the session's Dovecot over TLS; `settings.ENV` points to both.

    A test that ends it, or wants another mail server, makes its own with `running_bridge`.
    """
    settings.ENV = at(settings.ENV, dovecot, bridge=_bridge_session.address)
    return _bridge_session


def _variables(env: Environment) -> dict[str, str]:
    """The environment variables that make these settings."""
    return {item.metadata["name"]: _text(getattr(env, item.name)) for item in fields(env)}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _database_url() -> str:
    """The test's own database, not the one that people have."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
