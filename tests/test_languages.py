"""The catalogues: whole, with their placeholders, and compiled; and that nothing is said past them."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools import languages

LANGUAGES = languages.languages()
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z.\d]*[sdf]|\{[\w: ]*\}|%%")
NUMBERS = {"{n}", "%(n)s", "%(count)d", "%(rules)s"}
"""A form for one or two may say its number in words."""


@pytest.fixture(scope="module")
def texts() -> set[tuple[str | None, str]]:
    return {_key(message) for message in languages.template() if message.id}


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, repr(message.id)


def test_each_language_that_can_be_chosen_has_a_catalogue(settings: object) -> None:
    assert [code for code, _name in settings.LANGUAGES if code != "en"] == LANGUAGES  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_whole_and_keeps_what_is_put_in(language: str, texts: set[tuple[str | None, str]]) -> None:
    catalogue = languages.catalogue(language)
    found = {_key(message) for message in catalogue if message.id}
    assert found == texts, "./run languages brings the catalogues up to date"
    assert languages.untranslated(language) == []
    assert [fault for message in catalogue if message.id for fault in _faults(message, catalogue.num_plurals)] == []


def _faults(message: Message, forms: int) -> list[str]:
    if isinstance(message.id, str):
        return [] if _held(message.id) == _held(message.string) else [f"{message.id!r}: {message.string!r}"]
    texts, wanted = message.string, _held(message.id[-1])
    found = [f"{message.id!r}: {len(texts)} forms"] if len(texts) != forms else []
    found += [f"{message.id!r}: {text!r}" for text in texts if not wanted - NUMBERS <= _held(text) <= wanted]
    return found + ([] if _held(texts[-1]) == wanted else [f"{message.id!r}: {texts[-1]!r}"])


def _held(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_that_of_the_text(language: str) -> None:
    kept = languages.source(language).with_suffix(".mo").read_bytes()
    assert kept == languages.compiled(language), "./run languages compiles it"


# The same in every language: keys of a keyboard, names from the RFCs, a style sheet, and half of a tag.
SAID_ALIKE = re.compile(r'Enter|Ctrl|Esc|&[lg]t;|body \{.*|aria-label="">|name@example\.com|X-Mailer')
TAGS = re.compile(
    r"\{%\s*(blocktranslate|comment)\b.*?\{%\s*end\1\s*%\}|\{[%#].*?[%#]\}|\{\{.*?\}\}|<!doctype[^>]*>", re.S
)
SPOKEN = re.compile(r'\s(?:aria-label|title|placeholder|alt|aria-description|aria-valuetext)="([^"]*[A-Za-z]{2}[^"]*)"')


def test_templates_say_nothing_that_cannot_be_translated() -> None:
    assert [f"{path}: {word}" for path in sorted(Path("templates").rglob("*.html")) for word in _bare(path)] == []


def _bare(path: Path) -> list[str]:
    markup = TAGS.sub("", path.read_text())
    words = [*SPOKEN.findall(markup), *re.sub(r"<[^>]*>", "\n", markup).splitlines()]
    found = [word.strip() for word in words if re.search("[A-Za-z]{2}", word)]
    return [word for word in found if not SAID_ALIKE.fullmatch(word)]
