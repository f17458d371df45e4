"""Recipients that are unknown and look like somebody known: a slip of the pen, or a trap that was answered to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from accounts.models import MailAccount
from webmail.contacts.posing import MOST
from webmail.models import Acquaintance, ContactAddress
from webmail.models.correspondents import known_as
from webmail.reading.lookalikes import looks_like, one_apart

SHORTEST = 5
"""Of a name before the @ that is compared: there are many `ann` and `anna`."""


class Mistaken(NamedTuple):
    """Who is written to, and who may be meant."""

    typed: str
    known: str


def mistaken(account: MailAccount, addresses: Iterable[str]) -> list[Mistaken]:
    """Those among the addresses that may be a mistake. Two queries; none when there are no addresses."""
    wanted = {known_as(address): address for address in addresses}
    if not wanted:
        return []
    written = Acquaintance.objects.filter(account__user=account.user_id, sent__gt=0).order_by("-rank")
    held = ContactAddress.objects.filter(user=account.user_id)
    known = {known_as(account.address), *written.values_list("known_as", flat=True)[:MOST]}
    known |= set(held.values_list("known_as", flat=True)[:MOST])
    strangers = ((key, address) for key, address in wanted.items() if key not in known)
    return [Mistaken(address, meant) for key, address in strangers if (meant := taken_for(key, known))]


def taken_for(address: str, known: Collection[str]) -> str:
    """The address among those known that this one could be taken for; or empty. Pure. All as `known_as` has them."""
    name, _, domain = address.rpartition("@")
    alike = {other: looks_like(domain, other) for other in {one.rpartition("@")[2] for one in known}}
    for one in sorted(known):
        other, _, its = one.rpartition("@")
        if alike[its] and (name == other or one_apart(name, other)):
            return one
        if its == domain and min(len(name), len(other)) >= SHORTEST and _is_slip(name, other):
            return one
    return next((one for one in sorted(known) if alike[one.rpartition("@")[2]]), "")


def _is_slip(name: str, other: str) -> bool:
    """One letter apart. With digits it is often somebody else: `anna1` and `anna2`."""
    return not any(c.isdigit() for c in name + other) and one_apart(name, other)
