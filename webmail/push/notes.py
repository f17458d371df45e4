"""New mail in the words of a notification: sender and subject, or, in private, only that there is some.

A few messages are told one by one, more of them as a number. The language is the caller's (`translation.override`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from imapbridge.queries import Arrival
from webmail.push.news import Came
from webmail.screen import people, sidebar

ONE_BY_ONE = 3
TITLE, BODY = 80, 160
"""Characters; systems cut earlier."""
SALT = "webmail.push.read"
GOOD_FOR = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Note:
    """One notification. Of two with the same tag a browser shows the later one, in the place of the other."""

    title: str
    body: str
    tag: str
    url: str
    mark: str = ""
    """What the button to mark as read says; empty: no button."""
    token: str = ""
    """Stands for the permission to mark this one message as read; see `message_of`."""


def notes(user: User, came: Iterable[Came], *, private: bool) -> list[Note]:
    return [note for one in came for note in _of_mailbox(user, one, private=private)]


def _of_mailbox(user: User, came: Came, *, private: bool) -> list[Note]:
    name = sidebar.name_of(came.mailbox.special_use, came.mailbox.leaf)
    count = len(came.fresh)
    if not private and count <= ONE_BY_ONE:
        return [_message(user, one) for one in reversed(came.fresh)]
    title = str(settings.ENV.product_name) if private else name
    words = ngettext("{n} new message in {mailbox}", "{n} new messages in {mailbox}", count)
    url = f"/message/{came.fresh[0].message}/" if count == 1 else f"/mailbox/{came.mailbox.pk}/"
    return [Note(title, words.format(n=count, mailbox=name), f"mailbox-{came.mailbox.pk}", url)]


def _message(user: User, one: Arrival) -> Note:
    sender = people.display_name(one.sender_name, one.sender_address)
    subject = people.clean(one.subject) or _("(no subject)")
    return Note(
        title=sender[:TITLE],
        body=subject[:BODY],
        tag=f"message-{one.message}",
        url=f"/message/{one.message}/",
        mark=_("Mark as read"),
        token=signing.dumps([user.pk, one.message], salt=SALT),
    )


def message_of(token: str, user: User) -> int | None:
    """The message that the token's bearer may mark as read, when it is this person; None otherwise.

    It is worth nothing without the person's own session, and stands in for the form's token: other sites can make none.
    """
    try:
        owner, message = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(message) if owner == user.pk else None
