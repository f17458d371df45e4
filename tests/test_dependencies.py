"""Every package we ask for has its reason in a line, and is locked with hashes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def names(path: str, pattern: str) -> list[str]:
    return re.findall(pattern, (ROOT / path).read_text(), re.MULTILINE)


def test_every_package_has_a_reason_and_every_reason_a_package() -> None:
    serve, develop = (ROOT / "docs/dependencies.md").read_text().split("## To develop")
    for text, file in ((serve, "base"), (develop, "dev")):
        assert re.findall(r"^- ([\w-]+): ", text, re.MULTILINE) == sorted(
            names(f"requirements/{file}.in", r"^([a-z][\w-]*)")
        )


@pytest.mark.parametrize("file", ["base", "dev"])
def test_every_package_asked_for_is_locked_with_hashes(file: str) -> None:
    asked = set(names(f"requirements/{file}.in", r"^([a-z][\w-]*)"))
    assert asked <= set(names(f"requirements/{file}.txt", r"^([\w-]+)(?:\[[\w,]+\])?==[^\s]+.*\\\n    --hash=sha256:"))


def test_what_serves_is_the_same_when_developing() -> None:
    pinned = [set(names(f"requirements/{file}.txt", r"^([\w-]+(?:\[[\w,]+\])?==\S+)")) for file in ("base", "dev")]
    assert pinned[0] <= pinned[1]
