"""How somebody is told of new mail: the page of settings, which browsers are told, and what an open page may tell."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sign_ins
from accounts.devices import in_words
from accounts.models import MailAccount, Notifications, Preferences, PushSubscription, User
from imapbridge import actions, queries
from imapbridge.models import Mailbox
from webmail import access
from webmail.access import Holder
from webmail.forms import NotificationsForm
from webmail.outside.places import NotAllowed
from webmail.push import subscriptions, vapid
from webmail.push.encryption import KeyUnusable
from webmail.push.news import as_marks, choice, name_of
from webmail.push.notes import message_of
from webmail.screen import account as person
from webmail.screen import sidebar
from webmail.screen.settings import sections
from webmail.views import back, shell, whose

OWN = ("sent", "drafts", "trash", "flagged")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """The page, and what its form saves."""
    holder = whose.holder(request)
    boxes = _mailboxes(holder.account)
    if request.method != "POST":
        return whose.remember(_page(request, holder, boxes, choice(holder.account)), request, holder)
    form = NotificationsForm(request.POST, boxes)
    if form.is_valid():
        _save(shell.person(request), holder.account, form.cleaned_data)
        return redirect(f"{request.path}?saved=1")
    return _page(request, holder, boxes, _typed(form), {name: words[0] for name, words in form.errors.items()})


def _save(user: User, account: MailAccount, chosen: dict[str, Any]) -> None:
    """The clock is the person's, for all that shows a time."""
    zone = chosen.pop("time_zone")
    Notifications.objects.update_or_create(account=account, defaults=chosen)
    Preferences.objects.update_or_create(user=user, defaults={"time_zone": zone})


def _mailboxes(account: MailAccount) -> list[tuple[str, str]]:
    """(name, shown name) in the order of the sidebar; without those that nobody writes to."""
    rows = Mailbox.objects.filter(account=account, selectable=True).exclude(special_use__in=OWN).order_by("name")
    rank = {use: number for number, use in enumerate(sidebar.ORDER)}
    ordered = sorted(rows, key=lambda row: rank.get(row.special_use, len(rank)))
    return [(name_of(row), sidebar.name_of(row.special_use, row.name)) for row in ordered]


def _typed(form: NotificationsForm) -> Notifications:
    """What stood in a form that can not be saved, to stand there again."""
    names = ("mailboxes", "private", "quiet_from", "quiet_until")
    kept = {name: form.cleaned_data[name] for name in names if form.cleaned_data.get(name) is not None}
    return Notifications(**{"mailboxes": [], **kept})


def _page(
    request: HttpRequest,
    holder: Holder,
    boxes: list[tuple[str, str]],
    chosen: Notifications,
    errors: dict[str, Any] | None = None,
) -> HttpResponse:
    user = shell.person(request)
    own = request.session.get(sign_ins.FIELD)
    told = subscriptions.live().filter(sign_in__user=user).select_related("sign_in").order_by("pk")
    context = shell.context(request, holder, queries.mailboxes(holder.account.pk)) | {
        "mailboxes": [{"name": name, "shown": shown, "on": name in chosen.mailboxes} for name, shown in boxes],
        "chosen": chosen,
        "whose": holder.account.pk,
        "sections": sections(request.path),
        "errors": errors or {},
        "saved": "saved" in request.GET and not errors,
        "devices": [{"id": row.pk, "name": in_words(row.sign_in.device), "own": row.sign_in_id == own} for row in told],
        "zone": request.POST.get("time_zone", "")[:64] or person.zone_name(user),
        "default_zone": timezone.get_default_timezone_name(),
        "key": vapid.public_key(),
    }
    return render(request, "settings/notifications.html", context, status=422 if errors else 200)


@require_POST
@login_required
def device(request: HttpRequest) -> HttpResponse:
    """This browser wants to be told while no page is open: `endpoint`, `key`, `secret` of its subscription."""
    sign_in = sign_ins.of_session(request, shell.person(request)).first()
    if sign_in is None:
        return HttpResponseBadRequest()
    try:
        subscriptions.subscribe(sign_in, *(request.POST.get(name, "") for name in ("endpoint", "key", "secret")))
    except (NotAllowed, KeyUnusable, ValueError):
        return HttpResponseBadRequest()
    return HttpResponse(status=204)


@require_POST
@login_required
def forget(request: HttpRequest) -> HttpResponse:
    """Tell a browser nothing more: the one of `device`, else this one."""
    mine = PushSubscription.objects.filter(sign_in__user=shell.person(request))
    named = request.POST.get("device", "")
    if named.isdecimal() and len(named) < 19:
        mine.filter(pk=int(named)).delete()
    else:
        mine.filter(sign_in=request.session.get(sign_ins.FIELD)).delete()
    return back.after_post(request, "/settings/notifications")


@require_POST  # changes nothing, but the marks of many mailboxes are too long for an address
@login_required
def news(request: HttpRequest) -> HttpResponse:
    """What an open page may tell, since the marks it got the last time; and the key that browsers subscribe to."""
    try:
        marks = as_marks(json.loads(request.POST.get("marks", "null")))
    except (ValueError, RecursionError):
        marks = None
    told, marks = subscriptions.tell_in_page(shell.person(request), marks)
    return JsonResponse({"notes": [asdict(note) for note in told], "marks": marks, "key": vapid.public_key()})


@csrf_exempt  # a service worker has no form: the signed token, which other sites can not make, is what is checked
@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """The button of a notification: mark its message as read."""
    found = message_of(request.POST.get("token", ""), shell.person(request))
    if found is None:
        return HttpResponseBadRequest()
    message = access.message_for(request.user, found)
    actions.set_seen(message.account_id, [message.pk], True)
    return HttpResponse(status=204)
