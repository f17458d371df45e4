"""What a person reads when something went wrong: what it was, and what to do. Never the server's or Python's words."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from accounts.models import MailAccount
from imapbridge import errors
from imapbridge.errors import MailError
from webmail import languages, partials

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """Status, and the words; `%(server)s` stands for the mail server's name, `%(address)s` for the mailbox's."""

    status: int
    heading: Text
    sentence: Text


NOT_FOUND = Fault(404, _("This page is not here"), _("The address may be mistyped, or what it named has been deleted."))
FORBIDDEN = Fault(403, _("This is not allowed"), _("You are not allowed to see this page."))
STALE = Fault(
    403,
    _("This page was too old"),
    _("Nothing was changed. Open the page again and repeat it; if that does not help, allow cookies for this site."),
)
BAD_REQUEST = Fault(400, _("This request makes no sense"), _("Your browser asked in a way that nobody understands."))
BUSY = Fault(
    503,
    _("Too much at once"),
    _("Many files are being opened at the moment. Your mail is safe; try again in a minute."),
)
AWAY = Fault(
    503,
    _("That did not work"),
    _("A part of this webmail is not running at the moment. Your mail is safe; try again in a minute."),
)
STORES_AWAY = (OperationalError, InterfaceError, RedisError)
"""What is raised while the database or Redis is away, such as when it is started anew."""

BESIDE = Fault(
    409,
    _("This mailbox needs you"),
    _("%(server)s does not let this webmail read %(address)s any more. Your other mailboxes go on as they are."),
)
"""Of an account that its person does not sign in with."""

MAIL_FAULTS: Mapping[type[MailError], Fault] = MappingProxyType(
    {
        MailError: Fault(502, _("That did not work"), _("The mail server could not do this. Your mail is safe.")),
        errors.TryAgain: Fault(
            503, _("The mail server is not answering"), _("Your mail is safe. Try again in a minute.")
        ),
        errors.ServerUnreachable: Fault(
            503,
            _("The mail server is not answering"),
            _("%(server)s cannot be reached. Your mail is safe; try again in a minute."),
        ),
        errors.ServerTimedOut: Fault(
            503,
            _("The mail server is not answering"),
            _("%(server)s did not reply in time. Your mail is safe; try again in a minute."),
        ),
        errors.ServerBusy: Fault(
            503,
            _("The mail server is busy"),
            _("%(server)s takes no more connections at the moment. Try again in a minute."),
        ),
        errors.BridgeDown: Fault(
            503,
            _("The link to the mail server is down"),
            _("A part of this webmail is not running at the moment. Your mail is safe; try again in a minute."),
        ),
        errors.ProviderAway: Fault(
            503,
            _("The sign-in provider is not answering"),
            _(
                "%(server)s does not renew this webmail's access to your mail at the moment. Your mail is safe; try "
                "again in a minute."
            ),
        ),
        errors.AskPerson: Fault(409, _("This needs you"), _("%(server)s refused. Sign in again and repeat it.")),
        errors.SignInRefused: Fault(
            409,
            _("Sign in again"),
            _("%(server)s does not let this webmail in any more. Sign in again, with the password that is valid now."),
        ),
        errors.CertificateRefused: Fault(
            409,
            _("The connection is not safe"),
            _(
                "The certificate of %(server)s has expired or is not trusted, so nothing was sent to it. Tell the "
                "people who run it."
            ),
        ),
        errors.OverQuota: Fault(409, _("Your mailbox is full"), _("Delete what you do not need, then try again.")),
        errors.NotPermitted: Fault(403, _("The mail server does not allow this"), _("%(server)s refused it.")),
        errors.MailboxGone: Fault(404, _("This folder is gone"), _("It was deleted or renamed elsewhere.")),
        errors.MessageGone: Fault(404, _("This message is gone"), _("It was moved or deleted elsewhere.")),
        errors.TooLarge: Fault(413, _("This is too large"), _("It is larger than can be handled here.")),
        errors.NoFilters: Fault(
            404,
            _("There are no filters here"),
            _("The mail server keeps no filters, or nobody has told this webmail where it keeps them."),
        ),
        errors.ScriptRefused: Fault(
            422,
            _("The mail server did not take the filters"),
            _("%(server)s refused them. What was there still holds."),
        ),
        errors.ScriptsChanged: Fault(
            409,
            _("Another program has changed the filters"),
            _("They are not as they were when you opened the page. Nothing was changed; open it again."),
        ),
        errors.ServerMisbehaved: Fault(
            502,
            _("The mail server gave a strange answer"),
            _("%(server)s said what no mail server should. If it goes on, tell the people who run this webmail."),
        ),
    }
)


def mail_error(request: HttpRequest, error: MailError) -> HttpResponse:
    """A MailError as a page, or as a part of one for a script that asked for a part."""
    if beside := _beside(request, error):
        return beside
    fault = _mail_fault(type(error))
    if isinstance(error, errors.SignInRefused):
        way_out = (gettext("Sign in again"), f"{resolve_url('sign-in')}?{urlencode({'next': _here(request)})}")
    elif isinstance(error, errors.TryAgain):
        way_out = (gettext("Try again"), _here(request))
    else:
        way_out = _home()
    return _answer(request, fault, way_out, server=error.server)


def _beside(request: HttpRequest, error: MailError) -> HttpResponse | None:
    """The mail server refuses an account of several: signing in again would not help that one. None for any other."""
    if not isinstance(error, errors.SignInRefused) or not error.account or not request.user.is_authenticated:
        return None
    account = MailAccount.objects.select_related("user").filter(pk=error.account, user=request.user).first()
    if account is None or account.is_primary:
        return None
    way_out = (gettext("Open this mailbox again"), resolve_url("account-password", account.pk))
    return _answer(request, BESIDE, way_out, error.server, account.address)


def words(code: str, server: str = "") -> tuple[str, str]:
    """The heading and the sentence for the code of a MailError."""
    fault = _mail_fault(errors.BY_CODE.get(code, MailError))
    return str(fault.heading), str(fault.sentence) % {"server": server or gettext("The mail server")}


def status(error: MailError) -> int:
    """Of the page that tells of it."""
    return _mail_fault(type(error)).status


def _mail_fault(kind: type[MailError]) -> Fault:
    return next(MAIL_FAULTS[base] for base in kind.__mro__ if base in MAIL_FAULTS)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, BAD_REQUEST, _home())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    languages.speak_to_person(request)
    return _answer(request, FORBIDDEN, _home())


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF check failed: mostly a page from before signing in, or no cookies."""
    languages.speak_to_person(request)
    return _answer(request, STALE, (gettext("Open it again"), _here(request)))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    languages.speak_to_person(request)
    return _answer(request, NOT_FOUND, _home())


