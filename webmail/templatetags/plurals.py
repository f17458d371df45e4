"""Sentences with a number that only a script knows: one for each kind of number that the language tells apart.

A catalogue says by a formula which form a number has, a browser by CLDR's categories; numbers that stand for their kind
bring the two together: `{"1": "1 selected", "2": "{n} selected"}`. See `static/js/plural.js`.
"""

from __future__ import annotations

import json

from django import template
from django.utils.translation import ngettext_lazy

register = template.Library()

_SENTENCES = {
    "selected": ngettext_lazy("{n} selected", "{n} selected", "n"),
    "gone": ngettext_lazy(
        "{n} conversation will be gone from the mail server.",
        "{n} conversations will be gone from the mail server.",
        "n",
    ),
    "new": ngettext_lazy("{n} new message", "{n} new messages", "n"),
    "arrived": ngettext_lazy("{n} new message in {mailbox}", "{n} new messages in {mailbox}", "n"),
    "failed": ngettext_lazy(
        "Could not change {n} conversation, it is back where it was.",
        "Could not change {n} conversations, they are back where they were.",
        "n",
    ),
}
_KINDS = (1, 2, 3, 5, 8, 11, 0, 100, 1_000_000)
"""Together they have every category of every language."""


@register.simple_tag
def forms(name: str) -> str:
    """Of one of the sentences, for an attribute `data-forms`: by the first number of each form.

    Where there are more than two forms, all numbers: kinds with the same words stay apart.
    """
    told = {number: str(_SENTENCES[name] % {"n": number}) for number in _KINDS}
    if len(set(told.values())) <= 2:
        told = {number: text for text, number in reversed({text: at for at, text in reversed(told.items())}.items())}
    return json.dumps(told, ensure_ascii=False)
