"""A search as what can be pressed: chips in the box, pills over the results, and the form of all options. Each of them
carries the text that it would make of the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from imapbridge.queries import MailboxItem
from imapbridge.search.query import ANYWHERE
from imapbridge.search.tree import Node, Not, Term, all_of, conjuncts, without
from webmail.screen.results import BEST, SearchPlace
from webmail.screen.search_form import ATTACHED, Form, form
from webmail.screen.sidebar import name_of

_UNREAD, _STARRED = Term("is", "unread"), Term("is", "starred")


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
class Refining:
    """All of it. `words` is what stands in the box beside the chips."""

    q: str
    words: str
    chips: tuple[Chip, ...]
    others: tuple[Pill, ...]
    """Chips that no pill and no menu says as well: for screens that have no room for chips."""
    pills: tuple[Pill, ...]
    menus: tuple[Menu, ...]
    form: Form
    plain: str
    """The search without any condition but words."""


def refining(tree: Node, boxes: Sequence[MailboxItem], accounts: Sequence[tuple[str, str]] = ()) -> Refining:
    """`boxes` are all of the person; `accounts` (address, name), where there are several."""
    parts = conjuncts(tree)
    chips = tuple(part for part in parts if _is_chip(part))
    words = all_of(part for part in parts if part not in chips)
    pills = (
        _pill(tree, ATTACHED, _("Has attachment"), "paperclip"),
        _pill(tree, _UNREAD, _("Unread"), ""),
        _pill(tree, _STARRED, _("Starred"), "star"),
    )
    people = tuple(_person(tree, part) for part in parts if isinstance(part, Term) and part.field == "from")
    menus = (*_accounts(tree, accounts), _folders(tree, boxes), _times(tree))
    said = {pill.q for pill in (*people, *pills)} | {menu.choices[0].q for menu in menus if menu.is_set}
    rest = ((part, str(without(tree, part))) for part in chips)
    return Refining(
        str(tree),
        str(words),
        tuple(_chip(tree, part) for part in chips),
        tuple(Pill(str(part), q, "true") for part, q in rest if q not in said),
        (*people, *pills),
        menus,
        form(tree),
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


def _is(true: bool) -> str:
    return "true" if true else "false"
