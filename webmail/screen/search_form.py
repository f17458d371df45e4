"""The form of all options of a search: what of it stands in its fields, and the search that fields say.

Both ways it is the same search; what no field can hold goes along as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from imapbridge.search.query import parse
from imapbridge.search.tree import EVERYTHING, And, Node, Not, Term, all_of, conjuncts, none_of

ATTACHED = Term("has", "attachment")
_TEXTS = ("from", "to", "subject")
_ONE = ("after", "before", "larger")
"""Of which there is one field each."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Option:
    """One field of texts."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Form:
    """`after` and `before` are days as a field of days has them, or empty; `held` is what has no field."""

    options: tuple[Option, ...]
    after: str
    before: str
    larger: str
    attached: bool
    held: tuple[str, ...]


def form(tree: Node) -> Form:
    fields: dict[str, list[Node]] = {}
    for part in conjuncts(tree):
        name = _field(part)
        fields.setdefault("" if name in _ONE and name in fields else name, []).append(part)
    labels = {
        "from": _("From"), "to": _("To"), "subject": _("Subject"), "words": _("Has the words"),
        "without": _("Does not have"),
    }  # fmt: skip
    one = {name: _bare(fields[name][0]) if name in fields else "" for name in _ONE}
    return Form(
        tuple(Option(name, label, " ".join(map(_bare, fields.get(name, ())))) for name, label in labels.items()),
        **one,
        attached="attached" in fields,
        held=tuple(map(str, fields.get("", ()))),
    )


def composed(fields: Mapping[str, str], kept: Sequence[str] = ()) -> str:
    """The search that the fields say, or a box with chips: `kept` are those."""
    parts = [parse(text).tree for text in (*kept, fields.get("q", ""))]
    parts += [_said(name, fields.get(name, "")) for name in _TEXTS]
    parts.append(parse(fields.get("words", "")).tree)
    unwanted = parse(fields.get("without", "")).tree
    parts += [none_of(part) for part in conjuncts(unwanted)] if unwanted != EVERYTHING else []
    if fields.get("attached"):
        parts.append(ATTACHED)
    parts += [parse(f"{name}:{fields[name]}").tree for name in _ONE if fields.get(name)]
    return str(all_of(dict.fromkeys(conjuncts(all_of(parts)))))


def _field(part: Node) -> str:
    """Which field can hold it: it is read there as what it is."""
    if part == ATTACHED:
        return "attached"
    if isinstance(part, Term) and part.field in _ONE:
        return part.field if part.field == "larger" or _DAY.fullmatch(part.value) else ""
    if isinstance(part, Term) and part.field in _TEXTS:
        return part.field if _said(part.field, _bare(part)) == part else ""
    if isinstance(part, Not):
        return "without" if isinstance(part.of, Term) and not part.of.field else ""
    return "" if isinstance(part, Term) and part.field else "words"


def _bare(part: Node) -> str:
    """As it stands in its field."""
    if isinstance(part, Not):
        return str(part.of)
    return str(replace(part, field="")) if isinstance(part, Term) else str(part)


def _said(name: str, value: str) -> Node:
    return parse(f"{name}:({value})").tree if value.strip() else And()
