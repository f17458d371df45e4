"""Whatever depends on the database holds on PostgreSQL as well: those tests once more, in a run of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What a mail server lacks, and who is killed when, makes no difference to the database: the stories are told on the
# richest server only.
SERVERS = "not (condstore or bare or cyrus or courier or demo or faults)"
PLANS = "test_list_plans"
"""What the planner does hangs on what other tests have left in the tables, so these have a database of their own."""
TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.servers
@pytest.mark.parametrize("those", [f"{SERVERS} and not {PLANS}", PLANS])
@pytest.mark.skipif(os.environ.get("TEST_DATABASE") == "postgres", reason="this is that run")
def test_the_tests_of_the_database_pass_on_postgresql(pytestconfig: pytest.Config, those: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-m", "database and not soak", "-k", those, "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *marked()], env={**environ, "TEST_DATABASE": "postgres"}, cwd=pytestconfig.rootpath,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]


def marked() -> list[Path]:
    """The files with such tests: to load all the others takes as long as many of the tests."""
    return sorted(path for path in TESTS.rglob("test_*.py") if "pytest.mark.database" in path.read_text())
