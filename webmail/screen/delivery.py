"""What became of a message for each of its recipients, as sentences for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webmail.models import Outgoing
from webmail.models.outgoing import Recipient
from webmail.screen import people

Fate = Outgoing.Fate
_MOST = 300
"""Characters of what a server said."""

_FATES: dict[str, Promise] = {
    Fate.WAITING: gettext_lazy("{address} has not got it yet."),
    Fate.ACCEPTED: gettext_lazy("It was handed over for {address}."),
    Fate.REFUSED: gettext_lazy("{address} did not get it."),
    Fate.UNKNOWN: gettext_lazy("It is not known whether {address} got it."),
    Fate.FAILED: gettext_lazy("{address} did not get it: it came back."),
    Fate.DELAYED: gettext_lazy("{address} has not got it yet; other mail servers go on trying."),
    Fate.DELIVERED: gettext_lazy("It came into the mailbox of {address}."),
    Fate.RELAYED: gettext_lazy("It was passed on for {address}, to a server that tells no more."),
    Fate.EXPANDED: gettext_lazy("It was passed on to everybody behind {address}."),
}
# RFC 3463: what is wrong, and what to do. The longest that fits is told; the class before it does not matter here.
_REASONS: dict[str, Promise] = {
    "1.1": gettext_lazy("There is no such address: look for a misspelling."),
    "1.2": gettext_lazy("What stands after the @ takes no mail: look for a misspelling."),
    "1.3": gettext_lazy("The address is not written as one."),
    "1.6": gettext_lazy("They have moved: ask them for their new address."),
    "1.10": gettext_lazy("What stands after the @ takes no mail: look for a misspelling."),
    "2.1": gettext_lazy("The mailbox is closed."),
    "2.2": gettext_lazy("The mailbox is full: write again when there is room in it."),
    "2.3": gettext_lazy("The message is too large for it: send the files another way."),
    "3.4": gettext_lazy("The message is too large: send the files another way."),
    "4.1": gettext_lazy("Their mail server does not answer."),
    "4.4": gettext_lazy("What stands after the @ takes no mail: look for a misspelling."),
    "4.7": gettext_lazy("It was tried for days, and given up."),
    "5.3": gettext_lazy("It has too many recipients: send it in several turns."),
    "6.7": gettext_lazy("Your mail server cannot send to addresses with such letters."),
    "7": gettext_lazy("It was not wanted, as unknown or unwanted mail is not."),
    "7.1": gettext_lazy("It was not wanted: you may not write there, or it looks like unwanted mail."),
}
_STATUS = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One recipient."""

    what: str
    why: str
    """Empty when nothing is wrong, or nobody said what."""
    said: str
    """The server's own words, or empty."""
    is_trouble: bool = True


def deliveries(recipients: Iterable[Recipient], *, only_trouble: bool = False) -> list[Delivery]:
    """In their order; those that nothing is wrong with may be left out."""
    return [_delivery(one) for one in recipients if not only_trouble or one["state"] in Outgoing.TROUBLE]


def _delivery(one: Recipient) -> Delivery:
    what = str(_FATES[one["state"]]).format(address=people.clean(one["address"]))
    said = people.clean(one["said"])[:_MOST]
    quoted = _("The mail server said: “{said}”").format(said=said) if said else ""
    return Delivery(what, reason(one["code"]), quoted, one["state"] in Outgoing.TROUBLE)


def reason(code: str) -> str:
    """The words for a status; empty when it says nothing that could be told."""
    found = _STATUS.fullmatch(code)
    if found is None:
        return str(_REASONS["7.1"]) if code == "554" else ""
    return str(_REASONS.get(f"{found[1]}.{found[2]}", _REASONS.get(found[1], "")))
