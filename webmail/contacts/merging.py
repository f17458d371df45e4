"""Contacts that may be one, and what becomes of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from webmail.contacts.card import Card
from webmail.contacts.folding import folded

MOST = 10
"""Contacts that are merged at once."""


def merged(cards: Sequence[Card]) -> Card:
    """One of several, at least one: each says what those before leave out, and lists are joined."""
    first, *others = cards
    for other in others:
        first = replace(
            first,
            **{
                name: getattr(first, name) or getattr(other, name)
                for name in ("name", "given", "family", "company", "title", "birthday", "photo")
            },
            addresses=(*first.addresses, *other.addresses),
            phones=(*first.phones, *other.phones),
            note="\n".join(dict.fromkeys(filter(None, (first.note, other.note)))),
            members=(*first.members, *other.members),
            categories=(*first.categories, *other.categories),
            rest="\n".join(dict.fromkeys(filter(None, (*first.rest.splitlines(), *other.rest.splitlines())))),
        )
    return first.fitted()


def alike(contacts: Iterable[tuple[int, str, Iterable[str]]]) -> list[list[int]]:
    """Which of these (key, name, addresses as they are compared) have an address or their whole name in common: each
    once, in the order they came."""
    leader: dict[int, int] = {}
    seen: dict[str, int] = {}

    def lead(key: int) -> int:
        while leader[key] != key:
            leader[key] = key = leader[leader[key]]
        return key

    for key, name, addresses in contacts:
        leader[key] = key
        words = " ".join(folded(name).split())
        for mark in [f"n {words}"] * (" " in words) + [f"a {address}" for address in addresses]:
            other = seen.setdefault(mark, key)
            leader[lead(key)] = lead(other)
    found: dict[int, list[int]] = {}
    for key in leader:
        found.setdefault(lead(key), []).append(key)
    return [keys for keys in found.values() if len(keys) > 1]
