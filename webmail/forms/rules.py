"""One rule as a form: rows of conditions and of actions, as many as are asked for. Texts for people; asks no server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from imapbridge.mime.headers import clean
from imapbridge.sieve.abilities import Abilities
from imapbridge.sieve.rules import (
    MOST_ACTIONS,
    MOST_CONDITIONS,
    Action,
    Condition,
    Deed,
    Field,
    How,
    Rule,
    action_fault,
    condition_fault,
)

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One condition or action as it was typed. `fault`: a word of `screen.filters.FAULTS`."""

    kind: str
    how: str = ""
    value: str = ""
    header: str = ""
    folder: str = ""
    label: str = ""
    fault: str = ""


@dataclass(slots=True)
class RuleForm:
    """`of` reads what was sent, `showing` shows a rule; `rule` is what it says, and None while there is a fault."""

    name: str = ""
    is_on: bool = True
    any_of: bool = False
    is_for_all: bool = False
    """Every message, without a condition: nobody gets there by leaving something empty."""
    conditions: list[Row] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    rule: Rule | None = None

    @classmethod
    def showing(cls, rule: Rule, folders: Iterable[str]) -> RuleForm:
        known = set(folders)
        rows = [Row(one.field, _key(one), one.value, one.header) for one in rule.conditions]
        form = cls(rule.name, rule.is_on, rule.any_of, is_for_all=bool(rule.actions) and not rule.conditions)
        form.conditions = rows or [Row(Field.FROM, How.CONTAINS)]
        form.actions = [_action_row(one, known) for one in rule.actions] or [Row(Deed.FILE)]
        return form

    @classmethod
    def of(cls, sent: QueryDict, abilities: Abilities, folders: Sequence[str], trash: str) -> RuleForm:
        """`folders`: whole names that may be filed into; `trash`: that of Trash, or empty."""
        of = sent.get("of", "all")
        form = cls(clean(sent.get("name", ""))[:LONGEST_NAME].strip(), "on" in sent, of == "any", of == "every")
        conditions = [_condition(row, abilities) for row in _rows(sent, "if", MOST_CONDITIONS)]
        actions = [_action(row, abilities, folders, trash) for row in _rows(sent, "do", MOST_ACTIONS)]
        form.conditions = [row for row, _made in conditions]
        form.actions = [row for row, _made in actions]
        made = tuple(one for _row, one in conditions if one)
        deeds = tuple(one for _row, one in actions if one)
        faulty = any(row.fault for row in (*form.conditions, *form.actions))
        missing = {"name": not form.name, "conditions": not (made or form.is_for_all), "nothing": not deeds}
        form.faults = [] if faulty else [fault for fault, is_so in missing.items() if is_so]
        if not faulty and not form.faults:
            form.rule = Rule(form.name, () if form.is_for_all else made, deeds, form.any_of, form.is_on)
        return form

    def add(self, what: str) -> None:
        """One more row: `condition` or `action`."""
        if what == "condition" and len(self.conditions) < MOST_CONDITIONS:
            self.conditions.append(Row(Field.FROM, How.CONTAINS))
        elif what == "action" and len(self.actions) < MOST_ACTIONS:
            self.actions.append(Row(Deed.READ))


def _rows(sent: QueryDict, name: str, most: int) -> list[Row]:
    """Rows by number, those that are to go left out."""
    dropped = sent.get("drop", "")
    found = []
    for number in range(most):
        at = f"{name}-{number}"
        if at in sent and dropped != at:
            values = {key: clean(sent.get(f"{at}-{key}", "")).strip() for key in ("how", "value", "header", "label")}
            found.append(Row(sent.get(at, ""), folder=sent.get(f"{at}-folder", ""), **values))
    return found


def _condition(row: Row, abilities: Abilities) -> tuple[Row, Condition | None]:
    """An empty row says nothing."""
    if row.kind not in set(abilities.fields):
        return row, None
    of = Field(row.kind)
    how, negated = row.how.removeprefix("not-"), row.how.startswith("not-")
    if of == Field.ATTACHMENT:
        how = How.EXISTS
    if not row.value and not row.header and how != How.EXISTS:
        return row, None
    if how not in {str(one) for one in abilities.hows(of)}:
        return _faulty(row, "how"), None
    value = "" if how == How.EXISTS else row.value
    made = Condition(of, How(how), value, negated, row.header if of == Field.HEADER else "")
    fault = condition_fault(made)
    return (_faulty(row, fault), None) if fault else (row, made)


def _action(row: Row, abilities: Abilities, folders: Sequence[str], trash: str) -> tuple[Row, Action | None]:
    if row.kind not in set(abilities.deeds):
        return row, None
    deed = Deed(row.kind)
    values: Mapping[Deed, str] = {
        Deed.FILE: row.folder if row.folder in folders else "",
        Deed.TRASH: trash,
        Deed.LABEL: row.label,
        Deed.FORWARD: row.value,
    }
    made = Action(deed, values.get(deed, ""))
    fault = action_fault(made)
    return (_faulty(row, fault), None) if fault else (row, made)


def _faulty(row: Row, fault: str) -> Row:
    return Row(row.kind, row.how, row.value, row.header, row.folder, row.label, fault)


def _key(condition: Condition) -> str:
    return f"not-{condition.how}" if condition.negated else str(condition.how)


def _action_row(action: Action, known: set[str]) -> Row:
    folder = action.value if action.deed == Deed.FILE and action.value in known else ""
    label = action.value if action.deed == Deed.LABEL else ""
    return Row(action.deed, value=action.value if action.deed == Deed.FORWARD else "", folder=folder, label=label)
