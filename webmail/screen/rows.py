"""Conversations as rows of a list: everything a row prints, said in whole sentences.

Templates only print these fields. Accessible names follow one format per kind of row, so that a translation can put
the pieces in its own order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from imapbridge.queries import Conversation
from imapbridge.terms import snoozed
from webmail.screen import people
from webmail.screen.clock import Clock, Group
from webmail.screen.labels import Hues, Label, labels
from webmail.screen.snooze import when

LONGEST_PREVIEW = 110


@dataclass
class Row:
    """One conversation."""

    template: ClassVar[str] = "mailbox/_row.html"
    thread: int
    at: int
    css: str
    hue: int
    initials: str
    shape: str
    names: str
    count: str
    """Messages of the conversation in all mailboxes; empty when there is one only."""
    subject: str
    preview: str
    clip: str
    date: str
    label: str
    select_label: str
    link: str
    flags: str
    """Where the buttons post to."""
    starred: str
    """`true` or `false`."""
    star: str
    """What the star button sets: `1` or `0`."""
    star_label: str
    seen: str
    """What the read button sets."""
    seen_label: str
    seen_icon: str
    current: str
    """`true` for the conversation that is open."""


@dataclass
class LabelledRow(Row):
    """One conversation with labels, of which as many are shown as there is room for."""

    template: ClassVar[str] = "mailbox/_row_labelled.html"
    keywords: str
    """Of all of them, with spaces between."""
    label1: str
    keyword1: str
    hue1: int
    label2: str
    keyword2: str
    hue2: int
    label3: str
    keyword3: str
    hue3: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows stand: their mailbox and page, which their links carry so that the way back is known."""

    mailbox: int
    before: str = ""
    only: str = ""
    sort: str = ""
    """`unread`: what is unread stands before what is read."""
    flat: bool = False
    """Each message stands by itself."""

    @property
    def query(self) -> str:
        """`in=12&before=1773312420.8`, for the address of a message."""
        return urlencode({"in": self.mailbox, **self._page, **self._flat})

    @property
    def address(self) -> str:
        """Of the list itself: `/mailbox/12/?before=1773312420.8`."""
        return f"/mailbox/{self.mailbox}/" + (f"?{urlencode(self._page)}" if self._page else "")

    @property
    def act(self) -> str:
        """Where forms post what is to be done to its conversations; `&c=8` names one."""
        return f"/mailbox/{self.mailbox}/act?{self.query}"

    @property
    def _page(self) -> dict[str, str]:
        parts = (("before", self.before), ("only", self.only), ("sort", self.sort))
        return {name: value for name, value in parts if value}

    @property
    def _flat(self) -> dict[str, str]:
        """For addresses that say what is to be done to rows: they mean the same when their person chose otherwise."""
        return {"flat": "1"} if self.flat else {}


def divided() -> dict[bool, Group]:
    """The two headings of a list with what is unread first."""
    return {True: Group("unread", _("Unread")), False: Group("read", _("Everything else"))}


