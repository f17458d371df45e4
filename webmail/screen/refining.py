"""A search as what can be pressed: chips in the box, pills over the results, and the form of all options. Each of them
carries the text that it would make of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from imapbridge.queries import MailboxItem
from imapbridge.search.query import ANYWHERE, parse
from imapbridge.search.tree import And, Node, Not, Term, all_of, conjuncts, none_of, without
from webmail.screen.results import BEST, SearchPlace
from webmail.screen.sidebar import name_of

_ATTACHED, _UNREAD, _STARRED = Term("has", "attachment"), Term("is", "unread"), Term("is", "starred")
_TEXTS = ("from", "to", "subject")


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in the box. `text` is how it is written, `operator` and `value` its halves; `rest` is the search
    without it."""

    text: str
    operator: str
    value: str
    rest: str


@dataclass(frozen=True, slots=True)
class Pill:
    """A button over the results. `pressed` is `true` or `false`; `q` is the search that it leads to."""

    name: str
    q: str
    pressed: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a menu. `checked` is `true` or `false`; `q` the search, or in `orders` the address of the page."""

    name: str
    q: str
    checked: str


@dataclass(frozen=True, slots=True)
class Menu:
    """A pill with a menu."""

    id: str
    name: str
    is_set: bool
    icon: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One field of the form of all options."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Refining:
    """All of it. `words` is what stands in the box beside the chips."""

    q: str
    words: str
    chips: tuple[Chip, ...]
    pills: tuple[Pill, ...]
    menus: tuple[Menu, ...]
    options: tuple[Option, ...]
    attached: bool
    plain: str
    """The search without any condition but words."""


def refining(tree: Node, boxes: Sequence[MailboxItem], accounts: Sequence[tuple[str, str]] = ()) -> Refining:
    """`boxes` are all of the person; `accounts` (address, name), where there are several."""
    parts = conjuncts(tree)
    chips = tuple(part for part in parts if _is_chip(part))
    words = all_of(part for part in parts if part not in chips)
    pills = (
        _pill(tree, _ATTACHED, _("Has attachment"), "paperclip"),
        _pill(tree, _UNREAD, _("Unread"), ""),
        _pill(tree, _STARRED, _("Starred"), "star"),
    )
    people = tuple(_person(tree, part) for part in parts if isinstance(part, Term) and part.field == "from")
    return Refining(
        str(tree),
        str(words),
        tuple(_chip(tree, part) for part in chips),
        (*people, *pills),
        (*_accounts(tree, accounts), _folders(tree, boxes), _times(tree)),
        _options(parts, words),
        _ATTACHED in parts,
        str(all_of(part for part in parts if isinstance(part, Term) and not part.field)),
    )


def orders(place: SearchPlace) -> Menu:
    """The newest first, or the best."""
    names = {"": _("Newest first"), BEST: _("Best match first")}
    choices = [
        Choice(name, replace(place, before="", sort=sort).address, _is(sort == place.sort))
        for sort, name in names.items()
    ]
    return _menu("order-menu", names[""], "", choices)


def composed(fields: Mapping[str, str], kept: Sequence[str] = ()) -> str:
    """The search that the form of all options says, or a box with chips: `kept` are those."""
    parts = [parse(text).tree for text in (*kept, fields.get("q", ""))]
    parts += [Term(name, word) for name in _TEXTS for word in fields.get(name, "").split()]
    parts += [parse(fields.get("words", "")).tree]
    without_words = parse(fields.get("without", "")).tree
    parts += [none_of(part) for part in conjuncts(without_words)] if without_words != And() else []
    if fields.get("attached"):
        parts.append(_ATTACHED)
    for name in ("after", "before", "larger"):
        parts.append(parse(f"{name}:{fields[name]}").tree if fields.get(name) else And())
    return str(all_of(dict.fromkeys(conjuncts(all_of(parts)))))


def _is_chip(part: Node) -> bool:
    return bool(part.field) if isinstance(part, Term) else isinstance(part, Not) and _is_chip(part.of)


def _chip(tree: Node, part: Node) -> Chip:
    operator, colon, value = str(part).partition(":")
    return Chip(str(part), operator + colon, value, str(without(tree, part)))


def _pill(tree: Node, term: Term, name: str, icon: str) -> Pill:
    is_set = term in conjuncts(tree)
    changed = without(tree, term) if is_set else all_of((tree, term))
    return Pill(name, str(changed), "true" if is_set else "false", icon)


def _person(tree: Node, term: Term) -> Pill:
    return Pill(_("From: {name}").format(name=term.value), str(without(tree, term)), "true")


def _accounts(tree: Node, accounts: Sequence[tuple[str, str]]) -> list[Menu]:
    """One, or all."""
    if not accounts:
        return []
    named = [part for part in conjuncts(tree) if isinstance(part, Term) and part.field == "account"]
    plain = all_of(part for part in conjuncts(tree) if part not in named)
    values = {term.value.casefold() for term in named}
    choices = [Choice(_("All accounts"), str(plain), _is(not named))]
    choices += [
        Choice(name, str(all_of((plain, Term("account", address)))), _is(address.casefold() in values))
        for address, name in accounts
    ]
    return [_menu("account-pill", _("All accounts"), "at-sign", choices)]


def _folders(tree: Node, boxes: Sequence[MailboxItem]) -> Menu:
    """One, all, or all with Trash and Junk."""
    named = [part for part in conjuncts(tree) if isinstance(part, Term) and part.field == "in"]
    plain = all_of(part for part in conjuncts(tree) if part not in named)
    values = {term.value.casefold() for term in named}
    choices = [Choice(_("All mailboxes"), str(plain), _is(not named))]
    choices.append(
        Choice(_("Trash and Junk as well"), str(all_of((plain, Term("in", ANYWHERE)))), _is(ANYWHERE in values))
    )
    for box in {box.special_use or box.path: box for box in reversed(boxes)}.values():
        if box.selectable:
            value = box.special_use or box.path
            is_set = value.casefold() in values or box.path.casefold() in values
            name = name_of(box.special_use, box.name)
            choices.append(Choice(name, str(all_of((plain, Term("in", value)))), _is(is_set)))
    return _menu("in-menu", _("All mailboxes"), "folder", choices)


def _times(tree: Node) -> Menu:
    spans = {
        "": _("Any time"), "7d": _("Last 7 days"), "30d": _("Last 30 days"), "1y": _("Last year"),
    }  # fmt: skip
    given = [part for part in conjuncts(tree) if isinstance(part, Term) and part.field == "newer"]
    plain = all_of(part for part in conjuncts(tree) if part not in given)
    now = given[0].value if given else ""
    choices = [
        Choice(name, str(all_of((plain, Term("newer", value)))) if value else str(plain), _is(value == now))
        for value, name in spans.items()
    ]
    return _menu("time-menu", _("Any time"), "", choices)


def _menu(ident: str, name: str, icon: str, choices: Sequence[Choice]) -> Menu:
    chosen = next((each for each in choices[1:] if each.checked == "true"), None)
    return Menu(ident, chosen.name if chosen else name, chosen is not None, icon, tuple(choices))


def _options(parts: Sequence[Node], words: Node) -> tuple[Option, ...]:
    labels = {"from": _("From"), "to": _("To"), "subject": _("Subject")}
    values = {
        name: " ".join(one.value for one in parts if isinstance(one, Term) and one.field == name) for name in labels
    }
    wanted = all_of(one for one in conjuncts(words) if not isinstance(one, Not))
    unwanted = " ".join(str(one.of) for one in conjuncts(words) if isinstance(one, Not))
    return (
        *(Option(name, label, values[name]) for name, label in labels.items()),
        Option("words", _("Has the words"), str(wanted)),
        Option("without", _("Does not have"), unwanted),
    )


def _is(true: bool) -> str:
    return "true" if true else "false"
