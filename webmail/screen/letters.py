"""An open conversation: which of its messages are folded, and what each says of itself around its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imapbridge.mime.subject import topic
from imapbridge.queries import MessageItem
from webmail.reading.quotes import QuoteLabel
from webmail.screen import people
from webmail.screen.clock import Clock
from webmail.screen.files import File
from webmail.screen.invitations import Card
from webmail.screen.notices import Action, Notice

ALL, ONE = "all", "one"
"""What may be asked for: every message with its text, or one message and no other."""
OPEN_UNREAD = 20
OPEN_AT_MOST = 50
"""Texts on one page: each may have to be fetched and made safe."""
FOLD_FROM = 4
"""A run of so many folded messages shows its first and last only."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One line of the details: `To` and who. `action`: what can be done about it."""

    name: str
    value: str
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a text could not be loaded, and the way out."""

    heading: str
    sentence: str
    label: str
    link: str


@dataclass
class Menu:
    """What else can be done about one message. Printed by `partials`: there is one for each open message."""

    template: ClassVar[str] = "message/_more.html"
    id: int
    treat: str
    """Where it is posted how its sender is to be treated."""
    block: str
    """What the button posts: `block` or `unblock`."""
    block_label: str
    query: str
    """Of the place that the message was opened from."""
    unsplit: str
    """`hidden`, with a space before it, where there is nothing to split it from."""
    alone: str
    """The same where there is no other message."""


@dataclass
class MenuWithColours(Menu):
    """For a message with colours of its own."""

    template: ClassVar[str] = "message/_more_colours.html"
    colours: str
    """Where it is posted in which colours it is to be shown."""
    value: str
    """What the button posts: `dark` or `original`."""
    colours_label: str


@dataclass(frozen=True, slots=True)
class Text:
    """What there is to read: safe markup, or the address of a document for the frame, or why there is neither."""

    html: str = ""
    frame: str = ""
    failure: Failure | None = None
    notices: list[Notice] = field(default_factory=list)
    invitation: Card | None = None
    menu: str = ""
    """Markup: a `Menu`, printed."""
    warned: str = ""
    """JSON: {host: what is said before a link to it is followed}; empty where no link misleads."""
    size: str = ""
    """Percent that plain text is shown in; empty for its own size."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message with its text."""

    template: ClassVar[str] = "message/_letter.html"
    id: int
    sender: people.Person
    sender_address: str
    """Shown beside the name; empty when the name is the address."""
    when: str
    iso: str
    to: str
    """`to me, Marta and 2 others`."""
    details: list[Detail]
    text: Text
    files: Sequence[File]
    files_title: str


@dataclass(frozen=True, slots=True)
class Folded:
    """One message as a line."""

    template: ClassVar[str] = "message/_folded.html"
    id: int
    sender: people.Person
    preview: str
    when: str
    iso: str
    link: str


@dataclass(frozen=True, slots=True)
class Run:
    """Folded messages that are not even lines."""

    template: ClassVar[str] = "message/_run.html"
    count: int
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The message that an answer below the conversation is to, or the draft that is gone on with."""

    message: int
    is_draft: bool
    label: str
    """`Reply to Tomás`."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the reading pane shows, as `message/_reader.html` prints it."""

    thread: int
    subject: str
    items: list[Letter | Folded | Run]
    start: int
    """The message that the pane opens at."""
    is_folded: bool
    """Whether there is a message without its text."""
    unread: bool
    unread_below_folds: bool
    """Whether some of it stays unread when it is opened."""
    seen: str
    """What the read button sets."""
    starred: str
    """`true` or `false`."""
    star: str
    """What the star button sets."""
    answer: Answer | None
    """What can be answered at its end."""


def conversation(messages: Sequence[MessageItem], items: list[Letter | Folded | Run], opened: int) -> Conversation:
    """`messages` are all of it, oldest first; `items` what is shown of them."""
    unread = [message.id for message in messages if not message.seen]
    shown = {item.id for item in items if isinstance(item, Letter)}
    starred = any(message.flagged for message in messages)
    return Conversation(
        thread=messages[-1].thread,
        subject=topic(people.clean(messages[-1].subject)) or _("(no subject)"),
        items=items,
        start=next((number for number in unread if number in shown), opened),
        is_folded=not shown.issuperset(message.id for message in messages),
        unread=bool(unread),
        unread_below_folds=not shown.issuperset(unread),
        seen="1" if unread else "0",
        starred="true" if starred else "false",
        star="0" if starred else "1",
        answer=_answer(messages[-1]),
    )


def _answer(last: MessageItem) -> Answer:
    sender = people.person(last.sender_name, last.sender_address)
    return Answer(last.id, last.draft, _("Reply to {name}").format(name=sender.first_name))


