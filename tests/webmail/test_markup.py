"""Where markup of ours may come from: few places, by name. One more is a decision."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VOUCHED = {
    "webmail/partials.py", "webmail/templates.py",  # values escaped one by one
    "webmail/screen/results.py",  # marks in what was escaped
    "webmail/templatetags/mail.py", "webmail/views/lists.py", "webmail/views/deeper.py",  # what a template has printed
    "webmail/views/letters.py", "webmail/views/viewer.py",  # what `reading` made safe
    "webmail/views/installed.py",  # JSON for a script that is no page
}  # fmt: skip
MADE_OF_TEXT = {"compose-html.js", "mail-editor.js", "signature.js"}
"""What these are given has passed DOMPurify, or our server."""


def naming(pattern: str, files: Iterable[Path]) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in files if re.search(pattern, path.read_text())}


@pytest.mark.threat("A4", "B1")
def test_few_places_vouch_for_markup() -> None:
    ours = [path for package in ("accounts", "imapbridge", "webmail") for path in (ROOT / package).rglob("*.py")]
    assert naming(r"mark_safe\(|\bSafeString\(", ours) == VOUCHED
    assert naming(r"\|\s*safe\b|autoescape\s+off|safeseq", (ROOT / "templates").rglob("*.*")) == set()


@pytest.mark.threat("A4", "A14", "B1")
def test_scripts_make_no_document_of_what_they_are_told() -> None:
    """Neither markup of text, nor an address for octets that say themselves what they are."""
    scripts = list((ROOT / "static/js").rglob("*.js"))
    assert len(scripts) > 20
    made = naming(r"createObjectURL|document\.write|insertAdjacentHTML|outerHTML\s*=|\beval\(|new Function", scripts)
    assert made == set()
    assert {Path(name).name for name in naming(r"innerHTML|setHTML", scripts)} == MADE_OF_TEXT
