"""An attachment that is looked at: a page of its own, which a script shows as a dialog over the message.

Pictures, sounds and films come from their own addresses, where they prove what they are; text is printed here, escaped.
"""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imapbridge import bodies
from imapbridge.mime.parts import by_section
from imapbridge.models import Message
from imapbridge.terms.part import Part
from webmail.reading import contacts, plaintext, viewing
from webmail.reading.attachments import Attachment, describe
from webmail.reading.message import Readable
from webmail.screen import enclosed as screen
from webmail.screen.account import look
from webmail.screen.contacts import cards
from webmail.screen.enclosed import EnclosedLetter
from webmail.screen.files import File, card, part_link
from webmail.screen.letters import Text, quote_label
from webmail.screen.sizes import size
from webmail.screen.viewer import Viewed, viewed
from webmail.views import enclosed, shell, texts
from webmail.views.parts import part_for


@require_safe
@login_required
def show(request: HttpRequest, message_id: int, section: str) -> HttpResponse:
    """The attachment with the ways to save it, to its neighbours and back. Four queries."""
    message, part = part_for(request, message_id, section)
    shown = viewed(message_id, describe(part), texts.readable(message).attachments)
    if shown.shown == "text":
        shown = _with_text(message, part, shown)
    page: dict[str, object] = {"look": look(shell.person(request)), "viewed": shown}
    if shown.shown == "letter":
        page["enclosed"] = _letter(request, message, part)
    if shown.shown == "contacts":
        page["contacts"] = cards(bodies.read_part(message, part, contacts.MAX_OCTETS))
    if shown.shown == "winmail":
        page["enclosed"] = _winmail(message, part)
    return render(request, "message/viewer.html", page)


def _letter(request: HttpRequest, message: Message, part: Part) -> EnclosedLetter:
    inside = enclosed.enclosed(message, part)
    found = inside.readable()
    cards = [_card(message, inside, attachment) for attachment in found.attachments]
    return screen.letter(inside.header, found, _text(request, message, part, found), cards, shell.clock(request))


def _winmail(message: Message, part: Part) -> EnclosedLetter | None:
    """None when there is nothing in it that can be read."""
    found = enclosed.opened_winmail(message, part)
    described = [describe(inner) for inner, _data in enclosed.hidden_files(found)]
    if not described and not found.text:
        return None
    cards = [card(message.pk, each, enclosed.inside_link(message, part, each.section)) for each in described]
    words = plaintext.to_html(found.text, quote_label=quote_label()).html if found.text else ""
    # Plain text, escaped piece by piece in reading.plaintext.
    return screen.winmail(describe(part).name, Text(html=mark_safe(words)), cards, described)  # noqa: S308


def _text(request: HttpRequest, message: Message, part: Part, found: Readable) -> Text:
    told = screen.told(found)
    if found.kind == "html":
        query = {"v": texts.version(message), "theme": look(shell.person(request)).theme}
        address = f"{part_link(message.pk, part.section)}/body?{urlencode(query)}"
        return Text(frame=address, notices=told)
    # Plain text, escaped piece by piece in reading.plaintext; HTML of others never takes this way.
    return Text(html=mark_safe(found.html if found.kind == "text" else ""), notices=told)  # noqa: S308


def _card(message: Message, inside: enclosed.Enclosed, attachment: Attachment) -> File:
    inner = None if inside.is_told else by_section(inside.root, attachment.section)
    return card(message.pk, attachment, inside.link(inner) if inner else "")


def _with_text(message: Message, part: Part, shown: Viewed) -> Viewed:
    data = bodies.read_part(message, part, viewing.MAX_TEXT + 1)
    found = viewing.text(data[: viewing.MAX_TEXT], part.charset)
    if found is None:
        return replace(shown, shown="")
    cut = _("Only the first {size} are shown; download it for the rest.") if len(data) > viewing.MAX_TEXT else ""
    return replace(shown, text=found, cut=cut.format(size=size(viewing.MAX_TEXT)))
