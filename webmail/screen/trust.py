"""What a reader is told of a sender, in whole sentences: the doubts above the text, the rest among the details."""

from __future__ import annotations

from django.utils.translation import gettext as _

from webmail.reading.trust import FAILED, UNVERIFIED, VERIFIED, Trust
from webmail.screen import people
from webmail.screen.notices import Action, Notice


def is_doubtful(found: Trust) -> bool:
    """Whether the sender is probably not who it says."""
    return found.standing == FAILED or (found.standing != VERIFIED and bool(found.looks_like or found.claims))


def doubts(found: Trust, name: str) -> list[Notice]:
    """`name`: what the sender calls itself. At most one of danger, and where answers go."""
    told = [_danger(found, name)] if is_doubtful(found) or found.looks_like else []
    if not told and found.standing == UNVERIFIED:
        sentence = _("{server} could not verify that this message comes from {domain}.")
        words = sentence.format(server=found.server, domain=found.sender_domain)
        told.append(Notice("triangle-alert", "warn", words))
    if found.replies_to:
        sentence = _("An answer would go to {address}, which is not where this message comes from.")
        told.append(Notice("info", "", sentence.format(address=people.clean(found.replies_to))))
    return told


def _danger(found: Trust, name: str) -> Notice:
    domain = found.sender_domain
    if found.claims:
        reason = _("Its sender's name shows {claims}, but it comes from {domain}.").format(
            claims=people.clean(found.claims), domain=domain
        )
    elif found.looks_like:
        reason = _("It comes from {domain}, which looks like your own {own} but is not.").format(
            domain=domain, own=found.looks_like
        )
    else:
        reason = _("It says that it comes from {domain}, but {server} found that it does not.").format(
            domain=domain, server=found.server
        )
    heading = _("This message is probably not from {name}").format(name=name)
    return Notice("octagon-alert", "danger", f"{reason} {_('Do not enter a password.')}", (), heading)


def security(found: Trust) -> str:
    """For the details; empty when no server that the operator trusts has looked."""
    sentence = {
        VERIFIED: _("{domain} verified by {server}"),
        FAILED: _("{domain} is not the sender, says {server}"),
        UNVERIFIED: _("{domain} not verified by {server}"),
    }.get(found.standing, "")
    return sentence.format(domain=found.sender_domain, server=found.server)


def mailing_list(found: Trust, name: str, address: str, left: str) -> Notice | None:
    """How to leave the list that the message came by. `address` takes the wish; `left`: how it went, `yes` or `no`."""
    ways = found.leaving
    if not (ways.page or ways.mail) or is_doubtful(found):
        return None
    if left == "yes":
        return Notice("check", "ok", _("{name} was told that you want no more of it.").format(name=name))
    text = _("Mailing list: {name}.").format(name=name)
    if left == "no":
        text = f"{text} {_('It did not answer; try again later, or another way.')}"
    if ways.one_click:
        return Notice("mail", "", text, (Action(_("Unsubscribe"), address, "unsubscribe", "yes"),))
    if ways.page:
        return Notice("mail", "", text, link=(_("Unsubscribe"), ways.page))
    return Notice("mail", "", f"{text} {_('To leave it, write to {address}.').format(address=ways.mail)}")
