"""Who a person may write as. Reads only: an account without an identity is given one that is not saved.

`accounts.models.Identity` says what each holds; `webmail.views.identities` is where they are changed.
"""

from __future__ import annotations

from accounts.models import Identity, MailAccount


def identities_of(account: MailAccount) -> list[Identity]:
    """In the person's order, never empty. One query; one more for an account that has none and no name either.

    Exactly one of them is the default: the first where the rows say nothing.
    """
    found = list(Identity.objects.filter(account=account)) or [_from_address(account)]
    if not any(each.is_default for each in found):
        found[0].is_default = True
    return found


def default_of(identities: list[Identity]) -> Identity:
    """What new messages are written as, of what `identities_of` found."""
    return next((each for each in identities if each.is_default), identities[0])


def key_of(identity: Identity) -> str:
    """What forms call it: by its row, or by its account when it has none."""
    return str(identity.pk) if identity.pk else f"a{identity.account_id}"


def for_addresses(identities: list[Identity], addresses: list[str]) -> Identity:
    """Whom a message to these addresses came to, so that the answer comes from there; else the default.

    The address itself wins over the one that it is a plus-address of (RFC 5233): `ann+fair@` is `ann@`.
    """
    for known_as in (_whole, _without_detail):
        by_address = {known_as(each.address): each for each in reversed(identities)}
        for address in addresses:
            if found := by_address.get(known_as(address)):
                return found
    return default_of(identities)


def _from_address(account: MailAccount) -> Identity:
    return Identity(account=account, name=account.name or account.user.name, address=account.address, is_default=True)


def _whole(address: str) -> str:
    return address.strip().lower()


def _without_detail(address: str) -> str:
    local, _at, domain = _whole(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
