"""Filters in the settings: the list of rules, in their order, and what one press changes in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imapbridge import queries
from imapbridge.queries.judged import is_applicable
from imapbridge.sieve.rules import Filters, Rule
from webmail.screen import filters as words
from webmail.screen.jobs import work
from webmail.views import settings_pages
from webmail.views.filter_pages import Asked, asking, folders

Rules = tuple[Rule, ...]


@require_safe
@asking
def show(asked: Asked) -> HttpResponse:
    found, names = asked.found, folders(asked.account)
    rules = found.filters.rules
    lines = [
        words.rule_line(
            number,
            len(rules),
            rule,
            names,
            found.abilities.missing(Filters((rule,))),
            is_applicable=is_applicable(rule),
        )
        for number, rule in enumerate(rules)
    ]
    content = {
        "lines": lines,
        "vacation": found.filters.vacation,
        "forwarding": found.filters.forwarding,
        "can_reply": found.abilities.vacation,
        "own": found.own,
        "is_active": found.is_active,
        "foreign": found.foreign,
        "host": found.host if found.own else "",
        "included": found.filters.included if found.is_active else "",
        "includes": found.abilities.includes,
        "edited": found.edited,
        "told": [line for one in found.filters.told if (line := words.told(*one))],
        "jobs": [work(job) for job in queries.jobs(asked.account) if job.kind == "filter"],
        "jobs_at": reverse("jobs", args=[asked.account]) + "?kind=filter",
    }
    return asked.page("show.html", content)


@require_POST
@asking
def place(asked: Asked, number: int) -> HttpResponse:
    """`to`: the place that the rule is to have, counted from 0."""
    to = asked.request.POST.get("to", "")

    def moved(rules: Rules) -> Rules:
        order = list(rules)
        rule = order.pop(number)
        order.insert(int(to) if to.isdecimal() and len(to) < 6 else number, rule)
        return tuple(order)

    return _changed(asked, number, moved)


@require_POST
@asking
def switch(asked: Asked, number: int) -> HttpResponse:
    def switched(rules: Rules) -> Rules:
        rule = rules[number]
        return (*rules[:number], replace(rule, is_on=not rule.is_on), *rules[number + 1 :])

    return _changed(asked, number, switched)


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def remove(asked: Asked, number: int) -> HttpResponse:
    """Asks first."""
    rule = rule_at(asked, number)
    if asked.request.method != "POST":
        action = f"{asked.request.path}?of={asked.mark}"
        content = {"heading": rule.name, "action": action, "back": reverse("filters"), "kind": "filter"}
        return settings_pages.page(asked.request, "settings/remove.html", content, holder=asked.holder)
    return _changed(asked, number, lambda rules: (*rules[:number], *rules[number + 1 :]), "removed")


@require_POST
@asking
def read(asked: Asked) -> HttpResponse:
    """The person knows now what was changed along."""
    asked.save(lambda filters: replace(filters, told=()))
    return settings_pages.done(reverse("filters"))


@require_POST
@asking
def use(asked: Asked) -> HttpResponse:
    """Have the server run our script."""
    asked.save(lambda filters: filters)
    return settings_pages.done(reverse("filters"))


def rule_at(asked: Asked, number: int) -> Rule:
    rules = asked.found.filters.rules
    if number >= len(rules):
        raise Http404
    return rules[number]


def _changed(asked: Asked, number: int, change: Callable[[Rules], Rules], word: str = "saved") -> HttpResponse:
    rule_at(asked, number)
    asked.save(lambda filters: replace(filters, rules=change(filters.rules)))
    return settings_pages.done(reverse("filters"), word)
