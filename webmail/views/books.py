"""Settings of contacts: whether those who are written to become some, and the address books elsewhere."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.confirming import is_confirmed
from accounts.models import Preferences
from accounts.secrets import Secret
from webmail import access, tasks
from webmail.contacts.carddav import syncing
from webmail.contacts.carddav.errors import BookError
from webmail.contacts.carddav.syncing import Typed
from webmail.forms import BookForm
from webmail.models import AddressBook, KeptContacts
from webmail.screen import account as person
from webmail.screen import books as screen
from webmail.views import settings_pages, shell

LATELY = 20
"""Of what was merged and deleted since yesterday."""


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request, BookForm())


def _page(request: HttpRequest, form: BookForm, fault: str = "", *, unproven: bool = False) -> HttpResponse:
    user, clock = shell.person(request), shell.clock(request)
    page = {
        "collects": person.preferences(user).collects_contacts,
        "books": [screen.book(row, clock) for row in AddressBook.objects.filter(user=user).order_by("pk")],
        "lately": KeptContacts.objects.filter(user=user).defer("before").order_by("-pk")[:LATELY],
        "form": form,
        "fault": fault,
        "unproven": unproven,
    }
    status = 422 if fault or unproven or form.errors else 200
    return settings_pages.page(request, "settings/books.html", page, status=status)


@require_POST
@login_required
def collect(request: HttpRequest) -> HttpResponse:
    """`collects`: whoever is written to becomes a contact."""
    chosen = {"collects_contacts": "collects" in request.POST}
    Preferences.objects.update_or_create(user=shell.person(request), defaults=chosen)
    return settings_pages.done(reverse("books"))


@sensitive_post_parameters("password")
@require_POST
@login_required
def connect(request: HttpRequest) -> HttpResponse:
    """Look for the address books at an address, and keep all that are found equal from now on."""
    user, form = shell.person(request), BookForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    if not is_confirmed(request):  # all contacts may go there
        return _page(request, form, unproven=True)
    said = form.cleaned_data
    try:
        made = syncing.connect(
            user, Typed(said["url"], said["username"], Secret(said["password"]), takes_ours=said["takes_ours"])
        )
    except BookError as error:
        return _page(request, form, screen.fault(error.code, said["url"]))
    if not made:
        return _page(request, form, screen.fault("known", said["url"]))
    tasks.sync_books_soon(user.pk)
    return settings_pages.done(reverse("books"), "connected")


@sensitive_post_parameters("password")
@require_POST
@login_required
def password(request: HttpRequest, book_id: int) -> HttpResponse:
    """Another password for a book whose server refused the one that was kept."""
    book = _book(request, book_id)
    if typed := request.POST.get("password", "")[:1000]:
        syncing.set_password(book, Secret(typed))
        tasks.sync_books_soon(book.user_id)
    return settings_pages.done(reverse("books"))


@require_POST
@login_required
def read(request: HttpRequest, book_id: int) -> HttpResponse:
    """The person knows now what was told of the book."""
    AddressBook.objects.filter(pk=_book(request, book_id).pk).update(notes=[])
    return redirect("books")


@require_POST
@login_required
def sync(request: HttpRequest) -> HttpResponse:
    """Compare all of the person's now."""
    tasks.sync_books_soon(shell.person(request).pk)
    return settings_pages.done(reverse("books"), "syncing")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def disconnect(request: HttpRequest, book_id: int) -> HttpResponse:
    """Asks first; the contacts stay."""
    book = _book(request, book_id)
    if request.method == "POST":
        syncing.disconnect(book)
        return settings_pages.done(reverse("books"), "removed")
    asked = {"heading": book.name or book.url, "action": request.path, "back": reverse("books"), "kind": "book"}
    return settings_pages.page(request, "settings/remove.html", asked)


def _book(request: HttpRequest, book_id: int) -> AddressBook:
    return access.own(AddressBook.objects.all(), request.user, book_id)
