"""What the audit log has of a person, as she reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.audit import SENTENCES, Kind
from accounts.devices import in_words
from accounts.models import AuditEntry
from accounts.networks import UNKNOWN
from webmail.screen import people
from webmail.screen.clock import Clock

ALARMING = frozenset(
    {Kind.SIGN_IN_REFUSED, Kind.SECOND_FACTOR_REMOVED, Kind.SECOND_FACTOR_REFUSED, Kind.SENDING_BURST,
     Kind.SENDING_LIMITED, Kind.FORWARDING_CHANGED, Kind.RECOVERY_CODE_USED}
)  # fmt: skip
"""What somebody else may have done with a stolen password."""
_REASONS: dict[str, str | Promise] = {
    "sign-in-refused": gettext_lazy("wrong address or password"),
    "too-many": gettext_lazy("tried too often"),
    "used-twice": gettext_lazy("its token came from somewhere a second time"),
}
_STEPS: dict[str, str | Promise] = {
    "passkey": gettext_lazy("passkey"),
    "authenticator": gettext_lazy("codes of an app"),
}
_NAMED = ("device", "provider", "account", "script")
"""Facts that say what they are by themselves."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `below`: where from and with what; `moment` is the whole date and time."""

    said: str
    below: str
    address: str
    moment: str
    iso: str
    alarming: bool


def line(entry: AuditEntry, clock: Clock) -> Line:
    kind = Kind(entry.kind) if entry.kind in set(Kind) else None
    at = entry.at.astimezone(clock.tz)
    return Line(
        said=str(SENTENCES[kind]) if kind else entry.kind,
        below=_(", ").join(_details(entry)),
        address=entry.address,
        moment=clock.full(at),
        iso=_iso(at),
        alarming=kind in ALARMING,
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _named(name: str, fact: str) -> str:
    return in_words(fact) if name == "device" else fact


def _details(entry: AuditEntry) -> list[str]:
    facts = entry.facts
    found = [people.clean(_named(name, str(facts[name]))) for name in _NAMED if facts.get(name)]
    if to := facts.get("to"):
        found.append(_("to {addresses}").format(addresses=people.clean(str(to))))
    if no_more := facts.get("no_more_to"):
        found.append(_("no longer to {addresses}").format(addresses=people.clean(str(no_more))))
    if step := _STEPS.get(str(facts.get("step", ""))):
        found.append(str(step))
    if facts.get("place") == "admin":
        found.append(_("in the administration"))
    if entry.network and entry.network != UNKNOWN:
        found.append(_("network {network}").format(network=entry.network))
    if reason := _REASONS.get(str(facts.get("reason", ""))):
        found.append(str(reason))
    if isinstance(count := facts.get("people"), int):
        found.append(ngettext("{n} recipient", "{n} recipients", count).format(n=count))
    return found
