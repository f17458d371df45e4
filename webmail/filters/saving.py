"""Rules -> our script on the server, which then runs. Nobody else's script is altered: the one that ran goes first in
ours, one that includes ours goes on doing so, and where the server has no `include`, its person is asked before ours
takes its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from accounts import audit
from accounts.models import MailAccount
from imapbridge import scripts
from imapbridge.errors import Sorry, TryAgain
from imapbridge.scripts import OURS
from imapbridge.sieve import script
from imapbridge.sieve.rules import Filters, destinations
from webmail.filters import standing
from webmail.filters.standing import Standing

Change = Callable[[Filters], Filters]


class WouldReplace(Sorry):
    """The script that runs is another's, and the server can run one only."""

    code = "would-replace"


class NewDestinations(Sorry):
    """Mail would be sent on to addresses that it was not sent on to before, which nobody has confirmed."""

    code = "new-destinations"

    def __init__(self, addresses: frozenset[str]) -> None:
        super().__init__()
        self.addresses = sorted(addresses)


def save(
    account: MailAccount,
    before: Standing,
    change: Change,
    *,
    confirmed: bool = False,
    replaces: bool = False,
    network: str = "",
) -> Standing:
    """Make our script say what `change` makes of the rules, and have the server run it.

    `confirmed`: mail may be sent on to addresses that are new. `replaces`: ours may take another's place. Raises
    MailErrors, WouldReplace and NewDestinations.
    """
    wanted = change(before.filters)
    then, now = destinations(before.filters) if before.is_active else frozenset(), destinations(wanted)
    if now - then and not confirmed:
        raise NewDestinations(now - then)
    if before.foreign:
        if before.abilities.includes:
            wanted = replace(wanted, included=before.foreign)
        elif not replaces:
            raise WouldReplace
    if before.host == wanted.included:  # neither may include the other
        wanted = replace(wanted, included="")
    name = before.own or _free_name(before)
    steps: list[scripts.Step] = [("put", name, script.write(wanted, before.abilities))]
    if before.shelf.active != name and not before.host:
        steps.append(("activate", name))
    if then == now:
        return standing.of(scripts.change(account.pk, steps, before.shelf))
    try:
        after = standing.of(scripts.change(account.pk, steps, before.shelf))
    except TryAgain:
        _tell(account, then, now, network, outcome="unknown")  # the server may have it all the same
        raise
    _tell(account, then, now, network)
    return after


def _free_name(before: Standing) -> str:
    taken = {name.casefold() for name in before.shelf.names}
    names = (OURS if number == 1 else f"{OURS}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def _tell(account: MailAccount, then: frozenset[str], now: frozenset[str], network: str, outcome: str = "done") -> None:
    audit.record(
        audit.Kind.FORWARDING_CHANGED, account.user, address=account.address, network=network,
        to=", ".join(sorted(now)), no_more_to=", ".join(sorted(then - now)), outcome=outcome,
    )  # fmt: skip
