"""Labels as the screen shows them: their names, and a colour that is always the same for one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from imapbridge.terms import labels as terms
from webmail.screen import people


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


def label(keyword: str) -> Label:
    name = people.clean(terms.name_of(keyword))
    return Label(keyword, name, people.hue(keyword))


@lru_cache(maxsize=1024)
def labels(keywords: str) -> tuple[Label, ...]:
    """Those among the keywords of a conversation, which are JSON, by name."""
    found = [label(word) for word in json.loads(keywords) if terms.is_label(word)]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))
