"""Browsers that are signed in, and second steps, as their person recognises them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.devices import in_words
from accounts.models import Passkey, SignIn
from accounts.networks import UNKNOWN
from webmail.screen.clock import Clock

PHONES = ("iPhone", "iPad", "Android")


@dataclass(frozen=True, slots=True)
class BrowserLine:
    """`below`: from where, since when, and when it was used last."""

    id: int
    name: str
    below: str
    icon: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    id: int
    name: str
    below: str


def browser_line(row: SignIn, clock: Clock, *, is_own: bool) -> BrowserLine:
    said = [] if row.network in {"", UNKNOWN} else [_("Network {network}.").format(network=row.network)]
    said.append(_("Signed in {moment}.").format(moment=_moment(clock, row.created_at)))
    if not is_own and row.used_at:
        said.append(_("Last used {moment}.").format(moment=_moment(clock, row.used_at)))
    icon = "smartphone" if any(phone in row.device for phone in PHONES) else "laptop"
    return BrowserLine(row.pk, in_words(row.device), " ".join(said), icon, is_own)


def step_lines(rows: Iterable[Passkey], clock: Clock) -> list[StepLine]:
    return [
        StepLine(row.pk, row.name, _("Added {moment}.").format(moment=_moment(clock, row.created_at))) for row in rows
    ]


def _moment(clock: Clock, at: datetime) -> str:
    return clock.full(at.astimezone(clock.tz))
