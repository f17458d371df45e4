"""What collecting makes of our static files."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from webmail import storage


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("static")
    backend = {"BACKEND": "webmail.storage.StaticStorage", "OPTIONS": {"location": folder}}
    with override_settings(STATIC_ROOT=folder, STORAGES=settings.STORAGES | {"staticfiles": backend}):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


def one(folder: Path, pattern: str) -> str:
    (found,) = folder.glob(pattern)
    return found.read_text()


def imported(sheet: str) -> list[str]:
    return re.findall(r'@import url\("([\w-]+\.css)"\);', Path("static", sheet).read_text())


@pytest.mark.parametrize("name", storage.SHEETS)
def test_a_sheet_is_one_file_with_all_it_imports_in_it(collected: Path, name: str) -> None:
    sheet = one(collected, name.replace(".css", ".*.css"))
    assert "@import" not in sheet
    for source in imported(name):
        assert storage.sheet(Path("static/css", source).read_text()).strip() in sheet, source


def test_every_sheet_is_imported_once() -> None:
    found = [name for sheet in storage.SHEETS for name in [Path(sheet).name, *imported(sheet)]]
    assert sorted(found) == sorted(path.name for path in Path("static/css").glob("*.css"))


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    names = re.findall(r'(?:from|import) ?"\./([^"]+)"', one(collected, "js/app.*.js"))
    assert names
    for name in names:
        assert (collected / "js" / name).is_file(), name
        assert re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.js", name)


def lines_of_code(text: str) -> Iterator[str]:
    """The lines that are not comments; none of ours stands behind code."""
    inside = False
    for line in map(str.strip, text.splitlines()):
        inside = inside or line.startswith("/*")
        if line and not inside and not line.startswith("//"):
            yield line
        inside = inside and not line.endswith("*/")


def test_modules_are_the_same_without_what_only_people_read(collected: Path) -> None:
    for source in Path("static/js").glob("*.js"):
        lean = one(collected, f"js/{source.stem}.*.js")
        assert not re.search(r"^\s*(//|/\*|\s)", lean, re.MULTILINE), source
        code = list(lines_of_code(source.read_text()))
        lean = re.sub(r"(\./(?:vendor/)?[\w.-]+)\.[0-9a-f]{12}\.(m?js)", r"\1.\2", lean).replace('import"', 'import "')
        assert lean.splitlines() == code, source


def test_no_string_of_a_module_goes_over_a_line() -> None:
    for source in Path("static/js").glob("*.js"):
        for line in source.read_text().splitlines():
            assert line.count("`") % 2 == 0, f"{source}: {line}"


def test_files_come_compressed(collected: Path) -> None:
    for pattern in ("css/main.*.css", "js/app.*.js", "icons.*.svg"):
        assert list(collected.glob(f"{pattern}.br"))


def test_vendored_code_is_what_it_says() -> None:
    table = re.findall(
        r"^\| `([^`]+)` \|.*\| ([0-9a-f]{64}) \|$", Path("static/vendor/VENDOR.md").read_text(), re.MULTILINE
    )
    assert table
    for name, digest in table:
        assert hashlib.sha256((Path("static/vendor") / name).read_bytes()).hexdigest() == digest
    listed = {name for name, _digest in table} | {"VENDOR.md"}
    assert {path.name for path in Path("static/vendor").iterdir()} == listed


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', Path("static/icons.svg").read_text()))
    used: set[str] = set()
    for template in Path("templates").rglob("*.html"):
        text = template.read_text()
        used |= set(re.findall(r'{% icon "([\w-]+)"', text)) | set(re.findall(r'%}#([\w-]+)"', text))
    used |= set(re.findall(r'#([\w-]+)"', Path("webmail/templatetags/mail.py").read_text()))
    code = "".join(
        path.read_text()
        for folder in ("webmail/screen", "webmail/reading", "webmail/views")
        for path in Path(folder).glob("*.py")
    )
    assert used <= sprite
    assert {name for name in sprite if f'"{name}"' not in code} <= used, "nothing there that is not used"


def test_sheets_know_beginning_and_end_and_not_left_and_right() -> None:
    """Else what is read from right to left has the wrong side narrow. Two say themselves what they are there."""
    sided = re.compile(r"\b(?:padding|margin): (\S+) (\S+) (\S+) (\S+);|(?:margin|padding|border)-(?:left|right)\b")
    found = {
        sheet.name
        for sheet in Path("static/css").glob("*.css")
        for each in sided.finditer(re.sub(r"calc\([^()]*(?:\([^()]*\)[^()]*)*\)", "calc", sheet.read_text()))
        if each[2] is None or each[2] != each[4]
    }
    assert found <= {"layout.css", "rows.css"}
