"""What an examination found, as values that travel as JSON. The sentences are made by who shows them (`words`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Fact = str | int | float | None


class Level(StrEnum):
    """How bad it is."""

    FINE = "fine"
    NOTE = "note"
    """It works, and something is done the longer way round."""
    WARNING = "warning"
    """It works, and somebody should look at it."""
    FAULT = "fault"
    """It does not work."""


_BY_SEVERITY = (Level.FINE, Level.NOTE, Level.WARNING, Level.FAULT)


class Area(StrEnum):
    ADDRESS = "address"
    READING = "reading"
    SENDING = "sending"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is a key of `words.SENTENCES`, `facts` what its sentence names."""

    area: Area
    level: Level
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole examination. `at`: seconds since 1970."""

    address: str
    at: float
    findings: tuple[Finding, ...]
    transcript: str

    @property
    def level(self) -> Level:
        """The worst."""
        return max((one.level for one in self.findings), key=_BY_SEVERITY.index, default=Level.FINE)

    @property
    def exit_code(self) -> int:
        """0: fine, or fine but for notes; 1: there are warnings; 2: something does not work."""
        return max(0, _BY_SEVERITY.index(self.level) - 1)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"level": self.level}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Report:
        rows = said["findings"]
        found = tuple(Finding(Area(row["area"]), Level(row["level"]), row["code"], row["facts"]) for row in rows)
        return cls(said["address"], said["at"], found, said["transcript"])
