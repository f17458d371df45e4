"""A draft as its composer shows it: whom it may be from, its files, and when it could go later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.identities import default_of, key_of
from accounts.models import Identity
from webmail.models import Draft, DraftVersion, Upload
from webmail.screen import people
from webmail.screen.clock import Clock
from webmail.screen.sizes import size


@dataclass(frozen=True, slots=True)
class From:
    """One to be from."""

    key: str
    """As `accounts.identities.key_of` has it."""
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file of a draft. `content_id`: of an image that stands in the text."""

    key: str
    link: str
    stem: str
    ending: str
    size: str
    octets: int
    received: int
    icon: str
    content_id: str
    label: str
    """`Remove window.png`."""
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A moment to be sent at. `value`: local, as `datetime-local` has it."""

    value: str
    name: str
    hint: str
    icon: str


@dataclass(frozen=True, slots=True)
class Version:
    """One to be had back: when it was kept, and how it begins."""

    key: int
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing was sent. With `asks` the person may want it all the same."""

    text: str
    field: str = ""
    """`to`, `cc`, `bcc`, `subject`, `files`, or empty."""
    asks: str = ""
    yes: str = ""
    no: str = ""

    def to_json(self) -> dict[str, str]:
        return {"text": self.text, "field": self.field, "asks": self.asks, "yes": self.yes, "no": self.no}


@dataclass(frozen=True)
class Composer:
    """What `compose/_composer.html` prints."""

    blank: ClassVar[File] = File("", "", "", "", "", 0, 0, "file-text", "", "", is_whole=True)
    """What the script makes new ones of."""
    draft: Draft
    address: str
    """Where its form goes."""
    title: str
    froms: list[From]
    files: list[File]
    saved: str
    laters: list[Later]
    data: dict[str, Any]
    """For the script."""
    problems: Sequence[Problem] = ()
    notice: str = ""
    sure: str = ""
    """What the person has said they are sure of, and is asked again with the rest."""
    more: list[tuple[str, str]] = field(default_factory=list)
    templates: Sequence[tuple[int, str]] = ()
    """(key, name) of the texts that the person writes often."""
    versions: Sequence[Version] = ()
    is_busy: bool = False
    """Another page seems to be written on."""


def composer(
    draft: Draft,
    identities: list[Identity],
    clock: Clock,
    now: datetime,
    *,
    files: Iterable[Upload] = (),
    signatures: dict[str, tuple[str, str]] | None = None,
    limit: int = 0,
    problems: Sequence[Problem] = (),
    sure: str = "",
    begun: Sequence[tuple[str, str]] = (),
    templates: Sequence[tuple[int, str]] = (),
    versions: Iterable[DraftVersion] = (),
    is_busy: bool = False,
) -> Composer:
    """`limit`: octets that a message may have, 0 when nobody says. `begun`: how a message that has no row yet began."""
    shown = list(map(_file, files))
    own = [one for one in identities if one.account_id == draft.account_id]
    chosen = next((one for one in own if one.pk and one.pk == draft.identity_id), default_of(own))
    return Composer(
        draft=draft, address=f"/compose/{draft.pk}/" if draft.pk else "/compose/", title=title(draft),
        froms=[From(key_of(one), _from(one), one is chosen) for one in identities],
        files=shown, saved=_saved(draft, clock), laters=laters(now, clock), problems=problems, sure=sure,
        more=list(begun), templates=templates, versions=[_version(one, clock) for one in versions],
        is_busy=is_busy and bool(draft.tab),
        data={
            "html": draft.html, "rich": draft.is_rich, "revision": draft.revision, "limit": limit,
            "account": draft.account.address, "tab": draft.tab, "signatures": signatures or {}, "words": words(),
            "busy": is_busy,
            "images": {one.content_id: one.link for one in shown if one.content_id},
        },
    )  # fmt: skip


