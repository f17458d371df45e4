"""One rule: made, changed, tried on the mail that is here, and applied to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from imapbridge import queries, tasks
from imapbridge.actions import whole
from imapbridge.models import Job, Message
from imapbridge.queries.judged import is_applicable
from imapbridge.sieve import kept
from imapbridge.sieve.rules import MOST_RULES, Action, Condition, Deed, Field, How, Rule
from imapbridge.terms import labels
from webmail import access
from webmail.filters import trying
from webmail.forms.rules import RuleForm
from webmail.screen import filters as words
from webmail.screen import people
from webmail.views import settings_pages
from webmail.views.filter_pages import Asked, asking, folders, trash
from webmail.views.filters import rule_at


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def new(asked: Asked) -> HttpResponse:
    """`message`: one like which the rule is to find."""
    first = _like(asked.request) if "message" in asked.request.GET else Rule("")
    return _edit(asked, None, first)


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def edit(asked: Asked, number: int) -> HttpResponse:
    return _edit(asked, number, rule_at(asked, number))


def _edit(asked: Asked, number: int | None, rule: Rule) -> HttpResponse:
    request = asked.request
    names = folders(asked.account)
    if request.method != "POST":
        return _page(asked, number, RuleForm.showing(rule, names), names)
    boxes = queries.mailboxes(asked.account)
    form = RuleForm.of(request.POST, asked.found.abilities, list(names), trash(boxes))
    if "more" in request.POST or "drop" in request.POST:
        form.add(request.POST.get("more", ""))
        return _page(asked, number, form, names)
    if number is None and len(asked.found.filters.rules) >= MOST_RULES:
        form.faults.append("many")
    if form.rule is None or form.faults:
        return _page(asked, number, form, names, status=422)
    if "try" in request.POST:
        return _page(asked, number, form, names, trial=_tried(asked, form.rule))
    made = form.rule
    asked.save(lambda filters: replace(filters, rules=_placed(filters.rules, number, made)))
    return settings_pages.done(reverse("filters"))


@require_POST
@asking
def apply(asked: Asked, number: int) -> HttpResponse:
    """To the inbox as it is, by a job: its progress stands above the rules, with the way to stop or undo it."""
    asked.checked()
    rule = rule_at(asked, number)
    inbox = next((box for box in queries.mailboxes(asked.account) if box.special_use == "inbox"), None)
    if inbox is None or not is_applicable(rule):
        raise Http404
    text = kept.rule_out(rule)
    tasks.go_on(whole.begin(asked.account, inbox.id, Job.Kind.FILTER, keyword=rule.name[:500], rule=text))
    return redirect("filters")


def _placed(rules: tuple[Rule, ...], number: int | None, rule: Rule) -> tuple[Rule, ...]:
    if number is None:
        return (*rules, rule)
    return (*rules[:number], rule, *rules[number + 1 :])


def _page(
    asked: Asked,
    number: int | None,
    form: RuleForm,
    names: Any,
    *,
    status: int = 200,
    trial: dict[str, Any] | None = None,
) -> HttpResponse:
    abilities = asked.found.abilities
    offered = {str(how) for of in abilities.fields for how in abilities.hows(of)}
    content = {
        "form": form,
        "faults": {name: str(text) for name, text in words.FAULTS.items()},
        "number": number,
        "fields": [(of, words.FIELDS[of]) for of in abilities.fields],
        "hows": [(key, text) for key, text in words.HOWS.items() if key.removeprefix("not-") in offered],
        "deeds": [(deed, words.DEEDS[deed]) for deed in abilities.deeds],
        "folders": list(names.items()),
        "labels": [(keyword, labels.name_of(keyword)) for keyword in asked.holder.account.labels],
        "trial": trial,
        "action": _action(asked, number),
    }
    return asked.page("rule.html", content, status=422 if form.faults else status)


def _action(asked: Asked, number: int | None) -> str:
    """By the rules that the form was opened with: a page that was tried first keeps them."""
    mark = asked.request.GET.get("of") or asked.mark
    address = reverse("filter-new") if number is None else reverse("filter", args=[number])
    like = {"message": asked.request.GET["message"]} if "message" in asked.request.GET else {}
    return f"{address}?{urlencode({'of': mark} | like)}"


def _tried(asked: Asked, rule: Rule) -> dict[str, Any]:
    trial = trying.on_latest(asked.account, rule)
    found = [
        (people.display_name(one.sender_name, one.sender_address), people.clean(one.subject), one.pk)
        for one in trial.found
    ]
    return {
        "lines": words.tried(trial.count, trial.of, trial.untold),
        "found": found,
        "applicable": trial.applicable,
    }


def _like(request: HttpRequest) -> Rule:
    """By what tells such messages from others: the list, else the sender and the subject."""
    key = request.GET["message"]
    message = access.message_for(request.user, int(key) if key.isdecimal() and len(key) < 19 else 0)
    return Rule(_name_of(message), tuple(_conditions(message)), (Action(Deed.FILE),))


def _conditions(message: Message) -> list[Condition]:
    if message.list_id:
        return [Condition(Field.LIST, How.IS, message.list_id.rpartition("<")[2].rstrip("> "))]
    found = [Condition(Field.FROM, How.IS, message.sender_address)] if message.sender_address else []
    return found or [Condition(Field.SUBJECT, How.CONTAINS, message.subject[:200])]


def _name_of(message: Message) -> str:
    if message.list_id:
        return people.clean(message.list_id.partition("<")[0].strip(' "') or message.list_id.strip("<>"))[:80]
    return people.display_name(message.sender_name, message.sender_address)[:80]