def busy(request: HttpRequest) -> HttpResponse:
    """There was no turn for this in time; nothing is wrong with it."""
    return _answer(request, BUSY, (gettext("Try again"), _here(request)))


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault. The page needs no database, no session and no cache, for one of them may be the reason: then it is
    no fault, and this is where those faults come that no view has raised."""
    if isinstance(sys.exception(), STORES_AWAY):
        return store_away(request)
    return HttpResponseServerError(render_to_string("errors/500.html"))


def store_away(request: HttpRequest) -> HttpResponse:
    """The database or Redis does not answer. The page asks neither, as little as `server_error`."""
    said = _context(AWAY, (gettext("Try again"), _here(request)))
    return HttpResponse(render_to_string(_template(request), said), status=AWAY.status)


def _home() -> tuple[str, str]:
    return gettext("Go to your mail"), resolve_url("home")


def _here(request: HttpRequest) -> str:
    """Where to come back to; the address of a POST is nowhere to go."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else resolve_url("home")


def _answer(
    request: HttpRequest, fault: Fault, way_out: tuple[str, str], server: str = "", address: str = ""
) -> HttpResponse:
    return render(request, _template(request), _context(fault, way_out, server, address), status=fault.status)


def _template(request: HttpRequest) -> str:
    return "errors/_blank.html" if partials.wanted(request) else "errors/page.html"


def _context(fault: Fault, way_out: tuple[str, str], server: str = "", whose: str = "") -> dict[str, Text]:
    label, address = way_out
    sentence = str(fault.sentence) % {"server": server or gettext("The mail server"), "address": whose}
    return {"heading": fault.heading, "sentence": sentence, "label": label, "address": address}
