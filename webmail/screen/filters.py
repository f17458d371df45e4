"""Rules in words, and the words that a rule can be put together from. Knows no request and asks no server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from imapbridge.sieve.rules import Action, Condition, Deed, Field, How, Rule
from imapbridge.terms import labels
from webmail.screen import people

Text = str | Promise

FIELDS: Mapping[Field, Text] = {
    Field.FROM: gettext_lazy("From"),
    Field.TO: gettext_lazy("To or Cc"),
    Field.SUBJECT: gettext_lazy("Subject"),
    Field.LIST: gettext_lazy("Mailing list"),
    Field.HEADER: gettext_lazy("Another header"),
    Field.SIZE: gettext_lazy("Size in kilobytes"),
    Field.ATTACHMENT: gettext_lazy("Attachment"),
    Field.BODY: gettext_lazy("Text of the message"),
}
HOWS: Mapping[str, Text] = {
    "contains": gettext_lazy("contains"),
    "not-contains": gettext_lazy("does not contain"),
    "is": gettext_lazy("is"),
    "not-is": gettext_lazy("is not"),
    "matches": gettext_lazy("matches (with * and ?)"),
    "not-matches": gettext_lazy("does not match (with * and ?)"),
    "regex": gettext_lazy("matches the regular expression"),
    "not-regex": gettext_lazy("does not match the regular expression"),
    "over": gettext_lazy("is larger than"),
    "under": gettext_lazy("is smaller than"),
    "exists": gettext_lazy("is there"),
    "not-exists": gettext_lazy("is not there"),
}
"""By how, with `not-` before it where it is negated."""
DEEDS: Mapping[Deed, Text] = {
    Deed.FILE: gettext_lazy("Move to a folder"),
    Deed.LABEL: gettext_lazy("Add a label"),
    Deed.READ: gettext_lazy("Mark as read"),
    Deed.STAR: gettext_lazy("Star"),
    Deed.FORWARD: gettext_lazy("Send a copy on to"),
    Deed.TRASH: gettext_lazy("Move to Trash"),
    Deed.KEEP: gettext_lazy("Keep in the inbox"),
    Deed.STOP: gettext_lazy("Stop: no further rules"),
}
FAULTS: Mapping[str, Text] = {
    "how": gettext_lazy("This cannot be asked of it. Choose another comparison."),
    "header": gettext_lazy("Enter the name of a header, such as X-Mailer."),
    "value": gettext_lazy("Enter what is looked for, with at most 500 characters."),
    "number": gettext_lazy("Enter a size as a whole number of kilobytes."),
    "folder": gettext_lazy("Choose a folder."),
    "label": gettext_lazy("Choose a label."),
    "address": gettext_lazy("Enter one mail address, such as name@example.com."),
    "nothing": gettext_lazy("Choose what is done with the messages."),
    "name": gettext_lazy("Enter a name for the rule."),
    "many": gettext_lazy("There are 200 rules already. Remove one first."),
    "conditions": gettext_lazy("Say which messages the rule is for."),
}


TROUBLES: Mapping[str, tuple[Text, Text]] = {
    "over-quota": (
        gettext_lazy("The mail server has no room for another script"),
        gettext_lazy("Delete scripts that you do not need, then try again."),
    ),
    "too-large": (
        gettext_lazy("The filters are too large for the mail server"),
        gettext_lazy("Remove rules that you do not need, or make them shorter."),
    ),
    "sign-in-refused": (
        gettext_lazy("The server of the filters did not let you in"),
        gettext_lazy("It may not know your password yet, or not any more. Sign out, sign in again, and repeat it."),
    ),
}
"""By the code of a MailError: what it means here, where that is something else than in the mailbox."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in the list. `warning`: why it does not do what it says; empty when it does."""

    number: int
    name: str
    conditions: str
    actions: str
    is_on: bool
    is_first: bool
    is_last: bool
    warning: str
    is_applicable: bool
    """Whether it can be applied to mail that is here already."""

    @property
    def above(self) -> int:
        return self.number - 1

    @property
    def below(self) -> int:
        return self.number + 1


def rule_line(
    number: int, count: int, rule: Rule, folders: Mapping[str, str], missing: set[str], *, is_applicable: bool
) -> RuleLine:
    """`folders`: what those that are there are called, by their whole name. `missing`: extensions the server lacks."""
    gone = [
        _("The folder {folder} is not there any more. It is made anew when a message comes.").format(folder=one.value)
        for one in rule.actions
        if one.deed in (Deed.FILE, Deed.TRASH) and one.value not in folders
    ]
    lacking = [_("The mail server does not offer what this needs, so it is left out.")] if missing else []
    actions = _(", ").join(action_words(one, folders) for one in rule.actions)
    name = people.clean(rule.name) or _("Rule {number}").format(number=number + 1)
    return RuleLine(
        number,
        name,
        _all_words(rule),
        actions,
        rule.is_on,
        number == 0,
        number == count - 1,
        " ".join(lacking + gone),
        is_applicable,
    )


def _all_words(rule: Rule) -> str:
    if not rule.conditions:
        return _("Every message")
    between = _(" or ") if rule.any_of else _(" and ")
    return between.join(condition_words(one) for one in rule.conditions)


def condition_words(condition: Condition) -> str:
    field = condition.header if condition.field == Field.HEADER else str(FIELDS[condition.field])
    how = str(HOWS[how_key(condition)])
    if condition.how == How.EXISTS:
        return _("{field} {how}").format(field=field, how=how)
    return _("{field} {how} “{value}”").format(field=field, how=how, value=people.clean(condition.value))


def action_words(action: Action, folders: Mapping[str, str]) -> str:
    told = {
        Deed.FILE: _("move to {what}"), Deed.LABEL: _("label {what}"), Deed.READ: _("mark as read"),
        Deed.STAR: _("star"), Deed.FORWARD: _("send a copy on to {what}"), Deed.TRASH: _("move to Trash"),
        Deed.KEEP: _("keep in the inbox"), Deed.STOP: _("no further rules"),
    }  # fmt: skip
    what = labels.name_of(action.value) if action.deed == Deed.LABEL else folders.get(action.value, action.value)
    return told[action.deed].format(what=people.clean(what))


def how_key(condition: Condition) -> str:
    return f"not-{condition.how}" if condition.negated else str(condition.how)


def told(kind: str, before: str, now: str) -> str:
    """What was changed in the rules without their person."""
    pattern = _("The folder {before} was renamed to {now}: the rules that file into it were changed along.")
    return pattern.format(before=people.clean(before), now=people.clean(now)) if kind == "renamed" else ""


def tried(found: int, of: int, untold: int) -> list[str]:
    """The outcome of trying a rule."""
    lines = [
        ngettext(
            "It holds for {n} of the last {of} messages in the inbox.",
            "It holds for {n} of the last {of} messages in the inbox.",
            found,
        ).format(n=found, of=of)
    ]
    if untold:
        lines.append(
            ngettext(
                "For {n} message it cannot be told here, only by the mail server when it comes.",
                "For {n} messages it cannot be told here, only by the mail server when they come.",
                untold,
            ).format(n=untold)
        )
    return lines
