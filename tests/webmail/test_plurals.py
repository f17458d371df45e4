"""Sentences with a number that only a script knows."""

import json
from html import unescape

from django.template import Context, Template
from django.utils import translation


def test_each_form_once_by_a_number_that_has_it() -> None:
    with translation.override("en"):
        printed = Template('{% load plurals %}<i data-forms="{% forms "new" %}">').render(Context())
    assert json.loads(unescape(printed.partition('"')[2].rpartition('"')[0])) == {
        "1": "{n} new message",
        "2": "{n} new messages",
    }
