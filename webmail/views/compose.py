"""Writing a message: a page with one form, which a script shows over the mailbox instead.

Whatever is posted is saved first; then what the pressed button says is done. A GET changes nothing. `sending` has what
is asked before a message goes; files that a script brings piece by piece are `uploads`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.identities import identities_of, key_of
from imapbridge import queries
from webmail import access, csp
from webmail.compose import drafts, mirror, outbox, senders, signing, uploads, versions
from webmail.compose.drafts import ChangedElsewhere, TooComplex, Typed
from webmail.compose.quote import shown_in_frame
from webmail.models import Draft, Template
from webmail.reading.document import document
from webmail.screen import composer as screen
from webmail.screen.account import look
from webmail.screen.composer import Problem
from webmail.views import back, beginnings, sending, shell, templates, whose


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """GET: an empty form, or what a link says. POST: the draft is made, and what the form says is done.

    `reply`, `all`, `forward`, `attach` and `again` name a message that it begins from, `draft` one of the Drafts
    mailbox; what was typed already is `text`.
    """
    account = whose.holder(request).account
    identities = identities_of(account)
    if request.method != "POST":
        return _page(request, beginnings.linked(request.GET, account, identities))
    if _wants_sent(request) and (row := beginnings.sent_already(request, account)):
        return _told(request, sending.sent_already(row, shell.clock(request)))
    draft, left_out, values = beginnings.begun(request, account, identities)
    if any(values.get(name) for name in ("do", "later", "fill")):
        return _answer(request, draft, values)
    problems = [Problem(_("“{name}” is too large to go along.").format(name=name), "files") for name in left_out]
    if draft.answers.get("blind"):
        problems.append(Problem(_("You got this as a blind copy. An answer to all tells them that you have it."), "to"))
    if back.is_for_script(request):
        return _page(request, draft, problems, status=201)
    return redirect("compose", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def one(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The draft's form, and what its buttons do."""
    if _wants_sent(request) and (row := outbox.of_draft(shell.person(request).pk, draft_id, _tab(request.POST))):
        return _told(request, sending.sent_already(row, shell.clock(request)))
    draft = access.draft_for(request.user, draft_id)
    return _answer(request, draft, request.POST) if request.method == "POST" else _page(request, draft)