def open_ids(messages: Sequence[MessageItem], opened: int, wanted: str) -> set[int]:
    """Which messages are shown with their text: the one that was asked for, the last one, and the newest unread ones;
    of `all` the newest, of `one` only that one."""
    if wanted == ONE:
        return {opened}
    if wanted == ALL:
        return {opened} | {message.id for message in messages[-OPEN_AT_MOST:]}
    unread = [message.id for message in messages if not message.seen]
    return {opened, *unread[-OPEN_UNREAD:]} | {message.id for message in messages[-1:]}


def folded(messages: Sequence[MessageItem], shown: set[int], wanted: str = "") -> list[MessageItem | Run]:
    """The messages in order, long runs of folded ones drawn together between their first and their last, unless `all`
    was asked for; of `one` the others are drawn together."""
    if wanted == ALL:
        return list(messages)
    if wanted == ONE:
        return [*(one for one in messages if one.id in shown), *_others(len(messages) - 1)]
    result: list[MessageItem | Run] = []
    run: list[MessageItem] = []
    for message in messages:
        if message.id in shown:
            result += [*_drawn_together(run), message]
            run = []
        else:
            run.append(message)
    return result + _drawn_together(run)


def _others(count: int) -> list[MessageItem | Run]:
    label = ngettext("Show the other message", "Show the {n} other messages", count).format(n=count)
    return [Run(count, label)] if count else []


def _drawn_together(run: list[MessageItem]) -> list[MessageItem | Run]:
    if len(run) < FOLD_FROM:
        return list(run)
    hidden = len(run) - 2
    label = ngettext("Show {n} earlier message", "Show {n} earlier messages", hidden).format(n=hidden)
    return [run[0], Run(hidden, label), run[-1]]


class LetterWriter:
    """Turns messages into letters and folded lines. One for a page."""

    def __init__(self, clock: Clock, me: str, query: str) -> None:
        self._clock = clock
        self._reader = people.Reader(me)
        self._query = query

    def fold(self, message: MessageItem) -> Folded:
        moment = self._clock.local(message.sort_at)
        return Folded(
            message.id, people.person(message.sender_name, message.sender_address), message.preview,
            self._clock.medium(moment), moment.isoformat(timespec="minutes"), f"/message/{message.id}/?{self._query}",
        )  # fmt: skip

    def letter(
        self,
        message: MessageItem,
        text: Text,
        files: Sequence[File] = (),
        files_title: str = "",
        more: Sequence[Detail] = (),
    ) -> Letter:
        """`more`: what stands below the details that the message's header gives."""
        moment = self._clock.local(message.sort_at)
        sender = people.person(message.sender_name, message.sender_address)
        return Letter(
            id=message.id,
            sender=sender,
            sender_address="" if sender.name == sender.address else people.clean(sender.address),
            when=self._clock.medium(moment),
            iso=moment.isoformat(timespec="minutes"),
            to=self._to(message),
            details=[*self._details(message), *more],
            text=text,
            files=files,
            files_title=files_title,
        )

    def _to(self, message: MessageItem) -> str:
        """Who it went to, in few words."""
        found = [*message.recipients.get("to", ()), *message.recipients.get("cc", ())]
        if not found:
            return _("to undisclosed recipients")
        names = [self._reader.first_name(name, address) for name, address in found]
        if len(names) <= 3:
            return _("to {names}").format(names=_(", ").join(names))
        rest = len(names) - 2
        return ngettext("to {names} and {n} other", "to {names} and {n} others", rest).format(
            names=_(", ").join(names[:2]), n=rest
        )

    def _details(self, message: MessageItem) -> list[Detail]:
        names = {"from": _("From"), "sender": _("Sender"), "reply_to": _("Reply to")}
        names |= {"to": _("To"), "cc": _("Cc"), "bcc": _("Bcc")}
        people_of = message.recipients
        lines = [Detail(name, _addresses(people_of[kind])) for kind, name in names.items() if people_of.get(kind)]
        if message.date:
            lines.append(Detail(_("Date"), self._clock.full(message.date.astimezone(self._clock.tz))))
        if message.list_id:
            lines.append(Detail(_("Mailing list"), people.clean(message.list_id)))
        return lines


def _addresses(found: Iterable[Sequence[str]]) -> str:
    return ", ".join(_address(name, address) for name, address in found)


def _address(name: str, address: str) -> str:
    """`Tomás Lindqvist <tomas@press.example.com>`; a name that poses as an address is left out."""
    shown = people.display_name(name, address)
    return shown if shown == people.clean(address) or not address else f"{shown} <{people.clean(address)}>"


def quote_label() -> QuoteLabel:
    """In the reader's language."""
    return QuoteLabel(_("Show quoted text"), _("Hide quoted text"))
