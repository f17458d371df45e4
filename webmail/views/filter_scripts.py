"""The scripts on the server themselves: which there are, and an editor with the server's own check."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.confirming import confirmed, is_confirmed
from accounts.networks import client_network
from imapbridge import scripts
from imapbridge.errors import NameTaken, ScriptRefused, TooLarge, Unsafe
from imapbridge.wire.managesieve.commands import script_name
from webmail.views import settings_pages
from webmail.views.filter_pages import Asked, asking, shown

Text = str | Promise

LARGEST = 200_000
"""Characters of a script that is edited here."""
_LINE = re.compile(r"\bline (\d{1,6})\b")
"""As Pigeonhole and Cyrus say where a fault is: `whimbrel: line 3: error: ...`."""
_FAULTS: Mapping[type[Exception], Text] = {
    Unsafe: gettext_lazy("Enter another name."),
    NameTaken: gettext_lazy("Another script has this name."),
    TooLarge: gettext_lazy("It is too large for the mail server."),
}
"""A refused script is told in the server's own words."""


@require_safe
@asking
def show(asked: Asked) -> HttpResponse:
    shelf = asked.found.shelf
    lines = [(name, name == shelf.active, name == asked.found.own) for name in shelf.names]
    return asked.page("scripts.html", {"scripts": lines, "active": shelf.active})


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def edit(asked: Asked) -> HttpResponse:
    """`name`: which; empty: a new one. `check` only asks the server; else it is kept, and `run` has it run."""
    request, shelf = asked.request, asked.found.shelf
    name = request.GET.get("name", "")
    if name in shelf.names and name not in shelf.texts:
        raise TooLarge  # an empty editor would take its place
    text = shelf.texts.get(name, "")
    content = {"name": name, "text": shown(text), "is_whole": shown(text) == text, "is_own": name == asked.found.own}
    content |= {"is_active": name == shelf.active, "is_new": name not in shelf.names, "said": "", "fault": ""}
    if request.method != "POST":
        return asked.page("script.html", content)
    text = request.POST.get("text", "")
    new_name = name or request.POST.get("new-name", "").strip()
    content |= {"text": shown(text), "new_name": new_name}
    try:
        _check(text)
        if "check" in request.POST:
            warnings = scripts.change(asked.account, [("check", text)], shelf).warnings
            return asked.page("script.html", content | {"said": warnings or _("The mail server takes it as it is.")})
        if not is_confirmed(request):  # it may send all mail on
            return asked.page("script.html", content | {"unproven": True}, status=422)
        _keep(asked, new_name, text)
    except (Unsafe, NameTaken, TooLarge, ScriptRefused) as error:
        fault = str(_FAULTS.get(type(error), error))
        return asked.page("script.html", content | {"fault": fault, "marked": marked(text, fault)}, status=422)
    return settings_pages.done(reverse("filter-scripts"))


def _check(text: str) -> None:
    """Nothing of it is cut off. Raises TooLarge."""
    if len(text) > LARGEST:
        raise TooLarge


def _keep(asked: Asked, name: str, text: str) -> None:
    request, found = asked.request, asked.checked()
    if request.GET.get("name", "") != name and script_name(name) in found.shelf.names:
        raise NameTaken
    steps: list[scripts.Step] = [("put", script_name(name), text)]
    if "run" in request.POST:
        steps.append(("activate", name))
    scripts.change(asked.account, steps, found.shelf)
    if "redirect" in text:
        _tell(asked, name)


@require_POST
@login_required
@confirmed
@asking
def run(asked: Asked) -> HttpResponse:
    """`name`: the script that is to run; empty: none is."""
    name = asked.request.GET.get("name", "")
    scripts.change(asked.account, [("activate", name)], asked.checked().shelf)
    if "redirect" in asked.found.shelf.texts.get(name, ""):
        _tell(asked, name)
    return settings_pages.done(reverse("filter-scripts"))


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def remove(asked: Asked) -> HttpResponse:
    """Asks first. One that runs is stopped before."""
    name = asked.request.GET.get("name", "")
    if asked.request.method != "POST":
        action = f"{asked.request.get_full_path()}&of={asked.mark}"
        content = {"heading": name, "action": action, "back": reverse("filter-scripts")}
        return settings_pages.page(
            asked.request, "settings/remove.html", content | {"kind": "script"}, holder=asked.holder
        )
    steps: list[scripts.Step] = [("activate", "")] if asked.found.shelf.active == name else []
    scripts.change(asked.account, [*steps, ("delete", name)], asked.checked().shelf)
    return settings_pages.done(reverse("filter-scripts"), "removed")


def marked(text: str, fault: str) -> list[tuple[int, str, bool]]:
    """The lines around those that the server names: (number, text, whether it is named)."""
    named = {int(found) for found in _LINE.findall(fault)}
    lines = list(enumerate(text.splitlines(), 1))
    near = {number + by for number in named for by in (-1, 0, 1)}
    return [(number, line[:300], number in named) for number, line in lines if number in near][:60]


def _tell(asked: Asked, name: str) -> None:
    """A script that sends mail on, whoever wrote it."""
    account = asked.holder.account
    audit.record(
        audit.Kind.FORWARDING_CHANGED, account.user, address=account.address, network=client_network(asked.request),
        script=name,
    )  # fmt: skip
