"""The people and groups somebody knows: the list, the page of each person, and deleting. `contact_groups` has
the groups, `contact_files` what comes from files and goes to them, `duplicates` what is there twice."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webmail import access, csp, tasks
from webmail.contacts import keeping, storing
from webmail.contacts.card import Card, Labelled
from webmail.contacts.folding import wanted
from webmail.contacts.vcard import media_type_of
from webmail.forms import ContactForm
from webmail.models import Contact, KeptContacts
from webmail.models.correspondents import known_as
from webmail.screen import known
from webmail.screen.known import KnownLine
from webmail.views import contact_groups, settings_pages, shell

PAGE = 100


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """`q`: what is searched; `from`: so many people were shown before."""
    user = shell.person(request).pk
    query, begin = request.GET.get("q", "")[:200], _number(request.GET.get("from", "0"))
    rows = storing.contacts_of(user).order_by(Lower("name"), "pk")
    for word in wanted(query):
        rows = rows.filter(found_by__contains=word)
    people = rows.filter(kind=Contact.Kind.PERSON)
    more = urlencode({"q": query, "from": str(begin + PAGE)})
    page = {
        "query": query,
        "people": lines(people[begin : begin + PAGE]),
        "groups": [] if begin else lines(rows.filter(kind=Contact.Kind.GROUP)[:PAGE]),
        "more": f"?{more}" if begin + PAGE < people.count() else "",
        "undo": _undoable(request),
        "imported": _imported(request),
    }
    return settings_pages.page(request, "contacts/show.html", page)


def lines(rows: QuerySet[Contact]) -> list[KnownLine]:
    """Two queries, however many there are."""
    has_photo = ExpressionWrapper(Q(photo__isnull=False), output_field=BooleanField())
    found = rows.annotate(has_photo=has_photo, counted=Count("members"))
    return [known.line(row, row.counted, has_photo=row.has_photo) for row in found]


def _undoable(request: HttpRequest) -> KeptContacts | None:
    key = _number(request.GET.get("undo", "0"))
    return KeptContacts.objects.filter(user=shell.person(request), pk=key).defer("before").first() if key else None


def _imported(request: HttpRequest) -> str:
    """What was just taken from a file."""
    made, filled = _number(request.GET.get("made", "")), _number(request.GET.get("filled", ""))
    return known.imported(made, filled) if "made" in request.GET else ""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """`message`: whoever sent it; else `name` and `address` say who."""
    card = Card(name=request.GET.get("name", "")[:200])
    address = request.GET.get("address", "")
    if message := _number(request.GET.get("message", "0")):
        sender = access.message_for(request.user, message)
        card, address = Card(name=sender.sender_name), sender.sender_address
        there = Contact.objects.filter(user=shell.person(request), addresses__known_as=known_as(address)).first()
        if there is not None and request.method != "POST":
            return redirect("contact", there.pk)
    card = Card(name=card.name, addresses=(Labelled(address),) if address else ()).fitted()
    return _edit(request, card, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def one(request: HttpRequest, contact_id: int) -> HttpResponse:
    """A person or a group, to be read and changed in the same place."""
    contact = contact_for(request, contact_id)
    if contact.kind == Contact.Kind.GROUP:
        return contact_groups.edit(request, contact)
    return _edit(request, storing.card_of(contact), contact)


def _edit(request: HttpRequest, card: Card, contact: Contact | None) -> HttpResponse:
    user = shell.person(request).pk
    form = ContactForm(card, *settings_pages.sent(request))
    groups = Contact.objects.filter(user=user, kind=Contact.Kind.GROUP).order_by(Lower("name")).only("pk", "name")
    own = set(contact.groups.values_list("pk", flat=True)) if contact else set()
    if request.method == "POST" and form.is_valid():
        chosen = {key for key in map(_number, request.POST.getlist("group")) if key}
        try:
            saved = storing.save(user, form.changed(), contact)
        except storing.TooMany:
            form.add_error(None, _("There are 20,000 contacts already. Delete some first."))
        else:
            _join(saved, own, {group.pk for group in groups} & chosen)
            tasks.sync_books_soon(user)
            return settings_pages.done(reverse("contact", args=[saved.pk]))
    page = {
        "form": form,
        "contact": known.line(contact, has_photo=card.photo is not None) if contact else None,
        "groups": [{"id": group.pk, "name": group.name, "on": group.pk in own} for group in groups],
        "collected": contact is not None and contact.is_collected,
        "book": contact.book.name if contact and contact.book else "",
    }
    return settings_pages.page(request, "contacts/person.html", page, status=422 if form.errors else 200)


def _join(contact: Contact, before: set[int], after: set[int]) -> None:
    contact.groups.set(after)
    storing.owe(before ^ after)
    if contact.is_collected:
        Contact.objects.filter(pk=contact.pk).update(is_collected=False)  # somebody has written it down now


@require_POST
@login_required
def delete(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Without a question: it can be undone until the next day."""
    contact = contact_for(request, contact_id)
    user = shell.person(request).pk
    kept = keeping.keep(user, [contact], known.deleted([contact.name]))
    storing.remove([contact])
    tasks.sync_books_soon(user)
    return redirect(f"{reverse('contacts')}?undo={kept.pk}")


@require_POST
@login_required
def undo(request: HttpRequest, kept_id: int) -> HttpResponse:
    """Have back what was deleted or merged."""
    kept = access.own(KeptContacts.objects.all(), request.user, kept_id)
    keeping.undo(kept)
    tasks.sync_books_soon(kept.user_id)
    return settings_pages.done(reverse("contacts"), "undone")


@require_safe
@login_required
def photo(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The picture, whose address has the time of its last change: the browser keeps it."""
    contact = contact_for(request, contact_id)
    if not contact.photo:
        raise Http404
    etag = f'"{contact.changed_at.timestamp():.6f}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    data = bytes(contact.photo)
    answer = HttpResponse(data, content_type=media_type_of(data))
    answer.headers[csp.HEADER] = csp.attachment()
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, max-age=604800"
    return answer


def contact_for(request: HttpRequest, contact_id: int) -> Contact:
    """The person's own; else not found."""
    rows = Contact.objects.select_related("book").prefetch_related("addresses")
    return access.own(rows, request.user, contact_id)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
