"""The messages of an open conversation with their texts: plain text inline, HTML as the address of a document.

When a text can not be had from the mail server, its message keeps its head and says so, and the others are not touched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import MailAccount
from imapbridge.errors import MailError, SignInRefused, TryAgain
from imapbridge.models import Message
from imapbridge.queries import MessageItem
from webmail import error_pages, partials
from webmail.compose.attending import can_answer
from webmail.models.correspondents import known_as
from webmail.reading.attachments import Attachment
from webmail.reading.invitations import Invitation
from webmail.reading.message import Readable
from webmail.screen import files, invitations, notices
from webmail.screen import letters as screen
from webmail.screen.clock import Clock
from webmail.screen.letters import Detail, Failure, Folded, Letter, Menu, MenuWithColours, Run, Text
from webmail.screen.notices import Blocking, Notice
from webmail.screen.people import person
from webmail.screen.trust import blocked, doubts, is_doubtful, judged, mailing_list, receipt, security
from webmail.views import attending, seen_events, shell, texts
from webmail.views.framing import UNFRAMED, Framing, Manner

MOST_WARNED = 50
"""Hosts of one message that misleading links lead to."""


def _warned(found: Readable) -> str:
    """See `Text.warned`."""
    links = found.misleading_links[:MOST_WARNED]
    return json.dumps({link.target: notices.misleading(link) for link in links}) if links else ""


class Writer:
    """Writes one page's letters. `here` is the page's address, to come back to."""

    def __init__(self, clock: Clock, account: MailAccount, query: str, here: str, manner: Manner) -> None:
        self._account = account
        self._clock = clock
        self._query = query
        self._here = here
        self._manner = manner
        self._down: MailError | None = None
        self._first = 0
        self._is_alone = True
        self._screen = screen.LetterWriter(clock, account.address, query)

    def conversation(self, messages: Sequence[MessageItem], opened: int, wanted: str = "") -> screen.Conversation:
        self._first = messages[0].id
        self._is_alone = len(messages) == 1
        shown = screen.open_ids(messages, opened, wanted)
        drawn = screen.folded(messages, shown, wanted)
        items = [item if isinstance(item, Run) else self.item(item, shown) for item in drawn]
        return screen.conversation(messages, items, opened)

    def item(self, message: MessageItem, shown: set[int]) -> Letter | Folded:
        return self.letter(message) if message.id in shown else self._screen.fold(message)

    def letter(self, message: MessageItem) -> Letter:
        stored = self._stored(message)
        framing = self._manner.framing(message.id, message.sender_address)
        try:
            if self._down:  # one wait for a server that does not answer is enough for a page
                raise self._down
            found = texts.readable(stored, framing)
        except MailError as error:
            self._down = error if isinstance(error, TryAgain) else None
            return self._screen.letter(message, Text(failure=self._failure(error), menu=self._menu(message)))
        said, found = self._said_of_sender(found), self._judged(message, found)
        if doubtful := is_doubtful(found.trust):
            framing = replace(framing, images="", links="off")
            found = replace(texts.readable(stored, framing), trust=found.trust, attachments=(), invitation=None)
        blocking = self._blocking(message, shown=bool(framing.images), offered=not doubtful)
        cards = [files.card(message.id, one, self._inside(message, one)) for one in found.attachments]
        title = files.title(found.attachments) if cards else ""
        text = self._text(stored, found, framing, self._told(message, found, blocking))
        text = replace(text, menu=self._menu(message, found, framing))
        if found.invitation:
            text = replace(text, invitation=self._card(message, found.invitation))
        return self._screen.letter(message, text, cards, title, [*said, *self._said(message, found, blocking)])

    def _text(self, message: Message, found: Readable, framing: Framing, told: list[Notice]) -> Text:
        size = "" if framing.size == 100 else str(framing.size)
        warned = _warned(found)
        if found.kind == "html":
            frame = texts.address(message, texts.fitting(framing, found))
            return Text(frame=frame, notices=told, size=size, warned=warned)
        # Plain text, escaped piece by piece in reading.plaintext; HTML of others never takes this way.
        shown = mark_safe(found.html if found.kind == "text" else "")  # noqa: S308
        return Text(html=shown, notices=told, size=size, warned=warned)

    def _inside(self, message: MessageItem, attachment: Attachment) -> str:
        """Where a file in the text of a message is saved from; empty for what is a part of its own."""
        return files.part_link(message.id, attachment.section) if "/" in attachment.section else ""

    def _card(self, message: MessageItem, found: Invitation) -> invitations.Card:
        answered = attending.answered(message.keywords)
        link = f"/message/{message.id}/answer?{self._query}" if can_answer(found) else ""
        clashes = seen_events.clashes(self._account.pk, found, answered)
        asked = invitations.Asked(link, answered, self._manner.has_failed, clashes)
        return invitations.card(message.id, found, self._clock, self._account.address, asked)

    @property
    def _alone(self) -> str:
        return " hidden" if self._is_alone else ""

    def _unsplit(self, message: MessageItem) -> str:
        return " hidden" if message.id == self._first else ""

    def _menu(self, message: MessageItem, found: Readable | None = None, framing: Framing = UNFRAMED) -> SafeString:
        is_blocked = self._manner.treatment(message.sender_address).is_blocked
        label = _("Unblock sender") if is_blocked else _("Block sender")
        block = ("unblock" if is_blocked else "block", label)
        menu = Menu(
            message.id,
            f"/message/{message.id}/sender?{self._query}",
            *block,
            self._query,
            self._unsplit(message),
            self._alone,
        )
        if found and found.paper and framing.scheme != "light" and message.sender_address:
            colours = ("original", _("Show original colours")) if framing.dark else ("dark", _("Show darkened"))
            menu = MenuWithColours(**vars(menu), colours=f"/message/{message.id}/colours?{self._query}",
                                   value=colours[0], colours_label=colours[1])  # fmt: skip
        return partials.printed([menu])

    def _told(self, message: MessageItem, found: Readable, blocking: Blocking) -> list[Notice]:
        name = person(message.sender_name, message.sender_address).name
        leaving = f"/message/{message.id}/unsubscribe?{self._query}"
        left = mailing_list(found.trust, name, leaving, self._manner.left)
        asks = receipt(found.trust, message.keywords, f"/message/{message.id}/receipt?{self._query}")
        treat = f"/message/{message.id}/sender?{self._query}"
        told = doubts(found.trust, name, message.sender_address, treat)
        if self._manner.treatment(message.sender_address).is_blocked:
            told.append(blocked(message.sender_address, treat))
        sent = notices.delivered(self._manner.deliveries.get(message.message_id, ()))
        return [*sent, *told, *notices.notices(found, blocking), *filter(None, (asks, left))]

    def _judged(self, message: MessageItem, found: Readable) -> Readable:
        """With what the person's other mail says of the sender, without the doubts that are answered."""
        trust, standing = found.trust, self._manner.standing
        if standing.sender and standing.sender == known_as(message.sender_address):
            trust = replace(trust, is_new=standing.is_new, poses_as=standing.poses_as(message.sender_name))
        is_trusted = self._manner.treatment(message.sender_address).is_trusted
        return replace(found, trust=judged(trust, message.keywords, is_trusted=is_trusted))

    def _blocking(self, message: MessageItem, *, shown: bool, offered: bool) -> Blocking:
        sender = person(message.sender_name, message.sender_address).first_name if message.sender_address else ""
        return Blocking(f"/message/{message.id}/images?{self._query}", sender, shown, offered)

    def _said_of_sender(self, found: Readable) -> list[Detail]:
        return [Detail(_("Security"), words)] if (words := security(found.trust)) else []

    def _said(self, message: MessageItem, found: Readable, blocking: Blocking) -> list[Detail]:
        """What the person said for ever of this sender, to take it back."""
        said = []
        if found.remote_images and self._manner.treatment(message.sender_address).shows_images:
            shown = _("Always shown from this address.")
            said.append(Detail(_("Remote images"), shown, notices.always_shown(blocking)))
        elif found.remote_images and known_as(message.sender_address) in self._manner.contacts:
            said.append(Detail(_("Remote images"), _("Shown, for the sender is one of your contacts.")))
        return said

    def _stored(self, message: MessageItem) -> Message:
        """The row that `bodies` wants, without asking for it."""
        structure = message.structure.to_json() if message.structure else None
        return Message(
            pk=message.id,
            account=self._account,
            thread=message.thread,
            structure=structure,
            size=message.size,
            sender_address=message.sender_address,
        )

    def _failure(self, error: MailError) -> Failure:
        heading, sentence = error_pages.words(error.code, error.server)
        if isinstance(error, SignInRefused):
            link = shell.way_in(self._account, self._account.user, self._here)
            return Failure(heading, sentence, _("Sign in again"), link)
        return Failure(heading, sentence, _("Try again"), self._here)