class RowWriter:
    """Turns conversations into rows. One for a page as it is seen in one language on one day: it looks its sentences
    up once."""

    def __init__(self, clock: Clock, place: Place, me: str, hues: Hues = ()) -> None:
        self._clock = clock
        self._me = people.Reader(me)
        self._query = place.query
        self._hues = hues
        self._language = get_language() or ""
        self._select = _("Select {subject}")
        self._star = _("Star: {subject}")
        self._read = {True: _("Mark as read: {subject}"), False: _("Mark as unread: {subject}")}
        self._untitled = _("(no subject)")
        self._divided = divided() if place.sort else None
        # Without a heading that says yesterday, the row has to.
        self._date = clock.medium if place.sort else clock.short

    def group(self, item: Conversation) -> Group:
        """The heading that the conversation belongs under."""
        if self._divided:
            return self._divided[item.unread > 0]
        return self._clock.group(self._clock.local(item.sort_at))

    def row(self, item: Conversation, *, current: bool = False) -> Row:
        """`current`: it is the one that is open."""
        plain = self._plain(item, current=current)
        shown = labels(item.keywords, self._hues) if item.keywords != "[]" else ()
        if not shown:
            return plain
        chips: dict[str, Any] = {
            f"{name}{number}": value
            for number, each in enumerate([*shown[:3], *[Label("", "", 0)] * 3][:3], 1)
            for name, value in (("label", each.name), ("keyword", each.keyword), ("hue", each.hue))
        }
        return LabelledRow(**vars(plain), keywords=" ".join(each.keyword for each in shown), **chips)

    def _back(self, keywords: str) -> str:
        """When a snoozed one comes back, in the place of its date."""
        until = snoozed.until(json.loads(keywords)) if snoozed.PREFIX in keywords else None
        return when(self._clock, until.astimezone(self._clock.tz)) if until and until > datetime.now(UTC) else ""

    def _plain(self, item: Conversation, *, current: bool) -> Row:
        moment = self._clock.local(item.sort_at)
        unread, attached, total = item.unread > 0, bool(item.has_attachment), item.whole or item.total
        subject = people.clean(item.subject) or self._untitled
        face, names = self._me.conversation(json.loads(item.senders))
        date = self._back(item.keywords) or self._date(moment)
        label = _label(self._language, unread, total, attached)
        return Row(
            thread=item.thread,
            at=item.sort_at,
            css="row" + " is-unread" * unread + " is-open" * current,
            hue=face.hue,
            initials=face.initials,
            shape=face.shape,
            names=names,
            count=str(total) if total > 1 else "",
            subject=subject,
            preview=_cut(item.preview),
            clip="has-clip" if attached else "",
            date=date,
            label=label.format(names=names, subject=subject, date=date, n=total),
            select_label=self._select.format(subject=subject),
            link=f"/message/{item.message}/?{self._query}",
            flags=f"/message/{item.message}/flags?{self._query}",
            starred="true" if item.flagged else "false",
            star="0" if item.flagged else "1",
            star_label=self._star.format(subject=subject),
            seen="1" if unread else "0",
            seen_label=self._read[unread].format(subject=subject),
            seen_icon="mail-open" if unread else "mail",
            current="true" if current else "false",
        )


def _cut(preview: str) -> str:
    """No wider than a wide screen shows, of what may be twice as long: the largest part of a page of rows."""
    return preview if len(preview) <= LONGEST_PREVIEW else f"{preview[:LONGEST_PREVIEW].rstrip()}…"


@lru_cache(maxsize=4096)
def _label(language: str, unread: bool, count: int, attachment: bool) -> str:
    """The accessible name of a row: a pattern of names, subject, n and date. `language` only tells caches apart."""
    if count < 2:
        plain = pgettext("conversation", "{names}, {subject}, {date}")
        attached = pgettext("conversation", "{names}, {subject}, has attachment, {date}")
        new = pgettext("conversation", "Unread, {names}, {subject}, {date}")
        both = pgettext("conversation", "Unread, {names}, {subject}, has attachment, {date}")
    else:
        plain = ngettext("{names}, {subject}, {n} message, {date}", "{names}, {subject}, {n} messages, {date}", count)
        attached = ngettext(
            "{names}, {subject}, {n} message, has attachment, {date}",
            "{names}, {subject}, {n} messages, has attachment, {date}",
            count,
        )
        new = ngettext(
            "Unread, {names}, {subject}, {n} message, {date}",
            "Unread, {names}, {subject}, {n} messages, {date}",
            count,
        )
        both = ngettext(
            "Unread, {names}, {subject}, {n} message, has attachment, {date}",
            "Unread, {names}, {subject}, {n} messages, has attachment, {date}",
            count,
        )
    return {(False, False): plain, (False, True): attached, (True, False): new, (True, True): both}[unread, attachment]