def words() -> dict[str, str]:
    """What the script says."""
    return {
        "title": _("New message"), "saving": _("Saving…"), "offline": _("Not saved yet: kept on this device"),
        "large": _("This is more than can be saved."), "sent": _("Sent"), "undo": _("Undo"),
        "gone": _("It has gone already."), "anew": _("Keep it as a new message"),
        "orphaned": _("This message was sent or removed in another place. What stands here was not all in it."),
        "left_behind": _("The new message has your text alone: add its files, images and quoted text again."),
        "discarded": _("Draft discarded"), "failed": _("No answer came. Try again: it is sent only once."),
        "nobody": _("Say first to whom it goes."),
        "elsewhere": _("This draft was changed in another place. {saved}. What you do not keep now stays among the "
                       "earlier versions, under “More options”."),
        "mine": _("Keep what is here"), "theirs": _("Take the other"),
        "busy": _("This draft is being written in another window or on another device. Take it over to go on here with "
                  "what stands there; nothing of it is lost."),
        "take": _("Take over here"), "close": _("Close"),
        "foreign": _("Another mail program has changed this draft as well. Its text is among the earlier versions, "
                     "under “More options”."),
        "kept": _("On this device there are words from {time} that were not saved."),
        "restore": _("Have them back"),
        "apart": _("There is no connection: files and quoted text of this message are on the server, and go along."),
        "drop": _("Throw them away"), "remove": _("Remove {name}"), "edit": _("Edit"), "move": _("Move to"),
        "incomplete": _("“{typed}” is not a complete address."),
        "wrong": _("Remove {name}, not a complete address"), "cancel": _("Cancel upload of {name}"),
        "uploading": _("Uploading {name}"), "of": _("{done} of {all}"), "too_large": _("{size}, the limit is {limit}"),
        "broken": _("Did not arrive: remove it and try again"), "suggestions": _("Suggestions"),
        "members": _("{n} people"),
        "emoji": "|".join([_("Used lately"), _("Smileys"), _("People and hearts"), _("Nature"), _("Food"),
                           _("Leisure and travel"), _("Things and signs")]),
        "dock": _("Dock"), "expand": _("Expand"), "minimise": _("Minimise"), "enlarge": _("Enlarge"),
        "password": _("Your session has ended. Your password:"),
        "sign_in": _("Sign in"), "sign_in_tab": _("Sign in in another tab"),
        "refused": _("That was not the right password for {account}."),
        "second": _("The password is right. Sign in in another tab for the second step: what you wrote stays here."),
    }  # fmt: skip


def title(draft: Draft) -> str:
    return people.clean(draft.subject).strip() or _("New message")


def _from(one: Identity) -> str:
    return f"{one.name} <{one.address}>" if one.name else one.address


def _saved(draft: Draft, clock: Clock) -> str:
    return saved_at(draft.saved_at, clock) if draft.revision else ""


def saved_at(moment: datetime, clock: Clock) -> str:
    return _("Saved {time}").format(time=clock.medium(moment.astimezone(clock.tz)))


def _file(one: Upload) -> File:
    stem, ending = Path(one.name).stem, Path(one.name).suffix
    return File(
        key=one.key, link=f"/compose/{one.draft_id}/files/{one.key}", stem=stem, ending=ending, size=size(one.size),
        octets=one.size, received=one.received, icon="image" if one.media_type.startswith("image/") else "file-text",
        content_id=one.content_id, label=_("Remove {name}").format(name=one.name), is_whole=one.is_whole,
    )  # fmt: skip


def file_json(one: Upload) -> dict[str, Any]:
    """For the script."""
    shown = _file(one)
    return {name: getattr(shown, name) for name in File.__slots__}


def _version(one: DraftVersion, clock: Clock) -> Version:
    words = " ".join(people.clean(one.text)[:400].split()) or people.clean(one.subject).strip() or one.to
    return Version(one.pk, clock.medium(one.kept_at.astimezone(clock.tz)), words[:80])


def laters(now: datetime, clock: Clock) -> list[Later]:
    """Moments that people mean, `now` being the person's own time: this afternoon, tomorrow and on Monday."""
    found = []
    if now.hour < 12:
        found.append(
            Later(_local(_at(now, 0, 14)), _("This afternoon"), _("Today {time}").format(time="14:00"), "clock")
        )
    tomorrow, monday = _at(now, 1, 8), _at(now, 7 - now.weekday(), 8)
    found.append(Later(_local(tomorrow), _("Tomorrow morning"), _hint(tomorrow, clock), "calendar"))
    if monday != tomorrow:
        found.append(Later(_local(monday), _("Monday morning"), _hint(monday, clock), "calendar"))
    return found


def _at(now: datetime, days: int, hour: int) -> datetime:
    return datetime.combine((now + timedelta(days=days)).date(), time(hour))


def _local(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _hint(moment: datetime, clock: Clock) -> str:
    """`Friday 13 March, 08:00`."""
    return _("{day}, {time}").format(day=clock.day(moment.date()), time=clock.time(moment))
