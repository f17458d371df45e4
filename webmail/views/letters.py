"""The messages of an open conversation with their texts: plain text inline, HTML as the address of a document.

When a text can not be had from the mail server, its message keeps its head and says so, and the others are not touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.models import MailAccount
from imapbridge.errors import MailError, SignInRefused, TryAgain
from imapbridge.models import Message
from imapbridge.queries import MessageItem
from webmail import error_pages
from webmail.reading.message import Readable
from webmail.screen import files, notices
from webmail.screen import letters as screen
from webmail.screen.clock import Clock
from webmail.screen.letters import Failure, Folded, Letter, Run, Text
from webmail.views import texts


class Writer:
    """Writes one page's letters. `here` is the page's address, to come back to."""

    def __init__(self, clock: Clock, account: MailAccount, query: str, here: str, theme: str) -> None:
        self._account = account
        self._here = here
        self._theme = theme
        self._down: MailError | None = None
        self._screen = screen.LetterWriter(clock, account.address, query)

    def conversation(
        self, messages: Sequence[MessageItem], opened: int, *, everything: bool = False
    ) -> screen.Conversation:
        shown = screen.open_ids(messages, opened, everything)
        drawn = screen.folded(messages, shown, everything)
        items = [item if isinstance(item, Run) else self.item(item, shown) for item in drawn]
        return screen.conversation(messages, items, opened)

    def item(self, message: MessageItem, shown: set[int]) -> Letter | Folded:
        return self.letter(message) if message.id in shown else self._screen.fold(message)

    def letter(self, message: MessageItem) -> Letter:
        stored = self._stored(message)
        try:
            if self._down:  # one wait for a server that does not answer is enough for a page
                raise self._down
            found = texts.readable(stored, self._theme)
        except MailError as error:
            self._down = error if isinstance(error, TryAgain) else None
            return self._screen.letter(message, Text(failure=self._failure(error)))
        cards = [files.card(message.id, attachment) for attachment in found.attachments]
        title = files.title(found.attachments) if cards else ""
        return self._screen.letter(message, self._text(stored, found), cards, title)

    def _text(self, message: Message, found: Readable) -> Text:
        told = notices.notices(found)
        if found.kind == "html":
            query = urlencode({"v": texts.version(message)} | ({"theme": self._theme} if self._theme else {}))
            return Text(frame=f"/message/{message.pk}/body?{query}", notices=told)
        # Plain text, escaped piece by piece in reading.plaintext; HTML of others never takes this way.
        return Text(html=mark_safe(found.html if found.kind == "text" else ""), notices=told)  # noqa: S308

    def _stored(self, message: MessageItem) -> Message:
        """The row that `bodies` wants, without asking for it."""
        structure = message.structure.to_json() if message.structure else None
        return Message(
            pk=message.id, account=self._account, thread=message.thread, structure=structure, size=message.size
        )

    def _failure(self, error: MailError) -> Failure:
        heading, sentence = error_pages.words(error.code, error.server)
        if isinstance(error, SignInRefused):
            return Failure(
                heading, sentence, _("Sign in again"), f"{resolve_url('sign-in')}?{urlencode({'next': self._here})}"
            )
        return Failure(heading, sentence, _("Try again"), self._here)
