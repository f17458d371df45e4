"""The environment is made when the lock file changes, and only then. What makes it is a stand-in here."""

import subprocess
from pathlib import Path

import pytest

from tools import environment
from tools.environment import CannotInstall


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder with two lock files; the kinds that were made, in order."""
    (tmp_path / "requirements").mkdir()
    for kind in ("base", "dev"):
        (tmp_path / f"requirements/{kind}.txt").write_text(f"{kind} 1")
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path / ".venv", "PYTHON": python}.items():
        monkeypatch.setattr(environment, name, value)
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv/.locked")
    kinds: list[str] = []

    def make(kind: str) -> None:
        python.touch()
        kinds.append(kind)

    monkeypatch.setattr(environment, "_with_uv", make)
    monkeypatch.setattr(environment, "_with_pip", make)
    return kinds


def test_it_is_made_once(made: list[str]) -> None:
    assert environment.ensure("base") == environment.ensure("base") == environment.PYTHON
    assert made == ["base"]


def test_a_changed_lock_file_makes_it_anew(made: list[str]) -> None:
    environment.ensure("base")
    (environment.ROOT / "requirements/base.txt").write_text("base 2")
    environment.ensure("base")
    assert made == ["base", "base"]


def test_a_developers_environment_serves_too_and_stays_one(made: list[str]) -> None:
    environment.ensure("base")
    environment.ensure("dev")
    environment.ensure("base")
    assert made == ["base", "dev"]
    (environment.ROOT / "requirements/dev.txt").write_text("dev 2")
    environment.ensure("base")
    assert made == ["base", "dev", "dev"]


def test_an_interrupted_making_is_begun_anew(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    environment.ensure("base")
    environment.STAMP.unlink()
    environment.ensure("base")
    assert made == ["base", "base"]


def test_a_failure_is_told(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(kind: str) -> None:
        raise subprocess.CalledProcessError(1, ["pip", "install"])

    monkeypatch.setattr(environment, "_with_uv", fail)
    monkeypatch.setattr(environment, "_with_pip", fail)
    with pytest.raises(CannotInstall, match="pip install failed"):
        environment.ensure("base")
    assert not environment.STAMP.exists()


def test_without_pip_and_apt_the_person_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "WHEELS", "nowhere")
    monkeypatch.setattr(environment, "CACHE", tmp_path)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    with pytest.raises(CannotInstall, match="Install Python's venv module"):
        environment._debian_pip()
