"""What a reader is told around a message's text, in whole sentences, and what can be done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webmail.reading.message import Readable
from webmail.reading.misleading import Misleading
from webmail.reading.sealing import CODES
from webmail.screen import people
from webmail.screen.delivery import Delivery

NAMED_HOSTS = 3
"""Of trackers; the others are only counted."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says, and what it posts where."""

    label: str
    address: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Notice:
    """`css` is a class: empty, `warn` or `danger`. With a `heading` it is one that must not be missed."""

    icon: str
    css: str
    text: str
    actions: Sequence[Action] = field(default=())
    heading: str = ""
    link: tuple[str, str] | None = None
    """A label, and the address elsewhere that it leads to."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """How a message's remote images are treated, and where that is changed."""

    address: str
    """Takes `show=once|always|never`."""
    sender: str
    """What to call whom it is from, shortly; empty when that is nobody."""
    shown: bool
    is_offered: bool = True
    """Whether they can be shown at all."""


def notices(readable: Readable, blocking: Blocking) -> list[Notice]:
    told = [Notice("lock" if notice.code in CODES else "info", "", _(notice.text)) for notice in readable.notices]
    if readable.misleading_links:
        told.append(Notice("triangle-alert", "warn", misleading(readable.misleading_links[0])))
    if readable.remote_images and not blocking.shown:
        told.append(_blocked(readable, blocking))
    elif readable.trackers:
        told.append(Notice("image-off", "", _tracked(readable.trackers)))
    if readable.kind == "empty":
        told.append(Notice("info", "", _("This message has no text.")))
    return told


def delivered(told: Iterable[Delivery]) -> list[Notice]:
    """What became of a message of the reader's own, a notice for each recipient."""
    return [_delivered(one) for one in told]


def _delivered(one: Delivery) -> Notice:
    icon, css = ("triangle-alert", "warn") if one.is_trouble else ("check", "")
    return Notice(icon, css, " ".join(filter(None, (one.what, one.why, one.said))))


def misleading(link: Misleading) -> str:
    if link.is_disguised:
        sentence = _("A link here leads to {target}, which looks like {shown} but is not what it seems.")
    else:
        sentence = _("A link here says {shown} but leads to {target}.")
    return sentence.format(shown=people.clean(link.shown), target=people.clean(link.target))


def _blocked(readable: Readable, blocking: Blocking) -> Notice:
    count = readable.remote_images
    sentence = ngettext(
        "{n} remote image is blocked to keep your reading private.",
        "{n} remote images are blocked to keep your reading private.",
        count,
    ).format(n=count)
    if readable.trackers:
        sentence = f"{sentence} {_tracked(readable.trackers)}"
    actions = [Action(_("Show images"), blocking.address, "show", "once")] if blocking.is_offered else []
    if blocking.sender and blocking.is_offered:
        label = _("Always for {sender}").format(sender=blocking.sender)
        actions.append(Action(label, blocking.address, "show", "always"))
    return Notice("image-off", "", sentence, actions)


def _tracked(hosts: Sequence[str]) -> str:
    """Who would have learnt of the reading, the most curious first."""
    names = [host for host, _count in Counter(hosts).most_common()]
    if len(names) > NAMED_HOSTS:
        sentence = ngettext(
            "{n} tracking pixel is left out: {hosts} and others.",
            "{n} tracking pixels are left out: {hosts} and others.",
            len(hosts),
        )
    else:
        sentence = ngettext(
            "{n} tracking pixel is left out: {hosts}.",
            "{n} tracking pixels are left out: {hosts}.",
            len(hosts),
        )
    return sentence.format(n=len(hosts), hosts=", ".join(names[:NAMED_HOSTS]))


def always_shown(blocking: Blocking) -> Action:
    """Takes back what was said for ever."""
    return Action(_("Block again"), blocking.address, "show", "never")
