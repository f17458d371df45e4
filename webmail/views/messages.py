"""An open message with its conversation around it. A GET changes nothing.

A page that opens what is unread, and whose person wants it marked at once, posts to the same address: one request then
shows it and marks it.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from imapbridge import actions, queries
from imapbridge.errors import MailError
from imapbridge.queries import MailboxItem, MessageItem
from imapbridge.search.query import parse
from webmail import access, csp, error_pages, partials
from webmail.access import Holder
from webmail.screen.letters import Conversation, Letter
from webmail.screen.listing import Listing
from webmail.screen.results import SearchPlace, sought
from webmail.screen.rows import Place
from webmail.screen.sidebar import name_of
from webmail.screen.together import InboxesPlace, key_of
from webmail.screen.tools import tools
from webmail.tasks import count_searches_soon
from webmail.views import consent, found, framing, letters, lists, shell, texts, together, whose
from webmail.views.found import Results
from webmail.views.together import Inboxes


@dataclass(frozen=True, slots=True)
class Back:
    """The way back to the list."""

    link: str
    name: str
    label: str


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, message_id: int) -> HttpResponse:
    """The page with the list beside it; for a script only what the reading pane shows. Six queries, or four.

    By POST what is shown unfolded is marked as read besides, and the page is as it is after that.
    """
    holder = access.holder_of_message(request.user, message_id)
    messages = queries.conversation(holder.account.pk, holder.thread, opened=message_id)
    inboxes = together.of(holder) if holder.others and request.GET.get("inboxes") == "1" else None
    boxes = inboxes.own if inboxes else queries.mailboxes(holder.account.pk)
    place = lists.as_liked(request, _place(request, boxes, messages, message_id))
    if place.flat:
        messages = [item for item in messages if item.id == message_id]
        place = replace(_place(request, boxes, messages, message_id), flat=True)
    box = shell.item(boxes, place.mailbox)
    if isinstance(place, InboxesPlace) and not (inboxes and box.special_use == "inbox"):
        place = Place(box.id, flat=place.flat)
    pane = _pane(request, holder, messages, message_id, box, place)
    pane["tools"] = tools(box, place, boxes) if any(box.id in item.mailboxes for item in messages) else None
    if request.method == "POST":
        pane["conversation"] = _read(holder, messages, pane["conversation"])
    if partials.wanted(request):
        return render(request, "message/pane.html", pane)
    row, key = _row(holder, place, message_id), _key(holder, place, message_id)
    shown, template = _list_beside(request, holder, boxes, place, inboxes, key)
    page = shell.context(request, holder, boxes, *_current(place))
    beside = _beside(shown, place, row, key)
    return whose.remember(render(request, template, page | pane | {"list": shown} | beside), request, holder)


def _read(holder: Holder, messages: list[MessageItem], shown: Conversation) -> Conversation:
    """The conversation after what is shown of it was marked as read; what stays folded, or cannot be had now, stays."""
    to_read = {item.id for item in shown.items if isinstance(item, Letter) and not item.text.failure}
    unread = {item.id for item in messages if not item.seen}
    actions.set_seen(holder.account.pk, unread & to_read, True)
    if holder.saved:
        count_searches_soon(None, holder.account.pk)
    return replace(shown, unread=False, seen="0") if unread <= to_read else shown


def _list_beside(
    request: HttpRequest, holder: Holder, boxes: list[MailboxItem], place: Place, inboxes: Inboxes | None, key: int
) -> tuple[Listing | Results, str]:
    """The list that the message was opened from, and the page that shows both."""
    if isinstance(place, SearchPlace):
        search = found.search_of(request, holder, boxes, place)
        return found.pane(request, holder, search, opened=key), "search/show.html"
    clock = shell.clock(request)
    if inboxes and isinstance(place, InboxesPlace):
        return together.pane(inboxes, place, clock, opened=key), "inboxes/show.html"
    return lists.pane(boxes, holder, place, clock, opened=key), "app.html"


def _current(place: Place) -> tuple[int, str]:
    """What of the sidebar is open: a mailbox, and which list that is no mailbox's."""
    if isinstance(place, InboxesPlace):
        return 0, "inboxes"
    return 0 if isinstance(place, SearchPlace) else place.mailbox, place.only


