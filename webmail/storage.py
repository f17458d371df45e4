"""Static files as they are collected: hashed, compressed, and the style sheet joined into one file.

In development the browser follows the `@import` lines of `main.css` by itself, so nothing is built. Collecting joins
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

SHEET = "css/main.css"
_IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);\n')


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """What `collectstatic` writes to."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, tuple[Storage, str]], *args: Any, **options: Any) -> Iterator[Any]:
        if SHEET in paths:
            paths = paths | {SHEET: (_Joined(paths), SHEET)}
        yield from super().post_process(paths, *args, **options)


class _Joined(StaticFilesStorage):
    """The sheet with the sheets it imports in place of the import lines; read from where they are collected from."""

    def __init__(self, paths: dict[str, tuple[Storage, str]]) -> None:
        super().__init__()
        self._paths = paths

    def open(self, name: str, mode: str = "rb") -> File[bytes]:
        joined = _IMPORT.sub(lambda found: self._text(f"css/{found[1]}"), self._text(name))
        return ContentFile(stripped(joined).encode(), name)

    def _text(self, name: str) -> str:
        storage, path = self._paths[name]
        with storage.open(path) as file:
            text: str = file.read().decode()
        return text


def stripped(sheet: str) -> str:
    """The sheet without comments, indentation and most line ends; a quarter of what is sent is these."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return re.sub(r"(?<=[{};,])\n", "", re.sub(r"\s*\n\s*", "\n", sheet))
