"""Whom somebody writes as: the list, and the forms that make, change and remove one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.autoconfig import NoServers, servers_for
from accounts.confirming import is_confirmed
from accounts.identities import identities_of
from accounts.models import Identity, MailAccount
from imapbridge.models import Mirror
from webmail import access
from webmail.forms import IdentityForm
from webmail.screen.settings import AccountLine, IdentityLine, account_line, identity_line
from webmail.views import settings_pages, shell


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """The mailboxes that are read here, and the names that are written from."""
    accounts = accounts_of(request)
    page = {
        "accounts": [_account_line(account) for account in accounts],
        "identities": lines(accounts),
        "add": len(accounts) == 1,
    }
    return settings_pages.page(request, "settings/identities.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Another one, of the account of `account`; of the first without it."""
    asked = request.GET.get("account", "")
    accounts = accounts_of(request)
    account = next((each for each in accounts if str(each.pk) == asked), accounts[0] if accounts else None)
    if account is None:
        raise Http404
    first = {"name": account.name or shell.person(request).name}
    return _edit(request, Identity(account=account), first)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, identity_id: int) -> HttpResponse:
    return _edit(request, identity_for(request, identity_id), None)


def _edit(request: HttpRequest, identity: Identity, first: dict[str, str] | None) -> HttpResponse:
    form = IdentityForm(settings_pages.sent(request)[0], instance=identity, initial=first)
    unproven = form.is_valid() and _leads_elsewhere(form) and not is_confirmed(request)
    if request.method == "POST" and form.is_valid() and not unproven:
        _save(form.save(commit=False))
        return settings_pages.done(reverse("identities"))
    others = Identity.objects.filter(account=identity.account).exclude(pk=identity.pk).exists()
    page = {"form": form, "identity": identity, "removable": identity.pk and others, "is_new": identity.pk is None}
    status = 422 if form.errors or unproven else 200
    return settings_pages.page(request, "settings/identity.html", page | {"unproven": unproven}, status=status)


def _leads_elsewhere(form: IdentityForm) -> bool:
    """Answers, or blind copies of all that is sent, would go where they did not go before."""
    return any(name in form.changed_data and form.cleaned_data[name] for name in ("reply_to", "bcc"))


def _save(identity: Identity) -> None:
    """One default for each account; a new one is the last."""
    with transaction.atomic():
        of_account = Identity.objects.select_for_update().filter(account=identity.account)
        if identity.pk is None:
            last = of_account.aggregate(last=Max("position"))["last"]
            identity.position = 0 if last is None else last + 1
        if identity.is_default:
            of_account.exclude(pk=identity.pk).update(is_default=False)
        identity.save()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Asks first: its signature goes too. The last one of an account stays."""
    identity = identity_for(request, identity_id)
    if request.method != "POST":
        asked = {"heading": identity_line(identity, "").label, "action": request.path, "back": reverse("identities")}
        return settings_pages.page(request, "settings/remove.html", asked | {"kind": "identity"})
    with transaction.atomic():
        of_account = Identity.objects.select_for_update().filter(account=identity.account)
        if of_account.exclude(pk=identity.pk).exists():
            of_account.filter(pk=identity.pk).delete()
    return settings_pages.done(reverse("identities"), "removed")


@require_POST
@login_required
def raise_(request: HttpRequest, identity_id: int) -> HttpResponse:
    """One place up in the order of its account."""
    identity = identity_for(request, identity_id)
    with transaction.atomic():
        order = list(Identity.objects.select_for_update().filter(account=identity.account))
        at = order.index(identity)
        if at:
            order[at - 1], order[at] = order[at], order[at - 1]
        for position, each in enumerate(order):
            each.position = position
        Identity.objects.bulk_update(order, ["position"])
    return settings_pages.done(reverse("identities"))


# --- rows -------------------------------------------------------------------------------------------------------------


def accounts_of(request: HttpRequest) -> list[MailAccount]:
    return list(MailAccount.objects.filter(user=shell.person(request)).order_by("position", "pk"))


def identity_for(request: HttpRequest, identity_id: int) -> Identity:
    rows = Identity.objects.select_related("account")
    return access.own(rows, request.user, identity_id, owner="account__user")


def lines(accounts: list[MailAccount]) -> list[IdentityLine]:
    return [
        identity_line(identity, account.address.rpartition("@")[2])
        for account in accounts
        for identity in identities_of(account)
    ]


def _account_line(account: MailAccount) -> AccountLine:
    try:
        host = servers_for(account.address).imap.host
    except NoServers:
        host = ""
    mirror = Mirror.objects.filter(account=account).first()
    words = shell.failure(mirror.error) if mirror else None
    return account_line(account, access.account_needs_password(account), words[1] if words else "", host)
