"""A person's accounts as the switcher shows them: what each is called, how much is unread, and what keeps it from being
up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from django.utils.translation import gettext as _

from webmail.screen import people
from webmail.screen.sidebar import Apart


class Account(Protocol):
    """What is shown of an account: `accounts.models.MailAccount` has it, and `access.Beside`."""

    @property
    def address(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def hue(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account stands. `key` is its own; `inbox` its mailbox's, or 0 before it is listed."""

    position: int
    key: int
    who: people.Person
    inbox: int
    unread: int
    is_locked: bool
    is_behind: bool
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the switcher."""

    link: str
    name: str
    below: str
    label: str
    """`Fair desk, 4 unread, waits for its password`."""
    initials: str
    hue: int
    count: str
    current: str
    """`true` or `false`."""
    shortcut: str
    """`g 2`, as far as there are digits."""
    note: str
    """Why it is not up to date; empty when it is."""


@dataclass
class Trouble:
    """A line of the sidebar: an account of which nothing new comes until its person does something."""

    template: ClassVar[str] = "mailbox/_trouble.html"
    key: str
    link: str
    text: str


def who(account: Account) -> people.Person:
    """By the name and the colour that its person gave it, else by its address."""
    found = people.person(account.title, account.address)
    return found if account.hue is None else replace(found, hue=account.hue)


def short_names(standings: Sequence[Standing]) -> dict[int, str]:
    """What rows say of whose they are, by key: what it is called, else its address as far as that is needed."""
    named = {one.key: people.clean(one.who.name) for one in standings}
    local = {one.key: one.who.address.partition("@")[0] for one in standings if one.who.name == one.who.address}
    short = named | local
    return short if len(set(short.values())) == len(short) else named


def choices(standings: Sequence[Standing]) -> tuple[Choice, ...]:
    """All of them, in the person's order."""
    ordered = sorted(standings, key=lambda one: (one.position, one.key))
    return tuple(_choice(number, one) for number, one in enumerate(ordered, 1))


def _choice(number: int, one: Standing) -> Choice:
    named = one.who.name != one.who.address
    note = _("Waits for its password") if one.is_locked else _("Not up to date") if one.is_behind else ""
    words = [one.who.name, _("{n} unread").format(n=one.unread) if one.unread else "", note]
    return Choice(
        f"/mailbox/{one.inbox}/" if one.inbox else "/",
        one.who.name, one.who.address if named else "", ", ".join(filter(None, words)), one.who.initials, one.who.hue,
        str(one.unread) if one.unread else "", "true" if one.is_current else "false",
        f"g {number}" if number < 10 else "", note,
    )  # fmt: skip


def together(standings: Sequence[Standing], *, open_: bool) -> list[Apart]:
    """The way to all inboxes; none for who has one account."""
    if len(standings) < 2:
        return []
    unread = sum(one.unread for one in standings)
    name, css = _("All inboxes"), "nav-item" + " has-unread" * bool(unread)
    label = _("{mailbox}, {n} unread").format(mailbox=name, n=unread) if unread else name
    count, current = str(unread) if unread else "", "page" if open_ else "false"
    return [Apart("inboxes", "/inbox/", name, label, "inbox", "", "g u", count, "", css, 0, current, "", "")]


def troubles(standings: Sequence[Standing]) -> list[Trouble]:
    """Those of the other accounts that wait for their password; the page says so of its own."""
    return [
        Trouble(
            f"t{one.key}",
            f"/settings/accounts/{one.key}/password",
            _("Sign in again: {account}").format(account=one.who.name),
        )
        for one in sorted(standings, key=lambda one: (one.position, one.key))
        if one.is_locked and not one.is_current
    ]
