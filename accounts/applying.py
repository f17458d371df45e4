"""Rows of domains are made, changed and removed here, by the operator's hand or by the file: what follows for those who
are signed in is seen to, and it is written down.

Who moves a domain to another IMAP server gets no password of anybody's for it: those that were sealed for the old one
are forgotten (their binding would not let them be opened anyway), and people type theirs again. Any other change of
servers ends the connections, which are then made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.dispatch import Signal

from accounts import audit, brands
from accounts.models import MailAccount, MailDomain, User
from accounts.signals import passwords_forgotten, servers_changed

_KEPT = ("id", "name", "is_declared", "logo_digest")
FIELDS = tuple(one.attname for one in MailDomain._meta.concrete_fields if one.name not in _KEPT)
_PASSWORDS = ("imap_host", "imap_port")
"""What sealed passwords are bound to; see `secrets`."""
_SERVERS = tuple(name for name in FIELDS if name.startswith(("imap_", "smtp_", "sieve_")) or name == "least_tls")


@dataclass(frozen=True, slots=True)
class Change:
    """What a file does to a domain: `added`, `changed`, `removed`, or `kept` as it is. `fields`: which of it."""

    domain: str
    word: str
    fields: tuple[str, ...] = ()


def apply(rows: Sequence[MailDomain], *, dry: bool = False) -> list[Change]:
    """Bring what is declared in line with the rows, in one transaction; a second time it changes nothing.

    `dry`: only tell. Domains of the admin that are not among them stay. Raises ValidationError for a web address that
    one of those has.
    """
    with transaction.atomic():
        known = {one.name: one for one in MailDomain.objects.select_for_update()}
        wanted = {row.name for row in rows}
        gone = [one for one in known.values() if one.is_declared and one.name not in wanted]
        _refuse_shared_hosts(rows, [one for one in known.values() if one.name not in wanted and not one.is_declared])
        changes = [Change(one.name, "removed") for one in gone] + [_change(row, known.get(row.name)) for row in rows]
        if not dry:
            for one in gone:
                remove(one)
            for row, change in zip(rows, changes[len(gone) :], strict=True):
                _bring_in_line(row, known.get(row.name), change)
    return changes


def save(row: MailDomain, by: User | None = None) -> None:
    """Save a row that was made or changed, by an operator or by the file, and see to what follows."""
    with transaction.atomic():
        before = MailDomain.objects.select_for_update().filter(pk=row.pk).first()
        row.save()
        fields = _differences(row, before)
        if before is None or fields:
            word = "changed" if before else "added"
            _record(by, row.name, word, fields if before else ())
        for name in {row.name, before.name if before else row.name}:
            _see_to(name, fields if before and before.name == row.name else _SERVERS)


def remove(row: MailDomain, by: User | None = None) -> None:
    """Its people are served by the environment's servers from now on, or not at all."""
    with transaction.atomic():
        row.delete()
        _record(by, row.name, "removed", ())
        _see_to(row.name, _SERVERS)


def _change(row: MailDomain, known: MailDomain | None) -> Change:
    if known is None:
        return Change(row.name, "added")
    fields = _differences(row, known)
    return Change(row.name, "changed" if fields or not known.is_declared else "kept", fields)


def _bring_in_line(row: MailDomain, known: MailDomain | None, change: Change) -> None:
    if change.word == "kept":
        return
    row.pk = known.pk if known else None
    row._state.adding = known is None
    save(row)


def _differences(row: MailDomain, before: MailDomain | None) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if before and _value(row, name) != _value(before, name))


def _value(row: MailDomain, name: str) -> object:
    value = getattr(row, name)
    return bytes(value) if isinstance(value, memoryview) else value


def _refuse_shared_hosts(rows: Sequence[MailDomain], others: Sequence[MailDomain]) -> None:
    taken = {host: other.name for other in others for host in other.host_names}
    found = [(row.name, host) for row in rows for host in row.host_names if host in taken]
    if found:
        raise ValidationError([f"{name}, hosts: {host} is a web address of {taken[host]}." for name, host in found])


def _record(by: User | None, name: str, word: str, fields: tuple[str, ...]) -> None:
    how = "admin" if by else "file"
    audit.record(audit.Kind.DOMAIN_CHANGED, by, domain=name, did=word, fields=", ".join(fields), how=how)


def _see_to(name: str, fields: Sequence[str]) -> None:
    transaction.on_commit(brands.forget)
    if not set(fields) & set(_SERVERS):
        return
    with_servers = MailAccount.objects.select_for_update().filter(address__endswith=f"@{name}").exclude(secret="")
    keys = list(with_servers.values_list("pk", flat=True))
    if set(fields) & set(_PASSWORDS):
        MailAccount.objects.filter(pk__in=keys).update(secret="", secret_version=F("secret_version") + 1)
    told: Signal = passwords_forgotten if set(fields) & set(_PASSWORDS) else servers_changed
    if keys:
        tell: Callable[[], object] = partial(told.send_robust, sender=MailDomain, account_ids=keys)
        transaction.on_commit(tell)
