"""The operator's file of domains (TOML) -> rows that are not saved, or everything that is wrong with it, at once.

    ["example.com"]
    hosts = ["mail.example.com"]
    least_tls = "1.3"
    imap = { host = "imap.example.com" }
    smtp = { host = "smtp.example.com", port = 587, security = "starttls" }
    sieve = { host = "imap.example.com" }

    ["example.com".limits]
    message_megabytes = 25
    person_recipients_per_hour = 200

    ["example.com".brand]
    name = "Example Mail"
    logo = "example.png"        # beside this file
    accent = "#0a7d55"

Reads the file and the logos it names, and no database: `applying` brings the rows in line with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError

from accounts import logos
from accounts.tenancy import SERVICES, MailDomain, domain_name
from accounts.toml_lines import Where, lines

_SERVICE = ("host", "port", "security")
LIMITS = tuple(one.name for one in MailDomain._meta.concrete_fields if one.name.endswith(("megabytes", "_message"))
               or one.name.endswith(("per_hour", "per_day")))  # fmt: skip
_PLACES: dict[Where, str] = {
    ("hosts",): "hosts",
    ("least_tls",): "least_tls",
    ("brand", "name"): "brand_name",
    ("brand", "accent"): "accent",
    ("brand", "logo"): "logo",
}
#: Where each field of a row stands in the file, below its domain.
FIELDS: Mapping[Where, str] = MappingProxyType(
    _PLACES
    | {(service, key): f"{service}_{key}" for service in SERVICES for key in _SERVICE}
    | {("limits", name): name for name in LIMITS}
)
_TABLES = {path[0] for path in FIELDS if len(path) > 1}
NUMBERS = {*LIMITS, *(f"{service}_port" for service in SERVICES)}


class DeclarationFaults(Exception):
    """Everything that is wrong with the file: `line 3: example.com, imap.port: ...`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read(path: Path) -> list[MailDomain]:
    """The file's domains in its order, each valid by itself and among the others. Raises DeclarationFaults."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as fault:
        raise DeclarationFaults([f"{path} cannot be read: {fault.strerror}."]) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise DeclarationFaults([f"{path} is not TOML: {fault}."]) from fault
    reading = _Reading(path.parent, lines(text))
    rows = [reading.domain(name, table) for name, table in values.items()]
    reading.compare(rows)
    if reading.faults:
        raise DeclarationFaults([said for _line, said in sorted(reading.faults)])
    return rows


@dataclass
class _Reading:
    """What was found so far. `faults`: with the line each is sorted by."""

    folder: Path
    lines: Mapping[Where, int]
    faults: list[tuple[int, str]] = field(default_factory=list)

    def fault(self, where: Where, said: str) -> None:
        """`where`: of the file, as keys. A key in braces has the line of what it stands in."""
        at = next((self.lines[where[:end]] for end in range(len(where), 0, -1) if where[:end] in self.lines), 0)
        domain, *below = where
        named = f"{domain}, {'.'.join(below)}" if below else domain
        self.faults.append((at, f"line {at}: {named}: {said}" if at else f"{named}: {said}"))

    def domain(self, name: str, table: object) -> MailDomain:
        row = MailDomain(name=domain_name(name), is_declared=True)
        if not isinstance(table, dict):
            self.fault((name,), 'is not a table; a domain begins with ["example.com"].')
            return row
        told = dict(self._known(name, table))
        for path, value in told.items():
            self._set(row, (name, *path), FIELDS[path], value)
        if ("imap", "host") not in told:
            self.fault((name,), "names no IMAP server: imap = { host = ... }.")
            row.imap_host = "missing.invalid"
        self._validate(row, name)
        return row

    def compare(self, rows: list[MailDomain]) -> None:
        """Each name and each web address once."""
        names: dict[str, MailDomain] = {}
        hosts: dict[str, str] = {}
        for row in rows:
            if row.name in names:
                self.fault((row.name,), "stands here twice, written in two ways.")
            names[row.name] = row
            for host in row.host_names:
                if (other := hosts.setdefault(host, row.name)) != row.name:
                    self.fault((row.name, "hosts"), f"{host} is a web address of {other} already.")

    def _known(self, name: str, table: Mapping[str, Any]) -> Iterator[tuple[Where, Any]]:
        for key, value in table.items():
            if key not in _TABLES:
                yield from self._if_known(name, (key,), value)
            elif not isinstance(value, dict):
                self.fault((name, key), f"must be a table: {key} = {{ ... }}.")
            else:
                for below, inner in value.items():
                    yield from self._if_known(name, (key, below), inner)

    def _if_known(self, name: str, path: Where, value: Any) -> Iterator[tuple[Where, Any]]:
        if path in FIELDS:
            yield path, value
            return
        near = get_close_matches(".".join(path), [".".join(known) for known in FIELDS], 1)
        self.fault((name, *path), "is not known here." + (f" Is it {near[0]}?" if near else ""))

    def _set(self, row: MailDomain, where: Where, name: str, value: Any) -> None:
        """Of the right kind, or a fault and the field's default."""
        if name == "hosts":
            if isinstance(value, list) and all(isinstance(one, str) and one.split() == [one] for one in value):
                row.hosts = " ".join(value)
            else:
                self.fault(where, 'must be a list of host names: ["mail.example.com"].')
        elif name in NUMBERS:
            if type(value) is int and 0 <= value < 2**31:
                setattr(row, name, value)
            else:
                self.fault(where, "must be a whole number, not below 0.")
        elif not isinstance(value, str):
            self.fault(where, "must be a text in quotes.")
        elif name == "logo":
            self._set_logo(row, where, value)
        else:
            setattr(row, name, value.strip())

    def _set_logo(self, row: MailDomain, where: Where, value: str) -> None:
        try:
            row.logo = logos.png((self.folder / value).read_bytes())
        except OSError as fault:
            self.fault(where, f"{value} cannot be read: {fault.strerror}.")
        except ValueError as fault:
            self.fault(where, f"{value} is of no use: {fault}.")

    def _validate(self, row: MailDomain, name: str) -> None:
        places = {field_name: path for path, field_name in FIELDS.items()}
        found: dict[str, list[str]] = {}
        for check in (row.clean_fields, row.clean):
            try:
                check()
            except ValidationError as fault:
                found |= {key: said for key, said in fault.message_dict.items() if key not in found}
        for key, said in found.items():
            self.fault((name, *places.get(key, ())), " ".join(said))
