"""What can be done to conversations of a mailbox, or to its messages by themselves, by the words that forms send. Knows
no request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from imapbridge import actions
from imapbridge.actions import muting, snoozing, whole
from imapbridge.actions.seeking import Sought
from imapbridge.models import Job
from imapbridge.queries import Held, MailboxItem, is_message
from imapbridge.terms import snoozed
from imapbridge.terms.special_use import SpecialUse


@dataclass(frozen=True, slots=True)
class Chosen:
    """What something is to be done to: `held`, ordered as `queries.selection` has it; or everything that the list
    shows."""

    account: int
    mailbox: int
    held: Sequence[Held]
    target: int = 0
    """The mailbox that a move or copy goes to."""
    keyword: str = ""
    """The label that is given or taken."""
    until: datetime | None = None
    """When what is snoozed comes back."""
    everything: bool = False
    only: str = ""
    """Which of the mailbox the list shows: a `queries.Only`."""
    flat: bool = False
    """Whether it shows each message by itself."""
    sought: Sought | None = None
    """A search, where it is what that finds."""

    @property
    def messages(self) -> list[int]:
        return [one.message for one in self.held]

    @property
    def by_message(self) -> bool:
        """Whether all of it are messages by themselves."""
        return self.flat if self.everything else all(is_message(one.thread) for one in self.held)

    @property
    def latest(self) -> list[int]:
        """The newest message of each conversation: a star and a mark as unread are put on it alone."""
        return list({one.thread: one.message for one in self.held}.values())


Deed = Callable[[Chosen], list[int]]
"""Does it, and returns the keys of the changes. NoMailboxFor where the account has none for it."""


def _read(chosen: Chosen) -> list[int]:
    return actions.set_seen(chosen.account, [one.message for one in chosen.held if not one.seen], True)


def _unread(chosen: Chosen) -> list[int]:
    return actions.set_seen(chosen.account, chosen.latest, False)


def _star(chosen: Chosen) -> list[int]:
    return actions.set_flagged(chosen.account, chosen.latest, True)


def _unstar(chosen: Chosen) -> list[int]:
    return actions.set_flagged(chosen.account, [one.message for one in chosen.held if one.flagged], False)


def _archive(chosen: Chosen) -> list[int]:
    return actions.archive(chosen.account, chosen.messages, chosen.mailbox)


def _junk(chosen: Chosen) -> list[int]:
    return actions.junk(chosen.account, chosen.messages, chosen.mailbox)


def _trash(chosen: Chosen) -> list[int]:
    return actions.trash(chosen.account, chosen.messages, chosen.mailbox)


def _delete(chosen: Chosen) -> list[int]:
    """For ever, which the person was asked about, and has some seconds to think better of."""
    return actions.delete_forever(chosen.account, chosen.messages, chosen.mailbox, regret=True)


def _move(chosen: Chosen) -> list[int]:
    return actions.move(chosen.account, chosen.messages, chosen.mailbox, chosen.target)


def _copy(chosen: Chosen) -> list[int]:
    return actions.copy(chosen.account, chosen.messages, chosen.mailbox, chosen.target)


def _label(chosen: Chosen) -> list[int]:
    return actions.set_label(chosen.account, chosen.messages, chosen.keyword, True)


def _unlabel(chosen: Chosen) -> list[int]:
    return actions.set_label(chosen.account, chosen.messages, chosen.keyword, False)


def _snooze(chosen: Chosen) -> list[int]:
    assert chosen.until
    return actions.snooze(chosen.account, chosen.messages, chosen.mailbox, chosen.until)


def _mute(chosen: Chosen) -> list[int]:
    return muting.mute(chosen.account, chosen.messages, chosen.mailbox)


def _unmute(chosen: Chosen) -> list[int]:
    return muting.unmute(chosen.account, chosen.messages)


DEEDS: dict[str, Deed] = {
    "read": _read, "unread": _unread, "star": _star, "unstar": _unstar, "archive": _archive, "inbox": _move,
    "junk": _junk, "trash": _trash, "delete": _delete, "move": _move, "copy": _copy,
    "label": _label, "unlabel": _unlabel, "snooze": _snooze, "mute": _mute, "unmute": _unmute,
}  # fmt: skip
MARKS = {"read", "unread", "star", "unstar", "copy", "label", "unlabel", "unmute"}
"""After these the conversations are still where they were."""
AIMED = {"move", "copy"}
"""They ask where to."""
LABELS = {"label", "unlabel"}
"""They ask which one."""
TIMED = {"snooze"}
"""They ask until when."""


_USES = {"archive": SpecialUse.ARCHIVE, "mute": SpecialUse.ARCHIVE, "junk": SpecialUse.JUNK, "trash": SpecialUse.TRASH}
_KINDS = {
    "read": Job.Kind.READ, "unread": Job.Kind.UNREAD, "star": Job.Kind.STAR, "unstar": Job.Kind.UNSTAR,
    "mute": Job.Kind.MUTE, "unmute": Job.Kind.UNMUTE,
    "copy": Job.Kind.COPY, "label": Job.Kind.LABEL, "unlabel": Job.Kind.UNLABEL, "delete": Job.Kind.EMPTY,
}  # fmt: skip
"""The others are moves."""


def deed_of(kind: str) -> str:
    """How it is called what such a job does; empty where that is no deed."""
    known = {Job.Kind.MOVE: "move"} | {kind: deed for deed, kind in _KINDS.items()}
    return known.get(Job.Kind(kind), "")


def use_of(deed: str) -> SpecialUse | None:
    """What the mailbox is for that a deed puts things into; None where it needs none."""
    return _USES.get(deed)


def begin(deed: str, chosen: Chosen) -> Job:
    """Begin to do it to everything. NoMailboxFor as for a DEED."""
    target = actions.mailbox_for(chosen.account, _USES[deed]) if deed in _USES else chosen.target or None
    kind, keyword = _KINDS.get(deed, Job.Kind.MOVE), chosen.keyword
    if chosen.until:
        target, keyword = snoozing.mailbox(chosen.account), snoozed.keyword_of(chosen.until)
    return whole.begin(
        chosen.account,
        chosen.mailbox,
        kind,
        target=target,
        keyword=keyword,
        only=chosen.only,
        by_message=chosen.flat,
        sought=chosen.sought,
    )


def target_of(deed: str, wanted: str, boxes: Sequence[MailboxItem]) -> MailboxItem | None:
    """Where it goes: `wanted` is a mailbox's id in words. None where it is none of the account's that takes mail."""
    able = [box for box in boxes if box.takes_mail]
    if deed == "inbox":
        return next((box for box in able if box.special_use == "inbox"), None)
    return next((box for box in able if str(box.id) == wanted), None)