@require_safe
@login_required
def quote(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The document of the frame that shows what is quoted, sealed as a message is."""
    draft = access.draft_for(request.user, draft_id)
    links = {one.content_id: f"/compose/{draft.pk}/files/{one.key}" for one in draft.files.all() if one.content_id}
    safe = shown_in_frame(draft.quote, links)
    scheme = look(shell.person(request)).theme
    response = HttpResponse(document(safe.html, paper=safe.own_colours and not safe.dark_ready, scheme=scheme))
    response.headers[csp.HEADER] = csp.message_body(request, "/compose/")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@login_required
def undo(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Have back what is on its way, as it was: 404 when it has gone."""
    draft = access.draft_for(request.user, draft_id, is_sent=True)
    draft = sending.undo(draft)
    return _page(request, draft) if back.is_for_script(request) else redirect("compose", draft.pk)


# --- What the form says -----------------------------------------------------------------------------------------------


def _answer(request: HttpRequest, draft: Draft, values: QueryDict) -> HttpResponse:
    pressed = next((name for name in ("later", "drop", "fill", "version", "sure") if values.get(name)), "save")
    deed = values.get("do", pressed)
    if deed in ("discard", "restore"):
        (drafts.discard if deed == "discard" else drafts.restore)(draft)
        sending.mirror_soon(draft)
        return _left(request, {"said": _("Draft discarded")} if deed == "discard" else {})
    try:
        if deed == "keep":
            drafts.keep(draft, _typed(values, draft))
            return _page(request, draft)
        draft = drafts.save(
            draft, _typed(values, draft), _number(values.get("revision"), draft.revision), _tab(values),
            anyway="anyway" in values, leaving=deed == "close",
        )  # fmt: skip
    except ChangedElsewhere as fault:
        return _changed_elsewhere(request, fault.draft)
    except TooComplex:
        return HttpResponse(status=413)
    except Draft.DoesNotExist as fault:
        raise Http404 from fault
    return _done(request, draft, deed)


def _done(request: HttpRequest, draft: Draft, deed: str) -> HttpResponse:
    if deed in ("send", "later", "sure"):
        return _sent(request, draft)
    if deed == "close":
        sending.mirror_soon(draft)
        return _left(request)
    problems = _attach(request, draft) if deed == "attach" else []
    if deed == "drop":
        for upload in draft.files.filter(key=request.POST.get("drop", "")):
            uploads.remove(upload)
    if remake := REMADE.get(deed):
        draft = remake(request, draft)
        if back.is_for_script(request):
            return _page(request, draft)
    if back.is_for_script(request):
        saved = screen.saved_at(draft.saved_at, shell.clock(request))
        return JsonResponse(
            {"draft": draft.pk, "revision": draft.revision, "saved": saved, "title": screen.title(draft)}
        )
    return _page(request, draft, problems=problems) if problems else redirect("compose", draft.pk)


def _filled(request: HttpRequest, draft: Draft) -> Draft:
    """With a template before what is typed, and its subject where there is none yet."""
    template = access.own(Template.objects.all(), request.user, _number(request.POST.get("fill"), 0))
    subject, text = templates.filled(request, template, draft.to)
    return drafts.begin_with(draft, text, subject)


def _restored(request: HttpRequest, draft: Draft) -> Draft:
    """With the words of an earlier version; those that stood there are kept."""
    version = draft.versions.filter(pk=_number(request.POST.get("version"), 0)).first()
    if version is None:
        raise Http404
    return versions.restore(draft, version)


REMADE: dict[str, Callable[[HttpRequest, Draft], Draft]] = {
    "unseal": lambda _request, draft: drafts.unseal(draft), "fill": _filled, "version": _restored,
}  # fmt: skip
"""What buttons make of a draft, which is then shown anew."""


def _typed(values: QueryDict, draft: Draft) -> Typed:
    """What the form says; what it does not name stays as it is. Without a script a form has no HTML: what was rich
    stays so as long as its text is the same."""
    text = _said(values, "text", draft).replace("\r\n", "\n")
    is_rich, html = draft.is_rich and text == draft.text, draft.html
    if values.get("rich"):
        is_rich, html = values["rich"] == "1", _said(values, "html", draft)
    identity, account = senders.chosen(draft, values.get("identity", str(draft.identity_id or "")))
    fields = {name: _said(values, name, draft) for name in ("to", "cc", "bcc", "subject")}
    priority = values.get("priority", draft.priority)
    return Typed(
        identity, **fields, text=text, html=html, is_rich=is_rich,
        priority=priority if priority in Draft.Priority.values else "",
        receipt="receipt" in values if "subject" in values else draft.receipt,
        dsn="dsn" in values if "subject" in values else draft.dsn, account_id=account,
    )  # fmt: skip


def _said(values: QueryDict, name: str, draft: Draft) -> str:
    """Without NUL, which no text of a database holds."""
    return values.get(name, str(getattr(draft, name))).replace("\0", "")


def _tab(values: QueryDict) -> str:
    return values.get("tab", "")[:40].replace("\0", "")


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise


def _attach(request: HttpRequest, draft: Draft) -> list[Problem]:
    problems = []
    for file in request.FILES.getlist("file"):
        try:
            uploads.store(draft, file.name or "", file.content_type or "", file.chunks(uploads.PIECE))
        except uploads.TooMuch:
            problems.append(Problem(_("“{name}” is too large to go along.").format(name=file.name), "files"))
    return problems


def _sent(request: HttpRequest, draft: Draft) -> HttpResponse:
    clock = shell.clock(request)
    problems = _attach(request, draft)
    try:
        at = sending.moment(request.POST, clock.tz)
    except ValueError:
        problems.append(Problem(_("Choose a moment that is still to come."), "later"))
        at = None
    sure = request.POST.getlist("sure")
    said = set(" ".join(sure).split())
    problems += sending.problems(draft, said, at, clock)
    told: dict[str, object] = {}
    try:
        told = {} if problems else sending.send(draft, shell.person(request), at, clock)
    except outbox.TooMany as fault:  # another message was quicker
        problems.append(Problem(sending.enough(fault.refusal, clock), "to"))
    if problems:
        if back.is_for_script(request):
            answer = {"problems": [one.to_json() for one in problems], "revision": draft.revision, "draft": draft.pk}
            return JsonResponse(answer, status=422)
        return _page(request, draft, problems=problems, sure=" ".join(sorted(said)), status=422)
    return _told(request, told)


def _wants_sent(request: HttpRequest) -> bool:
    return request.POST.get("do") == "send" or "later" in request.POST or "sure" in request.POST


def _told(request: HttpRequest, told: dict[str, object]) -> HttpResponse:
    if back.is_for_script(request):
        return JsonResponse(told | {"words": screen.words()})
    page = _around(request) | {"told": told, "undo": f"/compose/{told['draft']}/undo"}
    return render(request, "compose/sent.html", page)


def _changed_elsewhere(request: HttpRequest, draft: Draft) -> HttpResponse:
    saved = screen.saved_at(draft.saved_at, shell.clock(request))
    if back.is_for_script(request):
        return JsonResponse({"revision": draft.revision, "saved": saved}, status=409)
    ours = _typed(request.POST, draft)
    for name in ("to", "cc", "bcc", "subject", "text", "is_rich"):
        setattr(draft, name, getattr(ours, name))
    words = _("Another page has saved this draft since you opened it. Saving now puts your version in its place; the "
              "other one stays among the earlier versions, under “More options”.")  # fmt: skip
    return _page(request, draft, [Problem(words)], status=409)


def _left(request: HttpRequest, told: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse(told or {}) if back.is_for_script(request) else redirect("home")


# --- The page ---------------------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest, draft: Draft, problems: Sequence[Problem] = (),
    *, sure: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The whole page; for a script only the composer."""
    shown = senders.senders(draft.account)
    clock = shell.clock(request)
    now = datetime.now(UTC)
    made = screen.composer(
        draft, shown, clock, now.astimezone(clock.tz), problems=[*problems, *_by_others(draft)], sure=sure,
        versions=draft.versions.all() if draft.pk else (), is_busy=versions.is_busy(draft, now),
        files=draft.files.all() if draft.pk else (), limit=sending.limit(draft.account_id),
        signatures={key_of(one): signing.signature(one) for one in shown}, templates=templates.names(request),
    )  # fmt: skip
    if back.is_for_script(request):
        return render(request, "compose/_composer.html", {"composer": made}, status=status)
    return render(request, "compose/show.html", _around(request) | {"composer": made}, status=status)


def _by_others(draft: Draft) -> Iterator[Problem]:
    """What another mail program did to it, until somebody goes on with it here."""
    if draft.pk and versions.has_foreign(draft):
        yield Problem(screen.words()["foreign"])
    if draft.pk and mirror.is_removed(draft):
        words = _("Another mail program has removed this draft from the Drafts folder. It is still here, and is put "
                  "there again once you change it.")  # fmt: skip
        yield Problem(words)


def _around(request: HttpRequest) -> dict[str, Any]:
    holder = whose.holder(request)
    return shell.context(request, holder, queries.mailboxes(holder.account.pk))
