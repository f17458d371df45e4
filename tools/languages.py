"""The catalogues of texts in other languages: `locale/*/LC_MESSAGES/django.po`, which people write, and `.mo`, which
Django reads.

Needs no gettext tools: Babel reads the sources, and Django turns its templates into what Babel can read. Compiled files
are kept beside the others, so that whoever installs Whimbrel needs neither.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
PACKAGES = ("accounts", "imapbridge", "webmail")
_KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip


def template() -> Catalog:
    """All texts of the sources, without a translation."""
    found = Catalog(project="Whimbrel", charset="utf-8")
    for path, text in _sources():
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=_KEYWORDS):
            found.add(message, locations=[(path.relative_to(ROOT).as_posix(), 1)], context=context)
    return found


def _sources() -> Iterator[tuple[Path, str]]:
    """Python as it is, and templates as Python that says the same."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        yield path, re.sub(r"(?m)^\s+", "", templatize(path.read_text(), origin=str(path)))


def catalogue(language: str) -> Catalog:
    """As it stands in its file; an empty one when there is none yet."""
    path = source(language)
    if not path.exists():
        return Catalog(locale=language, project="Whimbrel")
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def source(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    return sorted(path.name for path in LOCALES.iterdir() if path.is_dir())


def update(language: str, texts: Catalog) -> None:
    """Add what is new in the sources and drop what is gone. What changed its words is new: nothing is guessed."""
    held = catalogue(language)
    held.update(texts, no_fuzzy_matching=True, update_header_comment=False)
    held.obsolete.clear()
    path = source(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(held, language))


def written(held: Catalog, language: str) -> bytes:
    """The bytes of a `.po` file, without dates and line numbers, which would change with every commit."""
    out = io.BytesIO()
    write_po(out, held, width=110, omit_header=True, include_lineno=False, sort_output=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {get_plural(language)}\\n"\n\n'
    )
    return header.encode() + out.getvalue()


class _Compiled(Catalog):
    """Has in its header what a reader needs, and nothing that differs by when and with what it was made."""

    mime_headers = property(
        lambda self: [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Language", str(self.locale)),
            ("Plural-Forms", str(get_plural(str(self.locale)))),
        ]
    )


def compiled(language: str) -> bytes:
    """The bytes of the `.mo` file that belong to the catalogue."""
    plain, out = _Compiled(locale=language, charset="utf-8", fuzzy=False), io.BytesIO()
    for message in catalogue(language):
        if message.id:
            plain.add(message.id, message.string, context=message.context)
    write_mo(out, plain)
    return out.getvalue()


def untranslated(language: str) -> list[tuple[str | None, Any]]:
    """(context, text) of what has no translation, or lacks one of its forms."""
    found = []
    for message in catalogue(language):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(texts)):
            found.append((message.context, message.id))
    return found


def main(arguments: list[str]) -> int:
    """Bring all catalogues up to date, compile them, and tell what they lack. New languages are named."""
    texts = template()
    for language in sorted({*languages(), *arguments}) if LOCALES.exists() else arguments:
        update(language, texts)
        source(language).with_suffix(".mo").write_bytes(compiled(language))
        print(f"{language}: {len(texts)} texts, {len(untranslated(language))} without translation")
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
