"""How much the people of a domain may send and bring. From its row, else the installation's. Counts nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import MailDomain, domain_name

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Rates:
    """Within an hour and within a day; 0: as many as one likes."""

    messages_per_hour: int = 0
    messages_per_day: int = 0
    recipients_per_hour: int = 0
    recipients_per_day: int = 0

    def __bool__(self) -> bool:
        return any((self.messages_per_hour, self.messages_per_day, self.recipients_per_hour, self.recipients_per_day))


@dataclass(frozen=True, slots=True)
class Limits:
    """Octets, and recipients of one message; 0: no limit. None: the installation's, which its user knows."""

    domain: str
    message: int
    recipients: int
    upload: int | None
    storage: int | None
    person: Rates
    whole_domain: Rates


def limits_of(address: str) -> Limits:
    """Of an address, in one query."""
    name = domain_name(address.rpartition("@")[2])
    row = MailDomain.objects.defer("logo").filter(name=name).first() or MailDomain(name=name)
    return Limits(
        domain=name,
        message=(row.message_megabytes or 0) * MEGABYTE,
        recipients=row.recipients_per_message or 0,
        upload=_octets(row.upload_megabytes),
        storage=_octets(row.storage_megabytes),
        person=_rates(row, "person", settings.ENV.send_limit),
        whole_domain=_rates(row, "domain", 0),
    )


def _rates(row: MailDomain, whose: str, recipients_per_hour: int) -> Rates:
    values = {name: getattr(row, f"{whose}_{name}") for name in Rates.__slots__}
    if values["recipients_per_hour"] is None:
        values["recipients_per_hour"] = recipients_per_hour
    return Rates(**{name: value or 0 for name, value in values.items()})


def _octets(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * MEGABYTE
