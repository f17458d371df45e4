"""What we ship to browsers is what its authors published."""

import hashlib
from pathlib import Path

import pytest

from tools import vendored


def test_every_file_is_what_vendor_md_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert vendored.main([]) == 0, capsys.readouterr().out


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file as its table says."""
    digest = hashlib.sha256(b"as published").hexdigest()
    (tmp_path / "a.js").write_bytes(b"as published")
    table = f"| file | package | path | sha256 |\n|---|---|---|---|\n| `a.js` | `a@1` | `dist/a.js` | `{digest}` |\n"
    (tmp_path / "VENDOR.md").write_text(table)
    monkeypatch.setattr(vendored, "FOLDER", tmp_path)
    return tmp_path


def test_a_changed_file_is_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vendored.main([]) == 0
    (folder / "a.js").write_bytes(b"as changed")
    assert vendored.main([]) == 1
    assert "a.js is not what VENDOR.md says" in capsys.readouterr().out


def test_a_missing_and_an_unlisted_file_are_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.js").rename(folder / "b.js")
    assert vendored.main([]) == 1
    said = capsys.readouterr().out
    assert "a.js is missing" in said
    assert "b.js is not in VENDOR.md" in said
