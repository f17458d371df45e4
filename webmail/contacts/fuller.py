"""Fields of a vCard that say more than is kept of them: middle names and titles, departments, birthdays without a year.

Their lines are kept beside the rest, and written again as far as what is kept apart still says the same. Pure.
"""

from __future__ import annotations

from webmail.contacts.card import Card
from webmail.reading.vcards import ContentLine, content_line

NAMES = ("N", "ORG", "BDAY")
_MOST = 2000


def says_more(line: ContentLine) -> bool:
    """Whether it is worth keeping."""
    if line.name == "N":
        return any(part.strip() for part in line.parts()[2:5])
    return (line.name == "ORG" and len(line.parts()) > 1) or (line.name == "BDAY" and bool(line.params))


def organization(line: ContentLine) -> str:
    """Its units in one line."""
    return ", ".join(filter(None, line.parts()))


def more_names(card: Card) -> list[str]:
    """What stands behind family and given name: others, what is said before, and after. Those of another person, as
    after merging, are not hers."""
    line = _kept(card, "N")
    parts = line.parts() if line else []
    family, given, *more = [part.strip() for part in [*parts, "", ""]]  # of a very long one not all was read
    is_hers = (given and given == card.given) or (family and family == card.family)
    return (more if is_hers else []) + [""] * 3


def written(card: Card, name: str) -> str:
    """The line as it came, while it still says what is kept of it; else empty."""
    line = _kept(card, name)
    if line is None:
        return ""
    same = organization(line) == card.company if name == "ORG" else line.text == card.birthday
    return next(each for each in card.rest.split("\n") if _is_of(each, name)) if same else ""


def is_apart(line: str) -> bool:
    """Whether a kept line is of such a field."""
    return any(_is_of(line, name) for name in NAMES)


def _kept(card: Card, name: str) -> ContentLine | None:
    found = next((line for line in card.rest.split("\n") if _is_of(line, name)), "")
    return content_line(found.encode(), _MOST) if found else None


def _is_of(line: str, name: str) -> bool:
    return line.startswith((f"{name}:", f"{name};"))
