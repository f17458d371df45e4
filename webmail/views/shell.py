"""What every page of a signed-in person shows around its subject: the mailboxes, whose they are, and a word when the
mirror is behind. No queries of its own."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote
from zlib import crc32

from django.conf import settings
from django.http import Http404, HttpRequest
from django.shortcuts import resolve_url
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.models import MailAccount, User
from imapbridge.queries import MailboxItem
from webmail import access, error_pages, partials
from webmail.access import Beside, Holder
from webmail.screen import account as screen
from webmail.screen import switcher
from webmail.screen.clock import Clock, zone
from webmail.screen.labels import tags
from webmail.screen.outbox import outbox_item
from webmail.screen.saved import saved_searches
from webmail.screen.sidebar import sidebar
from webmail.screen.switcher import Standing
from webmail.views import back


def person(request: HttpRequest) -> User:
    """Whoever is signed in; for views behind `login_required`."""
    return cast(User, request.user)


def locked(request: HttpRequest, holder: Holder) -> str:
    """The way out when the mail server cannot be asked; empty when it can."""
    if not access.account_needs_password(holder.account):
        return ""
    return way_in(holder.account, person(request), request.get_full_path())


def way_in(account: MailAccount, user: User, here: str) -> str:
    """Where its person gives the account its password again: the sign-in page, when it is what they sign in with."""
    if account.address != user.email:
        return resolve_url("account-password", account.pk)
    return f"{resolve_url('sign-in')}?next={quote(here)}"


def clock(request: HttpRequest) -> Clock:
    """Dates as the person at this browser reads them."""
    return Clock(zone(screen.zone_name(person(request)), settings.TIME_ZONE))


def context(
    request: HttpRequest, holder: Holder, boxes: list[MailboxItem], current: int = 0, only: str = ""
) -> dict[str, Any]:
    """For `app.html`."""
    standing = _standing(boxes, holder)
    return {
        "look": screen.look(person(request)),
        "account": card(boxes, holder, person(request)),
        "side": _side(standing, boxes, holder, current, only),
        "quota": screen.quota(holder.quota_used, holder.quota_limit),
        "mark": _mark(standing),
        "locked": locked(request, holder),
        "notices": holder.notices,
        "here": request.get_full_path(),
        "done": back.done_before(request, boxes),
    }


def card(boxes: list[MailboxItem], holder: Holder, user: User) -> screen.Card:
    """Whose mail is shown, and for who has several accounts the others."""
    return screen.card(holder.account, user, switcher.choices(standings(boxes, holder)) if holder.others else ())


def standings(boxes: list[MailboxItem], holder: Holder) -> list[Standing]:
    """How the person's accounts stand; nothing for who has one. `boxes` are of the holder's."""
    if not holder.others:
        return []
    mine, inbox = holder.account, next((box for box in boxes if box.special_use == "inbox"), None)
    shown, unread = (inbox.id, inbox.unread) if inbox else (0, 0)
    locked, behind = access.account_needs_password(mine), bool(holder.error)
    own = Standing(mine.position, mine.pk, switcher.who(mine), shown, unread, locked, behind, is_current=True)
    return [own, *map(_standing_of, holder.others)]


def _standing_of(other: Beside) -> Standing:
    who = switcher.who(other)
    return Standing(other.position, other.id, who, other.inbox, other.unread, other.is_locked, bool(other.error))


MOST_DRAWN = 500
_drawn: dict[tuple[str | None, int, str, str], dict[str, SafeString]] = {}
"""Sidebars by the language, by what is open, and by all that they show: the same from one page to the next, mostly."""


def side(boxes: list[MailboxItem], holder: Holder, current: int, only: str) -> dict[str, SafeString]:
    """The mailboxes as markup."""
    return _side(_standing(boxes, holder), boxes, holder, current, only)


def _side(standing: str, boxes: list[MailboxItem], holder: Holder, current: int, only: str) -> dict[str, SafeString]:
    key = (get_language(), current, only, standing)
    drawn = _drawn.get(key)
    if drawn is None:
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        drawn = _drawn[key] = _draw(boxes, holder, current, only)
    return drawn


def _draw(boxes: list[MailboxItem], holder: Holder, current: int, only: str) -> dict[str, SafeString]:
    shown = sidebar(boxes, current, only, holder.account.folders)
    sought = only.removeprefix("saved:") if only.startswith("saved:") else ""
    kept = saved_searches(holder.saved, sought)
    going = outbox_item(holder.outbox, open_=only == "outbox")
    accounts = standings(boxes, holder)
    above: list[partials.Printable] = [
        *switcher.troubles(accounts),
        *switcher.together(accounts, open_=only == "inboxes"),
    ]
    special = (
        partials.printed(above) + partials.printed(shown.special) + partials.printed(going) + partials.printed(kept)
    )
    labels = partials.printed(tags(holder.account.labels, sought))
    return {"special": special, "folders": partials.printed(shown.folders), "labels": labels}


def mark(boxes: list[MailboxItem], holder: Holder) -> str:
    """Where all of the account stands: with the same mark and state nothing on the page is different, save by time."""
    return _mark(_standing(boxes, holder))


def _mark(standing: str) -> str:
    return f"{crc32(standing.encode()):x}"


def _standing(boxes: list[MailboxItem], holder: Holder) -> str:
    """All that the sidebar shows, as it is read."""
    account = holder.account
    shown = (account.pk, boxes, holder.error, account.folders, account.labels, holder.saved, holder.outbox)
    return repr((*shown, account.position, account.title, account.hue, holder.others) if holder.others else shown)


def item(boxes: list[MailboxItem], mailbox: int) -> MailboxItem:
    """The mailbox among the person's; not found when it is one that is not shown."""
    found = next((box for box in boxes if box.id == mailbox), None)
    if found is None:
        raise Http404
    return found


def failure(code: str) -> tuple[str, str] | None:
    """The heading and the sentence for the code of a MailError; None for an empty code."""
    return error_pages.words(code) if code else None
