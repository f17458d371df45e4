"""The reader's own card: whose mail this is, how full it is, and whether the mirror is up to date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

from django.utils.translation import gettext as _

from accounts.models import MailAccount, Preferences, User
from webmail.screen import people
from webmail.screen.sizes import size
from webmail.screen.switcher import Choice


@dataclass(frozen=True, slots=True)
class Card:
    """Whose mailbox is open."""

    name: str
    address: str
    below: str
    """What stands below the name: the address, or nothing when it is the name."""
    initials: str
    hue: int
    label: str
    accounts: tuple[Choice, ...] = ()
    """All of the person's, where there are several."""
    query: str = ""
    """What an address needs to be about this one, where there are several: `?account=12`."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How full the account is. `level` is empty, `warn` or `danger`."""

    percent: int
    text: str
    spoken: str
    level: str


@dataclass(frozen=True, slots=True)
class Look:
    """Attributes of the root element, and of the page in it; empty means the default."""

    theme: str = ""
    accent: str = ""
    density: str = ""
    pane: str = ""
    after_filing: str = ""
    read_after: int = 0
    swipe_start: str = ""
    swipe_end: str = ""
    """What scripts go by: see `accounts.models.Preferences`."""
    person: str = ""
    """Whose page it is, for what their browser keeps: as long as there is this person, and nobody else's."""


def card(account: MailAccount, user: User, accounts: tuple[Choice, ...] = ()) -> Card:
    who = people.person(account.title or account.name or user.name, account.address)
    who = who if account.hue is None else replace(who, hue=account.hue)
    named = who.name != who.address
    label = _("Switch account: {name}, {address}") if named else _("Switch account: {address}")
    label = label.format(name=who.name, address=who.address)
    query = f"?account={account.pk}" if accounts else ""
    return Card(who.name, who.address, who.address if named else "", who.initials, who.hue, label, accounts, query)


def quota(octets: int | None, most: int | None) -> Quota | None:
    """None where the server tells no limit."""
    if octets is None or not most:
        return None
    used, limit = size(octets), size(most)
    percent = min(100, round(100 * octets / most))
    level = "danger" if percent >= 98 else "warn" if percent >= 90 else ""
    spoken = _("{used} of {limit} used").format(used=used, limit=limit)
    return Quota(percent, _("{used} of {limit}").format(used=_without_unit(used, limit), limit=limit), spoken, level)


def _without_unit(used: str, limit: str) -> str:
    """`6.2` of 10 GB; with its unit where the two differ."""
    number, _space, unit = used.partition(" ")
    return number if unit == limit.partition(" ")[2] else used


def look(user: User) -> Look:
    chosen = preferences(user)
    return Look(
        chosen.theme,
        chosen.accent,
        chosen.density,
        chosen.pane,
        chosen.after_filing,
        chosen.read_after,
        chosen.swipe_start,
        chosen.swipe_end,
        f"{user.pk}-{crc32(user.email.encode()):x}",
    )


def preferences(user: User) -> Preferences:
    """What the person chose; the defaults when they never did."""
    return getattr(user, "preferences", None) or Preferences(user=user)


def zone_name(user: User) -> str:
    """The time zone the person chose, or empty."""
    chosen = getattr(user, "preferences", None)
    return chosen.time_zone if chosen else ""
