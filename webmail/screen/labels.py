"""Labels as the screen shows them: their names, and a colour, which is always the same for one until its person chooses
another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode
from zlib import crc32

from django.utils.translation import gettext as _

from imapbridge.search.query import parse
from imapbridge.terms import labels as terms
from webmail.screen import people
from webmail.screen.sidebar import Item


@dataclass(frozen=True, slots=True)
class Label:
    """`hue` is 0 to 11."""

    keyword: str
    name: str
    hue: int

    @property
    def give(self) -> str:
        return _("Add {label}").format(label=self.name)

    @property
    def take(self) -> str:
        return _("Remove {label}").format(label=self.name)


Hues = tuple[tuple[str, int], ...]
"""The colours that people chose: (keyword, hue)."""


def hues(known: Mapping[str, Mapping[str, Any]]) -> Hues:
    """Of what an account says of its labels."""
    return tuple((keyword, about["hue"]) for keyword, about in known.items() if "hue" in about)


def label(keyword: str, chosen: Hues = ()) -> Label:
    name = people.clean(terms.name_of(keyword))
    return Label(keyword, name, dict(chosen).get(keyword, people.hue(keyword)))


@lru_cache(maxsize=1024)
def labels(keywords: str, chosen: Hues = ()) -> tuple[Label, ...]:
    """Those among the keywords of a conversation, which are JSON, by name."""
    return by_name(json.loads(keywords), chosen)


def by_name(keywords: Iterable[str], chosen: Hues = ()) -> tuple[Label, ...]:
    found = [label(word, chosen) for word in keywords if terms.is_label(word)]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


# --- beside the mailboxes ---------------------------------------------------------------------------------------------


@dataclass
class Tag(Item):
    """One label; it leads to all that has it."""

    template: ClassVar[str] = "mailbox/_tag.html"


@lru_cache(maxsize=256)
def _query(keyword: str) -> str:
    return str(parse(f'label:"{terms.name_of(keyword)}"'))


def address(keyword: str) -> str:
    return f"/search?{urlencode({'q': _query(keyword)})}"


def tags(known: Mapping[str, Mapping[str, Any]], shown: str) -> list[Tag]:
    """Those of an account, by name. `shown` is the search whose results are on the screen."""
    return [_tag(each, shown) for each in by_name(known, hues(known))]


def _tag(each: Label, shown: str) -> Tag:
    current = "page" if _query(each.keyword) == shown else "false"
    key = f"l-{crc32(each.keyword.encode()):x}"
    return Tag(
        key, address(each.keyword), each.name, each.name, "", "", "", "", "", "nav-item", 0, current, str(each.hue), ""
    )
