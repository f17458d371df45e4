"""Rules <-> JSON, as they stand in a script of ours. Reading is total: what is not as we write it is None. Pure."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from imapbridge.sieve import rules
from imapbridge.sieve.rules import Action, Condition, Deed, Field, Filters, Forwarding, How, Rule, Vacation


def to_json(filters: Filters) -> str:
    """ASCII, in one line."""
    vacation, forwarding = filters.vacation, filters.forwarding
    return json.dumps(
        {
            "rules": [_rule_out(rule) for rule in filters.rules],
            "vacation": {
                "on": vacation.is_on, "subject": vacation.subject, "text": vacation.text, "days": vacation.days,
                "addresses": list(vacation.addresses), "first": _day_out(vacation.first),
                "last": _day_out(vacation.last), "zone": vacation.zone,
            },
            "forward": {"to": forwarding.address, "keep": forwarding.keeps},
            "include": filters.included,
            "told": [list(one) for one in filters.told],
        },
        separators=(",", ":"),
    )  # fmt: skip


def from_json(text: str) -> Filters | None:
    try:
        data = json.loads(text)
        vacation, forward = data["vacation"], data["forward"]
        filters = Filters(
            tuple(rule_in(one) for one in data["rules"]),
            Vacation(
                vacation["on"] is True, str(vacation["subject"]), str(vacation["text"]), int(vacation["days"]),
                tuple(map(str, vacation["addresses"])), _day_in(vacation["first"]), _day_in(vacation["last"]),
                str(vacation["zone"]),
            ),
            Forwarding(str(forward["to"]), forward["keep"] is True),
            str(data["include"]),
            tuple((str(kind), str(before), str(now)) for kind, before, now in data["told"]),
        )  # fmt: skip
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return None
    return None if _is_off(filters) else filters


def rule_out(rule: Rule) -> str:
    """One rule alone, for a form or a job."""
    return json.dumps(_rule_out(rule), separators=(",", ":"))


def rule_in(data: dict[str, Any]) -> Rule:
    """Raises ValueError, LookupError or TypeError for what is none."""
    conditions = tuple(
        Condition(Field(one["field"]), How(one["how"]), str(one["value"]), one["not"] is True, str(one["header"]))
        for one in data["if"]
    )
    actions = tuple(Action(Deed(one["do"]), str(one["value"])) for one in data["then"])
    return Rule(str(data["name"]), conditions, actions, data["any"] is True, data["on"] is True)


def _rule_out(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "on": rule.is_on,
        "any": rule.any_of,
        "if": [
            {"field": one.field, "how": one.how, "value": one.value, "not": one.negated, "header": one.header}
            for one in rule.conditions
        ],
        "then": [{"do": one.deed, "value": one.value} for one in rule.actions],
    }


def _is_off(filters: Filters) -> bool:
    """A rule that we would not have written."""
    faults = [rules.condition_fault(one) for rule in filters.rules for one in rule.conditions]
    faults += [rules.action_fault(one) for rule in filters.rules for one in rule.actions]
    return any(faults)


def _day_out(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day_in(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
