"""Folders: the list of all, the page of one, and the forms that make, rename, move, empty and delete them.

Every one is a page with plain links and forms first; a script takes the menu and the forms out of the same pages, and
gets a sentence instead of the way back. What one press does, and no question, is in `folder_buttons`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from imapbridge import queries, tasks
from imapbridge.actions import folders, liking, whole
from imapbridge.actions.folders import NameRefused, NotToBeChanged
from imapbridge.models import Job, Mailbox
from imapbridge.queries import MailboxItem
from webmail import access, partials
from webmail.access import Holder
from webmail.screen import done
from webmail.screen import folders as words
from webmail.screen.done import Done
from webmail.screen.jobs import work
from webmail.screen.sidebar import ORDER
from webmail.tasks import follow_folder_soon
from webmail.views import back, shell, whose


@dataclass(frozen=True, slots=True)
class Open:
    """Whose folder a request is about, and which."""

    holder: Holder
    boxes: list[MailboxItem]
    box: MailboxItem

    @property
    def account(self) -> int:
        return int(self.holder.account.pk)

    @property
    def label(self) -> str:
        return words.path_of(self.boxes, self.box)


def open_folder(request: HttpRequest, mailbox_id: int) -> Open:
    holder = access.holder_of_mailbox(request.user, mailbox_id)
    boxes = queries.mailboxes(holder.account.pk)
    return Open(holder, boxes, shell.item(boxes, mailbox_id))


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """All folders, and what is under way in them."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    page = shell.context(request, holder, boxes) | {
        "lines": words.lines(boxes, holder.account.folders),
        "jobs": [work(job) for job in queries.jobs(holder.account.pk)],
        "jobs_at": reverse("jobs", args=[holder.account.pk]),
    }
    if page["done"] and page["done"].is_job:
        page["done"] = None  # it has a line of its own here
    return whose.remember(render(request, "folders/show.html", page), request, holder)


