"""What can be said to a server, by the Sieve extensions that it offers. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from imapbridge.sieve.rules import TEXTUAL, Deed, Field, Filters, How, hows

_FIELDS = {Field.BODY: {"body"}, Field.ATTACHMENT: {"mime"}}
_DEEDS = {
    Deed.FILE: {"fileinto"},
    Deed.TRASH: {"fileinto"},
    Deed.LABEL: {"imap4flags"},
    Deed.READ: {"imap4flags"},
    Deed.STAR: {"imap4flags"},
    Deed.FORWARD: {"copy"},
}
"""RFCs 5228, 5232 (imap4flags), 3894 (copy), 5173 (body), 5703 (mime)."""


class Abilities:
    """`extensions`: in lower case, as the server names them."""

    def __init__(self, extensions: Iterable[str]) -> None:
        self.extensions = frozenset(extensions)

    def has(self, *names: str) -> bool:
        return self.extensions.issuperset(names)

    @property
    def fields(self) -> list[Field]:
        return [one for one in Field if self.has(*_FIELDS.get(one, ()))]

    @property
    def deeds(self) -> list[Deed]:
        return [one for one in Deed if self.has(*_DEEDS.get(one, ()))]

    def hows(self, of: Field) -> list[How]:
        return [one for one in hows(of) if one != How.REGEX or self.has("regex")]

    @property
    def all_hows(self) -> list[How]:
        return [one for one in How if one not in TEXTUAL or one != How.REGEX or self.has("regex")]

    @property
    def vacation(self) -> bool:
        return self.has("vacation")

    @property
    def dates(self) -> bool:
        """Whether a vacation reply can begin and end by itself."""
        return self.has("date", "relational")

    @property
    def includes(self) -> bool:
        return self.has("include")

    def missing(self, filters: Filters) -> set[str]:
        """The extensions that these need and the server does not offer: it had them once."""
        needed: set[str] = set()
        for rule in filters.rules:
            for condition in rule.conditions:
                needed |= _FIELDS.get(condition.field, set())
                needed |= {"regex"} if condition.how == How.REGEX else set()
            for action in rule.actions:
                needed |= _DEEDS.get(action.deed, set())
        needed |= {"vacation"} if filters.vacation.is_on else set()
        return needed - self.extensions
