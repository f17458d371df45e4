"""Static files as they are collected: hashed, compressed, and the style sheet joined into one file.

In development the browser follows the `@import` lines of `main.css` by itself, so nothing is built. Collecting joins
them, because a chain of imports costs a round trip each. Modules import each other by relative path; those paths are
rewritten to the hashed names, so no import map (an inline script) is needed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile, File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);\n')


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """What `collectstatic` writes to."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **options: Any) -> Compressor:
        return OwnFilesCompressor(**options)

    def _save(self, name: str, content: File[bytes]) -> str:
        if name == "css/main.css":
            content = ContentFile(joined(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved


class OwnFilesCompressor(Compressor):  # type: ignore[misc]  # likewise
    """Leaves the admin's files as they are: compressing them takes longer than all the rest of a first start."""

    def should_compress(self, filename: str) -> bool:
        return not filename.startswith("admin/") and bool(super().should_compress(filename))


def joined(sheet: str) -> str:
    """The sheet with the sheets it imports in place of the import lines."""
    return _IMPORT.sub(lambda found: _source(f"css/{found[1]}"), sheet)


def _source(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return Path(path).read_text()
