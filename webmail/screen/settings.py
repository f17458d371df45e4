"""The sections of the settings, whom somebody writes as, and the accounts that they read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Identity, MailAccount
from webmail.screen import people


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the settings. `current`: `page` on it and on those below it, else `false`."""

    link: str
    icon: str
    name: str
    current: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A mailbox that is read here. `fault`: why it is not, in a sentence; empty when it is. `locked`: it waits for its
    password."""

    id: int
    name: str
    """What its person calls it; else its address."""
    who: people.Person
    below: str
    fault: str
    locked: bool


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """`link` is empty for one that is not saved: it is there because the account has an address."""

    id: int
    name: str
    below: str
    is_default: bool
    label: str
    """`Noor Eklund, noor@example.com`"""
    warning: str
    signature: str
    """The beginning of the signature, or a word for there being none."""


def sections(path: str) -> list[Section]:
    """Of the page at this address."""
    pages = [
        ("preferences", "sun-moon", _("Appearance and reading")),
        ("identities", "at-sign", _("Accounts and identities")),
        ("signatures", "signature", _("Signatures")),
        ("templates", "file-text", _("Templates")),
        ("filters", "list-filter", _("Filters")),
        ("notifications", "bell", _("Notifications")),
        ("books", "users", _("Contacts")),
        ("security", "shield-check", _("Security")),
        ("connection", "server", _("Connection")),
        ("activity", "history", _("Activity")),
    ]
    path = path.replace("/settings/accounts/", reverse("identities") + "/")  # beside them, and shown with them
    found = [(reverse(name), icon, text) for name, icon, text in pages]
    current = max((link for link, _icon, _text in found if path.startswith(link)), key=len, default="")
    return [Section(link, icon, text, "page" if link == current else "false") for link, icon, text in found]


def account_line(account: MailAccount, locked: bool, fault: str, host: str) -> AccountLine:
    below = _("On {server}.").format(server=host) if host else ""
    if account.title:
        below = f"{account.address} {below}"
    waits = _("It waits for you to sign in again.") if account.provider else _("It waits for your password.")
    fault = waits if locked else fault
    who = people.person(account.title, account.address)
    who = who if account.hue is None else replace(who, hue=account.hue)
    return AccountLine(account.pk, account.title or account.address, who, below, fault, locked)


def identity_line(identity: Identity, domain: str) -> IdentityLine:
    """`domain`: of the account, whose server it is sent through."""
    name = people.display_name(identity.name, identity.address)
    below = identity.address
    if identity.reply_to:
        below = _("{address}, replies go to {other}").format(address=identity.address, other=identity.reply_to)
    label = _("{name}, {address}").format(name=name, address=identity.address)
    signature = people.clean(identity.signature_text)[:120] or (_("With formatting") if identity.signature_html else "")
    return IdentityLine(
        identity.pk or 0, name, below, identity.is_default, label, _refusal(identity, domain), signature or _("None")
    )


def _refusal(identity: Identity, domain: str) -> str:
    if identity.address.rpartition("@")[2].lower() == domain.lower():
        return ""
    return _("Of another domain: the mail server of {domain} may refuse to send as this address.").format(domain=domain)
