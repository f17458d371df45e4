"""What a reader is told of a sender, in whole sentences: the doubts above the text, the rest among the details."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.utils.translation import gettext as _

from imapbridge.terms.flags import MDN_SENT, NOT_PHISHING
from webmail.reading.trust import FAILED, UNKNOWN, UNVERIFIED, VERIFIED, Trust
from webmail.screen import people
from webmail.screen.notices import Action, Notice


def judged(found: Trust, keywords: Collection[str], *, is_trusted: bool) -> Trust:
    """Without the doubts that the person has answered: for this message, or for what this sender resembles."""
    if NOT_PHISHING in keywords:
        return replace(found, standing=UNKNOWN, looks_like="", claims="", poses_as="", is_new=False)
    return replace(found, looks_like="", claims="", poses_as="", is_new=False) if is_trusted else found


def is_doubtful(found: Trust) -> bool:
    """Whether the sender is probably not who it says."""
    return found.standing == FAILED or (found.standing != VERIFIED and bool(found.looks_like or found.claims))


def doubts(found: Trust, name: str, sender: str, treat: str) -> list[Notice]:
    """What is told above the text: at most one of danger or of doubt, and where answers go. `name`: what the sender
    calls itself, `sender` its address. `treat`: where the answer to a doubt is posted."""
    told = [_danger(found, name, treat)] if is_doubtful(found) or found.looks_like else []
    told = told or _doubt(found, name, people.clean(sender), treat)
    if found.replies_to:
        sentence = _("An answer would go to {address}, which is not where this message comes from.")
        told.append(Notice("info", "", sentence.format(address=people.clean(found.replies_to))))
    return told


def _doubt(found: Trust, name: str, sender: str, treat: str) -> list[Notice]:
    if found.poses_as:
        sentence = _("You know {name} as {known}, but this message comes from {address}.")
        words = sentence.format(name=name, known=people.clean(found.poses_as), address=sender)
        return [Notice("triangle-alert", "warn", words, (_safe(treat), _block(treat)))]
    if found.standing == UNVERIFIED:
        sentence = _("{server} could not verify that this message comes from {domain}.")
        return [Notice("triangle-alert", "warn", sentence.format(server=found.server, domain=found.sender_domain))]
    if found.is_new:
        return [Notice("user-plus", "", _("This is the first message you get from {address}.").format(address=sender))]
    return []


def _safe(treat: str) -> Action:
    return Action(_("Mark as safe"), treat, "treat", "safe")


def _block(treat: str) -> Action:
    return Action(_("Block sender"), treat, "treat", "block")


def blocked(sender: str, treat: str) -> Notice:
    """For what somebody sent whom the person has blocked."""
    sentence = _("You blocked {address}. What comes from there goes to Junk.").format(address=people.clean(sender))
    return Notice("shield-alert", "", sentence, (Action(_("Unblock"), treat, "treat", "unblock"),))


def _danger(found: Trust, name: str, treat: str) -> Notice:
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
    if found.is_new:
        reason = f"{reason} {_('Nothing came from there before.')}"
    if is_doubtful(found):
        reason = f"{reason} {_('Its links, images and attachments are off.')}"
    heading = _("This message is probably not from {name}").format(name=name)
    words = f"{reason} {_('Do not enter a password.')}"
    return Notice("octagon-alert", "danger", words, (_safe(treat), _block(treat)), heading)


def receipt(found: Trust, keywords: Collection[str], address: str) -> Notice | None:
    """Whether to tell that it was read. `address` takes the answer. Who has answered is not asked again (RFC 3503)."""
    if not found.receipt_to or MDN_SENT in keywords or is_doubtful(found):
        return None
    sentence = _("{address} asks to be told that you opened this.").format(address=people.clean(found.receipt_to))
    actions = (
        Action(_("Send receipt"), address, "receipt", "yes"),
        Action(_("Do not send"), address, "receipt", "no"),
    )
    return Notice("mail-open", "", sentence, actions)


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
    if not ways.page:
        text = f"{text} {_('A message to {address} ends it.').format(address=ways.mail)}"
        return Notice("mail", "", text, (Action(_("Unsubscribe"), address, "unsubscribe", "yes"),))
    return Notice("mail", "", text, link=(_("Unsubscribe"), ways.page))
