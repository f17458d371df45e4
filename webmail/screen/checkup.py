"""An examination as its person reads it: by areas, each finding with its sentence and its mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from types import MappingProxyType

from imapbridge.doctor.values import Level, Report
from imapbridge.doctor.words import AREAS, LEVELS, WHOLE, sentence
from webmail.screen.clock import Clock

_ICONS: Mapping[Level, str] = MappingProxyType(
    {Level.FINE: "check", Level.NOTE: "info", Level.WARNING: "triangle-alert", Level.FAULT: "octagon-alert"}
)
_KINDS: Mapping[Level, str] = MappingProxyType(
    {Level.FINE: "", Level.NOTE: "", Level.WARNING: "warn", Level.FAULT: "danger"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """`mark` is the icon, `level` the word that it stands for."""

    mark: str
    level: str
    sentence: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One area."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All of it. `kind` is the notice's, `moment` when it was."""

    said: str
    kind: str
    mark: str
    moment: str
    groups: tuple[Group, ...]


def told(report: Report, clock: Clock) -> Told:
    groups = tuple(
        Group(
            str(AREAS[area]),
            tuple(
                Line(
                    _ICONS[one.level],
                    str(LEVELS[one.level]),
                    sentence(one),
                    one.level in (Level.WARNING, Level.FAULT),
                )
                for one in found
            ),
        )
        for area, found in groupby(report.findings, key=lambda one: one.area)
    )
    at = datetime.fromtimestamp(report.at, UTC)
    level = report.level
    return Told(str(WHOLE[level]), _KINDS[level], _ICONS[level], clock.full(at), groups)
