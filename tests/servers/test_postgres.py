"""Whatever leans on the database holds on PostgreSQL as well: those tests once more, in a run of their own.

Statements of our own, locks, constraints and searching are in every run. What says the same by other words, such as the
many ways in which servers refuse, is left to `./run soak`, which repeats all tests that are marked `database`.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PLANS = "imapbridge/test_list_plans.py"
"""What the planner does hangs on what other tests have left in the tables, so these are the first of all."""
# What a mail server lacks, and who is killed when, makes no difference to the database: the stories are told on the
# richest server only.
SERVERS = "not (condstore or bare or cyrus or courier or demo or faults)"
SELDOM = {
    "test_backoff.py", "test_hierarchy.py", "test_namespaces.py", "test_oddities.py", "test_quota.py",
    "test_refusals.py",
}  # fmt: skip
"""Files whose statements the others make as well, but for these tests of them."""
BUT = [
    "imapbridge/sync/test_hierarchy.py::test_a_mailbox_is_deleted_with_what_is_below_it",
    "imapbridge/sync/test_hierarchy.py::test_a_mailbox_is_put_into_another_and_out_again",
    "imapbridge/sync/test_hierarchy.py::test_a_renamed_mailbox_keeps_its_mail_and_what_is_owed",
    "imapbridge/sync/test_refusals.py::test_what_is_refused_for_good_goes_back",
]

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(os.environ.get("TEST_DATABASE") == "postgres", reason="this is that run"),
]


@pytest.mark.flaky(reruns=0)  # its tests have their second try themselves
def test_what_leans_on_the_database_holds_on_postgresql() -> None:
    few = [path for path in marked() if path.name not in SELDOM]
    assert len(few) == len(marked()) - len(SELDOM), "each of them is there"
    on_postgresql("database and not soak", "-k", SERVERS, *few, *(TESTS / each for each in BUT))


@pytest.mark.soak
def test_every_test_of_the_database_passes_on_postgresql() -> None:
    on_postgresql("database", *marked())


def on_postgresql(marks: str, *chosen: str | Path) -> None:
    """Run these tests; fails with what their run has said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", marks, "-p", "no:cacheprovider", *chosen],
        env={**environ, "TEST_DATABASE": "postgres"}, cwd=TESTS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]


def marked() -> Sequence[Path]:
    """The files with such tests: to load all the others takes as long as many of the tests."""
    found = (path for path in TESTS.rglob("test_*.py") if "pytest.mark.database" in path.read_text())
    return sorted(found, key=lambda path: (path != TESTS / PLANS, path))
