"""Static files as they are collected: hashed, compressed, and each style sheet joined into one file.

In development the browser follows the `@import` lines of a sheet by itself, so nothing is built. Collecting joins
them, because a chain of imports costs a round trip each. Modules import each other by relative path; those paths are
rewritten to the hashed names, so no import map (an inline script) is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEETS = ("css/main.css", "css/pages.css", "css/compose.css", "css/reply.css", "css/search.css")
MODULES = "js/"
_IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);\n')


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """What `collectstatic` writes to."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20
    """One pass gets, in the worst order of files, one step along a chain of imports; the longest of ours has eleven."""

    def post_process(self, paths: dict[str, tuple[Storage, str]], *args: Any, **options: Any) -> Iterator[Any]:
        ours = _Stripped(paths)
        lean = {name: (ours, name) for name in paths if name in SHEETS or name.startswith(MODULES)}
        yield from super().post_process(paths | lean, *args, **options)


class _Stripped(StaticFilesStorage):
    """Our sheet and modules without what only people read, from where they are collected from."""

    def __init__(self, paths: dict[str, tuple[Storage, str]]) -> None:
        super().__init__()
        self._paths = paths

    def open(self, name: str, mode: str = "rb") -> File[bytes]:
        text = self._text(name)
        lean = sheet(_IMPORT.sub(lambda found: self._text(f"css/{found[1]}"), text)) if name in SHEETS else module(text)
        return ContentFile(lean.encode(), name)

    def _text(self, name: str) -> str:
        storage, path = self._paths[name]
        with storage.open(path) as file:
            text: str = file.read().decode()
        return text


def sheet(text: str) -> str:
    """A style sheet without comments, indentation and most line ends: a quarter of what would be sent."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"(?<=[{};,])\n", "", re.sub(r"\s*\n\s*", "\n", text))


def module(text: str) -> str:
    """A module without indentation and without the comments that have lines of their own.

    Works by lines, not by tokens: no string of ours goes over a line, which a test makes sure of.
    """
    text = re.sub(r"^\s*/\*\*.*?\*/\n", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^\s*(?://.*)?\n?", "", text, flags=re.MULTILINE)
