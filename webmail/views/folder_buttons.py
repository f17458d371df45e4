"""What one press does to a folder or to work on it: no question is asked, for all of it can be taken back."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import MailAccount
from imapbridge import queries, tasks
from imapbridge.actions import folders, liking, whole
from imapbridge.models import Job, PendingChange
from webmail import access
from webmail.screen import folders as words
from webmail.screen.jobs import stopped, work
from webmail.views import back, deeds
from webmail.views.folders import begin, open_folder


@require_POST
@login_required
def read(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Mark everything in it as read."""
    asked = open_folder(request, mailbox_id)
    job = begin(asked, Job.Kind.READ)
    if back.is_for_script(request):
        said = _("{folder} is marked as read.").format(folder=asked.label)
        return JsonResponse({"said": said, "undo": f"/jobs/{job.pk}/undo"})
    return back.after_post(request, "/folders")


@require_POST
@login_required
def like(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """`favourite=0|1`, `shown=0|1`, `hue=` a number or nothing."""
    asked = open_folder(request, mailbox_id)
    wanted = request.POST
    if wanted.get("favourite") in {"0", "1"}:
        liking.like(asked.account, mailbox_id, favourite=wanted["favourite"] == "1")
    if wanted.get("hue", "") in map(str, liking.HUES):
        liking.like(asked.account, mailbox_id, hue=int(wanted["hue"]))
    elif "hue" in wanted:
        liking.like(asked.account, mailbox_id, hue=None)
    if wanted.get("shown") in {"0", "1"}:
        liking.like(asked.account, mailbox_id, hidden=wanted["shown"] == "0")
        folders.subscribe(asked.account, mailbox_id, wanted["shown"] == "1")
    return back.after_post(request, "/folders")


@require_POST
@login_required
def use(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """`use`: what the folder is for from now on; nothing: it is a folder like any other."""
    asked = open_folder(request, mailbox_id)
    wanted, now = request.POST.get("use", ""), asked.box.special_use
    if wanted not in {"", *words.USES} or now not in {"", *words.USES}:
        return HttpResponseBadRequest()
    if wanted:
        liking.choose_use(asked.account, wanted, asked.box.path)
    elif now:
        liking.choose_use(asked.account, now, "")
    return back.after_post(request, f"/folders/{mailbox_id}/")


@require_safe
@login_required
def jobs(request: HttpRequest, account_id: int) -> HttpResponse:
    """How far the work of an account is, for the pages that tell of it. `kind`: of one kind only."""
    account = access.own(MailAccount.objects.all(), request.user, account_id)
    kind = request.GET.get("kind", "")
    found = [work(job) for job in queries.jobs(account.pk) if kind in ("", job.kind)]
    return render(request, "folders/_jobs.html", {"jobs": found})


@require_POST
@login_required
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """What is done stays done, and may be undone: how much that is, is said."""
    job = access.own(Job.objects.all(), request.user, job_id, owner="account__user")
    whole.cancel(job.account_id, job.pk)
    job.refresh_from_db()
    deed = deeds.deed_of(job.kind)
    is_undoable = deed != "" and PendingChange.undoable(job).exists()
    if back.is_for_script(request):
        said = stopped(queries.job(job.account_id, job.pk))
        return JsonResponse({"said": said, "undo": f"/jobs/{job.pk}/undo" if is_undoable else []})
    answer = back.after_post(request, "/folders")
    if is_undoable:
        back.remember(answer, deed, job.done, job.target_id or 0, [f"j{job.pk}"], by_message=job.by_message)
    return answer


@require_POST
@login_required
def undo(request: HttpRequest, job_id: int) -> HttpResponse:
    """404 when it cannot be undone any more."""
    asked = access.own(Job.objects.all(), request.user, job_id, owner="account__user")
    job = whole.undo(asked.account_id, asked.pk)
    if job is None:
        raise Http404
    tasks.go_on(job)
    answer = back.after_post(request, "/folders")
    back.forget(answer)
    return answer
