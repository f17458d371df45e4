"""Every threat of docs/threats.md has at least one test that carries its number."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
LISTED = re.findall(r"^- ([A-F]\d+): .+\.$", (TESTS.parent / "docs/threats.md").read_text(), re.MULTILINE)
CATALOGUE = {"A": 14, "B": 6, "C": 7, "D": 8, "E": 9, "F": 5}


def held() -> set[str]:
    marks = [
        mark
        for path in TESTS.rglob("test_*.py")
        for mark in re.findall(r"^@pytest\.mark\.threat\(([^)]+)\)$", path.read_text(), re.MULTILINE)
    ]
    return {number for mark in marks for number in re.findall(r'"([A-F]\d+)"', mark)}


def test_none_is_left_out() -> None:
    assert [f"{letter}{number}" for letter, last in CATALOGUE.items() for number in range(1, last + 1)] == LISTED


def test_each_has_a_test_and_each_mark_a_threat() -> None:
    assert held() == set(LISTED)
