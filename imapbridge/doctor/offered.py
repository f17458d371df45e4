"""What a server does not offer, or offers and does badly, and what that means for its person. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from imapbridge.doctor.values import Area, Finding, Level
from imapbridge.wire.quirks import Profile
from imapbridge.wire.results import Selected

_LACKS: tuple[tuple[str, Level, str], ...] = (
    ("IDLE", Level.WARNING, "no-idle"),
    ("MOVE", Level.NOTE, "no-move"),
    ("UIDPLUS", Level.WARNING, "no-uidplus"),
    ("SPECIAL-USE", Level.NOTE, "no-special-use"),
    ("LIST-STATUS", Level.NOTE, "no-list-status"),
    ("ESEARCH", Level.NOTE, "no-esearch"),
    ("QUOTA", Level.NOTE, "no-quota"),
)
_HELD_BACK = frozenset({"QRESYNC", "CONDSTORE", "LIST-STATUS", "MOVE", "IDLE", "UIDPLUS"})


def findings(
    has: Callable[[str], bool], capabilities: frozenset[str], profile: Profile, *, polls: int, looks: int
) -> Iterator[Finding]:
    """`has`: whether an extension is used; `capabilities`: what is offered. `polls`: seconds between two looks where
    nothing is told; `looks`: between two at the other mailboxes, while somebody is there."""
    kind = profile.name if profile.name != "unknown" else ""
    yield _finding(Level.FINE, "server-kind" if kind else "server-unknown", kind=kind, count=len(capabilities))
    if not has("CONDSTORE"):
        yield _finding(Level.NOTE, "no-condstore")
    elif not has("QRESYNC"):
        yield _finding(Level.NOTE, "no-qresync")
    for name, level, code in _LACKS:
        if not has(name):
            yield _finding(level, code, seconds=polls)
    if has("IDLE") and not has("NOTIFY"):
        yield _finding(Level.NOTE, "no-notify", seconds=looks)
    held = sorted(name for name in _HELD_BACK & capabilities if not has(name))
    if held:
        yield _finding(Level.NOTE, "held-back", names=", ".join(held))
    if not profile.interactive:
        yield _finding(Level.NOTE, "few-connections")


def of_inbox(selected: Selected, *, has_condstore: bool) -> Iterator[Finding]:
    """What the inbox said when it was opened."""
    if selected.read_only:
        yield _finding(Level.WARNING, "read-only")
    if "\\*" not in selected.permanent_flags:
        yield _finding(Level.NOTE, "no-keywords")
    if not {"\\seen", "\\flagged", "\\deleted"} <= {flag.lower() for flag in selected.permanent_flags}:
        yield _finding(Level.WARNING, "no-flags")
    if selected.uid_validity is None:
        yield _finding(Level.FAULT, "no-uidvalidity")
    if has_condstore and selected.highest_modseq is None:
        yield _finding(Level.NOTE, "no-modseq")


def _finding(level: Level, code: str, **facts: str | int) -> Finding:
    return Finding(Area.READING, level, code, facts)
