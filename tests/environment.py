"""The environment of a test run: a private data directory, throwaway keys, and SQLite or PostgreSQL.

Read by `tests.settings` before Django's settings are. What the person has set for their own installation
is taken away first, so that a test can never reach a real database or mail server.

`TEST_DATABASE=postgres` runs everything on a PostgreSQL of our own; the default is SQLite in a file.
"""

import atexit
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.servers.postgres import PostgreSQL
from tests.servers.process import private_directory

OURS = ("WEBMAIL_", "DATABASE_URL", "REDIS_URL")


def prepare() -> None:
    """Set `os.environ`. Each xdist worker gets a directory of its own, but they share one PostgreSQL."""
    data = _data_directory()
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ["WEBMAIL_DATA_DIR"] = str(data)
    os.environ["WEBMAIL_SECRET_KEY"] = "throwaway-secret-of-the-tests-" * 2
    os.environ["WEBMAIL_CREDENTIAL_KEYS"] = "throwaway-credential-key-of-the-tests-" * 2
    os.environ["WEBMAIL_LOG_LEVEL"] = "WARNING"
    # Tests of the second step say so themselves.
    os.environ["WEBMAIL_ADMIN_SECOND_FACTOR"] = "no"
    if os.environ.get("TEST_DATABASE", "sqlite") == "postgres":
        os.environ["DATABASE_URL"] = _postgres()


def _data_directory() -> Path:
    """A new one; that of an xdist worker lies in its controller's, which outlives it and removes both."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        data = Path(os.environ["WEBMAIL_DATA_DIR"]) / worker
        data.mkdir()
        return data
    data = private_directory("data")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    return data


def _postgres() -> str:
    """The URL of the run's server; the first process to ask starts it, and its children inherit the address."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    try:
        server = PostgreSQL()
    except pytest.fail.Exception as missing:
        sys.exit(str(missing))
    server.start()
    atexit.register(server.close)
    os.environ["TEST_DATABASE_URL"] = server.url
    return server.url
