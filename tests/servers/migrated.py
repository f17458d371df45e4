"""A SQLite database with all tables and no rows but those of the migrations: made once for each state of these, then
copied, for migrating takes seconds. That the migrations run, whoever makes it proves; so do `./run` and PostgreSQL.
"""

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import django

from tests.servers.process import one_at_a_time

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = ROOT / ".cache" / "migrated"


def copy_to(path: Path, environ: Mapping[str, str]) -> None:
    """Put it at this path; the environment is one in which manage.py runs."""
    made = MADE / f"{_state()}.sqlite3"
    with one_at_a_time("migrated"):
        if not made.exists():
            shutil.rmtree(MADE, ignore_errors=True)
            MADE.mkdir(parents=True)
            _migrate(made.with_suffix(".new"), environ)
            made.with_suffix(".new").rename(made)
        shutil.copyfile(made, path)


def _migrate(path: Path, environ: Mapping[str, str]) -> None:
    database = {"DATABASE_URL": f"sqlite:///{path}", "DJANGO_SETTINGS_MODULE": "webmail.settings"}
    command = [sys.executable, "manage.py", "migrate", "--noinput"]
    done = subprocess.run(command, env={**environ, **database}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"the migrations failed:\n{done.stdout}{done.stderr}"


def _state() -> str:
    """A digest of all that the tables follow from."""
    files = sorted(ROOT.glob("*/migrations/*.py"))
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