@require_safe
@login_required
def one(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """What can be done to one; for a script only the menu."""
    asked = open_folder(request, mailbox_id)
    likes = asked.holder.account.folders
    shown = {"label": asked.label, "actions": words.actions(asked.box, likes), "id": mailbox_id}
    if partials.wanted(request) == "folder-menu":
        return render(request, "folders/_menu.html", shown)
    page = shell.context(request, asked.holder, asked.boxes) | shown
    page |= {
        "box": asked.box,
        "hue": likes.get(asked.box.path, {}).get("hue"),
        "hues": liking.HUES,
        "own": asked.box.special_use not in ORDER,
        "uses": words.USES.items() if asked.box.special_use in {"", *words.USES} and asked.box.selectable else (),
    }
    return render(request, "folders/one.html", page)


# --- forms that ask ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """`name`, `inside` (0: the top), `shown`."""
    holder = whose.holder(request)
    boxes = queries.mailboxes(holder.account.pk)
    places = words.where(boxes)
    name, inside = request.POST.get("name", ""), request.POST.get("inside") or request.GET.get("in", "0")
    shown = request.method != "POST" or "shown" in request.POST

    def make() -> None:
        made = folders.create(holder.account.pk, name, _inside(places, inside), subscribed=shown)
        if not shown:
            liking.like(holder.account.pk, made, hidden=True)

    typed = {"name": name, "inside": inside, "shown": shown}
    form: dict[str, Any] = {"kind": "new", "typed": typed, "places": places, "action": request.get_full_path()}
    form["whose"] = holder.account.pk
    return _form(request, shell.context(request, holder, boxes), form, make, _("The folder is there."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rename(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """`name`: what it is to be called, where it is."""
    asked = open_folder(request, mailbox_id)
    typed = {"name": request.POST.get("name", asked.box.name)}
    form = {"kind": "rename", "typed": typed, "label": asked.label, "action": request.path}
    page = shell.context(request, asked.holder, asked.boxes)

    def put() -> None:
        folders.rename(asked.account, mailbox_id, typed["name"])
        _follow(asked)

    return _form(request, page, form, put, _("Renamed."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """`inside`: the folder that it goes into; 0: the top."""
    asked = open_folder(request, mailbox_id)
    family = {row.pk for row in folders.family(asked.account, mailbox_id)}
    places = words.where(asked.boxes, without=family)
    typed = {"inside": request.POST.get("inside", str(asked.box.parent or 0))}
    form = {"kind": "move", "typed": typed, "label": asked.label, "places": places, "action": request.path}

    def put() -> None:
        if typed["inside"] in map(str, family):
            raise NotToBeChanged("inside")
        folders.move(asked.account, mailbox_id, _inside(places, typed["inside"]))
        _follow(asked)

    return _form(request, shell.context(request, asked.holder, asked.boxes), form, put, _("Moved."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Asks first: after some seconds nobody can bring it back."""
    asked = open_folder(request, mailbox_id)
    family = {row.pk for row in folders.family(asked.account, mailbox_id)}
    text = words.deletion(asked.boxes, family, asked.box)
    form = {"kind": "delete", "label": asked.label, "text": text, "action": request.path}
    page = shell.context(request, asked.holder, asked.boxes)

    return _form(request, page, form, lambda: folders.delete(asked.account, mailbox_id), _("Deleted."), gone=family)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def empty(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Trash or Junk, asked first."""
    asked = open_folder(request, mailbox_id)
    if asked.box.special_use not in words.EMPTIED:
        raise Http404
    form = {"kind": "empty", "label": asked.label, "total": asked.box.total, "action": request.path}
    page = shell.context(request, asked.holder, asked.boxes)
    said = _("Emptying {folder}.").format(folder=asked.label)
    return _form(request, page, form, lambda: begin(asked, Job.Kind.EMPTY), said)


def _form(
    request: HttpRequest,
    page: dict[str, Any],
    form: dict[str, Any],
    act: Callable[[], list[int] | Job | None],
    said: str,
    gone: set[int] | None = None,
) -> HttpResponse:
    """The page with the form; or what it asks for, and the way to the list of folders. `act` returns what undoes it:
    the keys of changes, or a job."""
    fault = ""
    if request.method == "POST":
        try:
            made = act()
        except (NameRefused, NotToBeChanged) as error:
            fault = words.refused(error)
        else:
            answer: HttpResponse = redirect("folders")
            if back.is_for_script(request):
                answer = JsonResponse({"said": said, "gone": sorted(gone or ()), "undo": _undo(made)})
            _remember(answer, made)
            return answer
    context = page | {"form": form | {"fault": fault}}
    return render(request, "folders/form.html", context, status=422 if fault else 200)


def _undo(made: list[int] | Job | None) -> str:
    if isinstance(made, Job):
        return done.undo_of([made.pk])
    return Done("", made).undo if made else ""


def _remember(answer: HttpResponse, made: list[int] | Job | None) -> None:
    if isinstance(made, Job):
        back.remember_jobs(answer, "delete", [made], 0)
    elif made:
        back.remember(answer, "folder", len(made), 0, made)


def _follow(asked: Open) -> None:
    """Rules that file into it go along with its name."""
    now = Mailbox.objects.filter(pk=asked.box.id).values_list("name", flat=True).first()
    if now and now != asked.box.path:
        follow_folder_soon(asked.account, asked.box.path, now, asked.box.delimiter)


def _inside(places: list[words.Where], chosen: str) -> int | None:
    """The folder that was chosen; None for the top. Http404 for one that is not among them."""
    found = next((place for place in places if str(place.id) == chosen), None)
    if found is None:
        raise Http404
    return found.id or None


def begin(asked: Open, kind: Job.Kind) -> Job:
    """The first of it is done; the rest in the background."""
    job = whole.begin(asked.account, asked.box.id, kind)
    tasks.go_on(job)
    return job
