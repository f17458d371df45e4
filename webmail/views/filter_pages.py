"""What the pages of filters have in common: what stands on the server, read first; and what is said when it fails.

After a change of which nobody knows whether it was made, what stands there is read again and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.confirming import is_confirmed
from accounts.networks import client_network
from imapbridge import errors, queries, scripts
from imapbridge.errors import MailError
from imapbridge.queries import MailboxItem
from webmail import access, error_pages
from webmail.access import Holder
from webmail.filters import saving, standing
from webmail.filters.saving import Change, NewDestinations, WouldReplace
from webmail.filters.standing import Standing
from webmail.screen import folders as words
from webmail.screen.filters import TROUBLES
from webmail.views import settings_pages, whose

P = ParamSpec("P")


@dataclass(slots=True)
class Asked:
    """A request about somebody's filters."""

    request: HttpRequest
    holder: Holder
    found: Standing

    @property
    def account(self) -> int:
        return int(self.holder.account.pk)

    @property
    def mark(self) -> str:
        """Of the rules, and of whose they are: another page may look at another account by the time a form comes."""
        return f"{self.account}-{self.found.mark}"

    def checked(self) -> Standing:
        """Raises ScriptsChanged when the rules, or the account, are not those that the page was made of."""
        if self.request.GET.get("of", "") != self.mark:
            raise errors.ScriptsChanged
        return self.found

    def save(self, change: Change) -> None:
        """By the rules that the page was made of. Raises as `saving.save`, and ScriptsChanged."""
        saving.save(
            self.holder.account,
            self.checked(),
            change,
            confirmed="confirmed" in self.request.POST and is_confirmed(self.request),
            replaces="replaces" in self.request.POST,
            network=client_network(self.request),
        )

    def page(self, template: str, content: dict[str, Any], *, status: int = 200) -> HttpResponse:
        content = {"address": self.holder.account.address, "mark": self.mark} | content
        return settings_pages.page(
            self.request, f"settings/filters/{template}", content, status=status, holder=self.holder
        )


def asking(
    view: Callable[Concatenate[Asked, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For a view that gets what stands on the server; `name` of the address: a script whose text it wants too."""

    @login_required
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        holder = _holder(request)
        try:
            if not scripts.are_offered(holder.account.address):
                raise errors.NoFilters
            found = standing.read(holder.account.pk, *request.GET.getlist("name")[:1])
            return whose.remember(view(Asked(request, holder, found), *args, **kwargs), request, holder)
        except (NewDestinations, WouldReplace) as question:
            return _asked_first(request, holder, found, question)
        except MailError as error:
            return _failed(request, holder, error)

    return answered


def _holder(request: HttpRequest) -> Holder:
    """Of the message like which a rule is to find more: it need not be of the account that was used last."""
    asked = request.GET.get("message", "")
    if asked.isdecimal() and len(asked) < 19:
        return access.holder_of_message(request.user, int(asked))
    return whose.holder(request)


def folders(account_id: int) -> Mapping[str, str]:
    """What may be filed into: the names for people, by the whole name."""
    boxes = queries.mailboxes(account_id)
    return {box.path: words.path_of(boxes, box) for box in boxes if box.takes_mail}


def trash(boxes: list[MailboxItem]) -> str:
    """The whole name of Trash; empty where there is none."""
    return next((box.path for box in boxes if box.special_use == "trash"), "")


def _asked_first(
    request: HttpRequest, holder: Holder, found: Standing, question: NewDestinations | WouldReplace
) -> HttpResponse:
    """The same form once more, with the answer in it. Whoever uses a session that is not theirs gets no further."""
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    content = {
        "sent": [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"],
        "action": request.get_full_path(),
        "destinations": question.addresses if isinstance(question, NewDestinations) else [],
        "unproven": isinstance(question, NewDestinations) and not is_confirmed(request),
        "foreign": found.foreign,
        "text": shown(found.shelf.texts.get(found.foreign, "")),
    }
    return settings_pages.page(request, "settings/filters/confirm.html", content, status=422, holder=holder)


def _failed(request: HttpRequest, holder: Holder, error: MailError) -> HttpResponse:
    if isinstance(error, errors.SignInRefused):  # it has a way out of its own
        return error_pages.mail_error(request, error)
    heading, sentence = TROUBLES.get(error.code) or error_pages.words(error.code, error.server)
    content: dict[str, Any] = {
        "heading": heading,
        "sentence": sentence,
        "said": str(error) if isinstance(error, errors.ScriptRefused) else "",
        "kind": error.code,
        "again": reverse("filters"),
        "was_change": request.method == "POST",
    }
    if request.method == "POST" and not isinstance(error, errors.NoFilters):
        content["now"] = _now(holder)
    status = error_pages.status(error)
    return settings_pages.page(request, "settings/filters/failed.html", content, status=status, holder=holder)


def _now(holder: Holder) -> dict[str, Any] | None:
    """What the server has after all; None when it cannot be asked."""
    try:
        found = standing.read(holder.account.pk)
    except MailError:
        return None
    return {"ours": found.is_active, "active": found.shelf.active, "rules": len(found.filters.rules)}


def shown(text: str) -> str:
    """What is no UTF-8 as a mark: a page can hold nothing else."""
    return text.encode("utf-8", "replace").decode()
