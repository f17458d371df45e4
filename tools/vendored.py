"""The browser libraries that we ship: each file of static/vendor held against the checksum in its VENDOR.md.

VENDOR.md has one table; its columns are found by their titles: file, package (`name@version`), path (inside the
package), sha256. `fetch` gets the packages anew with npm, which nothing else here needs.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "static" / "vendor"


@dataclass(frozen=True)
class Vendored:
    """One row of the table."""

    file: str
    package: str
    path: str
    sha256: str


def main(arguments: list[str]) -> int:
    """Check, or fetch and check; 0 when every file is what the table says."""
    rows = list(_rows((FOLDER / "VENDOR.md").read_text()))
    if "fetch" in arguments:
        if shutil.which("npm") is None:
            print("Fetching needs npm. Checking does not: ./run vendor", file=sys.stderr)
            return 1
        for package in sorted({row.package for row in rows if row.package}):
            _fetch(package, [row for row in rows if row.package == package])
    faults = [fault for row in rows if (fault := _fault(row))] + _unlisted({row.file for row in rows})
    print(*faults or [f"{len(rows)} vendored files are what VENDOR.md says."], sep="\n")
    return 1 if faults else 0


def _rows(text: str) -> Iterator[Vendored]:
    """The table's rows; a title's first word names the column."""
    lines = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    titles = [title.lower().split(" ")[0] for title in lines[0]]
    for cells in lines[1:]:
        row = dict(zip(titles, cells, strict=False))
        if re.fullmatch(r"[0-9a-f]{64}", row.get("sha256", "")):
            yield Vendored(row["file"], row.get("package", ""), row.get("path", ""), row["sha256"])


def _fault(row: Vendored) -> str:
    path = FOLDER / row.file
    if not path.is_file():
        return f"{row.file} is missing."
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return "" if digest == row.sha256 else f"{row.file} is not what VENDOR.md says: sha256 {digest}"


def _unlisted(listed: set[str]) -> list[str]:
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    return [f"{name} is not in VENDOR.md." for name in sorted(there - listed - {"VENDOR.md"})]


def _fetch(package: str, rows: list[Vendored]) -> None:
    """Download the package as npm publishes it, and take our files out of it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            for row in rows:
                member = archive.extractfile(f"package/{row.path}")
                assert member is not None, f"{package} has no {row.path}"
                (FOLDER / row.file).write_bytes(member.read())