def _place(request: HttpRequest, boxes: list[MailboxItem], messages: list[MessageItem], message_id: int) -> Place:
    """The list the message was opened from; without one in the address, or a wrong one, the first that holds it."""
    held = {mailbox for item in messages if item.id == message_id for mailbox in item.mailboxes}
    asked = request.GET.get("in", "")
    named = next((mailbox for item in messages for mailbox in item.mailboxes if str(mailbox) == asked), None)
    if named is not None:
        return lists.place_of(request, named)
    first = next((box.id for box in boxes if box.id in held), None)
    if first is None:  # expunged everywhere, or on its way from one mailbox to another
        raise Http404
    return Place(first)


def _pane(
    request: HttpRequest, holder: Holder, messages: list[MessageItem], opened: int, box: MailboxItem, place: Place
) -> dict[str, Any]:
    """What `message/_reader.html` prints."""
    manner = framing.manner(request, shell.person(request), holder)
    writer = letters.Writer(shell.clock(request), holder.account, place.query, request.get_full_path(), manner)
    here = [item.id for item in messages if box.id in item.mailboxes]
    shown = writer.conversation(messages, opened, request.GET.get("open", ""))
    shown = replace(shown, thread=_key(holder, place, opened))
    return {
        "conversation": shown,
        "flags": f"/message/{here[-1] if here else opened}/flags?{place.query}",
        "unfold": f"/message/{opened}/",
        "place": parse_qsl(place.query),
        "back": _back(box, place),
        "hits": json.dumps(sought(parse(place.q).tree)) if isinstance(place, SearchPlace) else "",
    }


def _back(box: MailboxItem, place: Place) -> Back:
    own = {SearchPlace: _("Results"), InboxesPlace: _("All inboxes")}
    name = own.get(type(place)) or name_of(box.special_use, box.name)
    return Back(place.address, name, _("Back to {mailbox}").format(mailbox=name))


def _key(holder: Holder, place: Place, opened: int) -> int:
    """What it is known by in the list: by its mailbox too, where two accounts may have it."""
    several = isinstance(place, InboxesPlace) or (isinstance(place, SearchPlace) and bool(holder.others))
    row = _row(holder, place, opened)
    return key_of(row, place.mailbox) if several else row


def _row(holder: Holder, place: Place, opened: int) -> int:
    """The same within its mailbox."""
    return queries.FIRST_MESSAGE + opened if place.flat else holder.thread


def _beside(shown: Listing | Results, place: Place, row: int, key: int) -> dict[str, str]:
    """Where the buttons for the newer and the older row lead: as the list stands, or past its ends."""
    order = [each for each, _latest in shown.order]
    at = order.index(key) if key in order else -1
    inside = 0 < at < len(order) - 1
    found = (shown.order[at - 1][1], shown.order[at + 1][1]) if inside else queries.neighbours(place.mailbox, row)
    return {"newer": _address(found[0]), "older": _address(found[1])}


def _address(message: int | None) -> str:
    return f"/message/{message}/" if message else ""


def _gzipped(request: HttpRequest, packed: bytes) -> HttpResponse:
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(gzip.decompress(packed))
    else:
        response = HttpResponse(packed, headers={"Content-Encoding": "gzip"})
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
@login_required
def body(request: HttpRequest, message_id: int) -> HttpResponse:
    """The document of the frame around a message's HTML: under a policy of its own, and for a frame only.

    Its bytes never change under its address, which carries the version of what makes them: the browser keeps it, with
    remote images no longer than their addresses are good for.
    """
    if request.headers.get("Sec-Fetch-Dest", "iframe") != "iframe":
        raise PermissionDenied
    message = access.message_for(request.user, message_id)
    asked = framing.asked(request, shell.person(request).pk, message.pk)
    try:
        packed = texts.framed(message, asked)
    except MailError as error:
        response = render(
            request, "message/body_failed.html", {"words": error_pages.words(error.code, error.server)}, status=503
        )
    else:
        response = _gzipped(request, packed)
        response.headers["Cache-Control"] = (
            f"private, max-age={consent.DAY // 4 if asked.images else 604800}, immutable"
        )
    response.headers[csp.HEADER] = csp.message_body(request)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
