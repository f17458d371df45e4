"""The mailboxes that somebody reads here: one more, its password, what it is called, where it stands, its removal."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import agreeing, audit, providers
from accounts.confirming import confirmed
from accounts.models import MailAccount
from accounts.networks import client_network
from accounts.problems import CannotSignIn, explain
from accounts.proving import MOST, prove
from imapbridge import joining, tasks
from imapbridge.actions import leaving
from webmail import access
from webmail.compose import moving
from webmail.forms import CallingForm, JoiningForm, PasswordForm
from webmail.screen import people
from webmail.views import settings_pages, shell

log = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@confirmed
def new(request: HttpRequest) -> HttpResponse:
    """One more account, when its mail server takes the address and the password."""
    form = JoiningForm(settings_pages.sent(request)[0])
    if MailAccount.objects.filter(user=shell.person(request)).count() >= MOST:
        form.add_error(None, _("You have as many accounts as one person may have here."))
        return _form(request, form, None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, None)
    address = form.cleaned_data["address"]
    if MailAccount.objects.filter(user=shell.person(request), address=address).exists():
        form.add_error("address", _("You read this mailbox here already."))
        return _form(request, form, None)
    if problem := _joined(request, address, form.cleaned_data["password"]):
        return _form(request, form, None, problem)
    audit.record(
        audit.Kind.ACCOUNT_ADDED, shell.person(request), network=client_network(request), account=address
    )  # fmt: skip
    return settings_pages.done(reverse("identities"), "joined")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def password(request: HttpRequest, account_id: int) -> HttpResponse:
    """The password of an account that waits for it. The one that its person signs in with is asked for there."""
    account = _account(request, account_id)
    if account.is_primary:
        return redirect(f"{reverse('sign-in')}?next={reverse('identities')}")
    form = PasswordForm(settings_pages.sent(request)[0])
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, account)
    if problem := _joined(request, account.address, form.cleaned_data["password"]):
        return _form(request, form, account, problem)
    return settings_pages.done(reverse("identities"), "joined")


@sensitive_variables("password")
def _joined(request: HttpRequest, address: str, password: str) -> CannotSignIn | None:
    """Why it was not; None when it was."""
    try:
        with agreeing.servers(address, request.POST.get("servers", "")):
            prove(request, address, password, joining.is_taken)
    except CannotSignIn as problem:
        return problem
    joining.keep(shell.person(request), address, password)
    return None


def _form(
    request: HttpRequest, form: PasswordForm, account: MailAccount | None, problem: CannotSignIn | None = None
) -> HttpResponse:
    said = explain(problem) if problem else None
    page: dict[str, Any] = {"form": form, "page_account": account, "problem": said, "found": agreeing.shown(problem)}
    page["servers"] = agreeing.token(problem) or request.POST.get("servers", "")[:4000]
    page["providers"] = providers.known()
    status = said.status if said else 422 if form.errors else 200
    answer = _page(request, "settings/join.html", page, status)
    if said and said.retry_after:
        answer.headers["Retry-After"] = str(said.retry_after)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, account_id: int) -> HttpResponse:
    """What it is called and its colour, with the ways to its password and its removal."""
    account = _account(request, account_id)
    form = CallingForm(settings_pages.sent(request)[0], instance=account)
    if request.method == "POST" and form.is_valid():
        MailAccount.objects.filter(pk=account.pk).update(**form.cleaned_data)
        return settings_pages.done(reverse("identities"))
    page = {"form": form, "mine": account, "hues": range(people.HUES), "hue": account.hue}
    page["locked"] = access.account_needs_password(account)
    return _page(request, "settings/account.html", page, 422 if form.errors else 200)


@require_POST
@login_required
def raise_(request: HttpRequest, account_id: int) -> HttpResponse:
    """One place up in the person's order."""
    account = _account(request, account_id)
    with transaction.atomic():
        order = list(MailAccount.objects.select_for_update().filter(user=account.user_id).order_by("position", "pk"))
        at = order.index(account)
        if at:
            order[at - 1], order[at] = order[at], order[at - 1]
        for position, each in enumerate(order):
            each.position = position
        MailAccount.objects.bulk_update(order, ["position"])
    return settings_pages.done(reverse("identities"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, account_id: int) -> HttpResponse:
    """Asks first, and says what goes. The account that its person signs in with stays; so does one with unsent mail."""
    account = _account(request, account_id)
    obstacle, waiting = _obstacle(account), moving.waiting_in(account.pk)
    if request.method == "POST" and not obstacle and _left(account):
        _sweep_soon()
        audit.record(
            audit.Kind.ACCOUNT_REMOVED, shell.person(request), network=client_network(request), account=account.address
        )  # fmt: skip
        return settings_pages.done(reverse("identities"), "removed")
    if request.method == "POST":
        obstacle, waiting = _obstacle(account), moving.waiting_in(account.pk)
    page = {"mine": account, "obstacle": obstacle, "told": _told(account), "waiting": waiting}
    page["back"] = reverse("account", args=[account_id])
    return _page(request, "settings/leave.html", page, 409 if request.method == "POST" else 200)


def _left(account: MailAccount) -> bool:
    """Whether it has gone: not when something was sent through it meanwhile. Nothing can be from here on, for a row
    that refers to the account waits for this."""
    with transaction.atomic():
        own = MailAccount.objects.get(user=account.user_id, address=account.user.email)
        if MailAccount.objects.select_for_update().filter(pk=account.pk).first() is None:
            raise Http404
        if moving.waiting_in(account.pk):
            return False
        moving.move_drafts(account, own)
        leaving.remove(account)
    return True


def _obstacle(account: MailAccount) -> str:
    """Why it stays for now; empty when it may go."""
    if account.is_primary:
        return _("You sign in with this account, so it stays.")
    if n := moving.waiting_in(account.pk):
        words = ngettext(
            "{n} message of this account is not sent yet, or came back. Send it, or take it out of the outbox, first.",
            "{n} messages of this account are not sent yet, or came back. Send them, or take them out of the outbox, "
            "first.",
            n,
        )
        return words.format(n=n)
    return ""


def _told(account: MailAccount) -> list[str]:
    """What becomes of what is not finished."""
    told = []
    if n := moving.drafts_of(account.pk):
        words = ngettext(
            "{n} draft of this account moves to {address}.", "{n} drafts of this account move to {address}.", n
        )
        told.append(words.format(n=n, address=account.user.email))
    if n := leaving.owed(account.pk):
        words = ngettext(
            "{n} thing that you did is not on the mail server yet, and will not get there.",
            "{n} things that you did are not on the mail server yet, and will not get there.",
            n,
        )
        told.append(words.format(n=n))
    return told


def _sweep_soon() -> None:
    try:
        tasks.sweep_removed.delay()
    except (OperationalError, RedisError) as error:  # by the clock it is done, too
        log.warning("removed account not swept at once: %s", type(error).__name__)


def _account(request: HttpRequest, account_id: int) -> MailAccount:
    return access.own(MailAccount.objects.select_related("user"), request.user, account_id)


def _page(request: HttpRequest, template: str, page: dict[str, Any], status: int) -> HttpResponse:
    return settings_pages.page(request, template, page, status=status)
