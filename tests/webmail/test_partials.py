"""Page or partial, and rows printed fast."""

import pytest
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from webmail import partials
from webmail.screen.account import quota
from webmail.screen.sidebar import Item


@pytest.mark.parametrize(("headers", "wanted"), [({}, ""), ({"Region": ""}, ""), ({"Region": "reader"}, "reader")])
def test_wanted(headers: dict[str, str], wanted: str) -> None:
    assert partials.wanted(RequestFactory().get("/", headers=headers)) == wanted


def item(text: str) -> Item:
    return Item("m1", "/x", text, text, "inbox", "", "", "3", "", "nav-item", 0, "false", "", "More")


@given(st.text())
def test_printing_is_what_django_prints(text: str) -> None:
    """The fast way and the template itself give the same, whatever the text."""
    slow = get_template("mailbox/_item.html").render({"item": item(text)})
    assert partials.printed([item(text)]) == slow


@pytest.mark.parametrize("text", ["{0}", "{}", "}{", "\x1f", "\ue0000\ue001", "<b>&\"'", "%s", "\\g<0>"])
def test_text_that_could_be_taken_for_a_place(text: str) -> None:
    slow = get_template("mailbox/_item.html").render({"item": item(text)})
    assert partials.printed([item(text)]) == slow


def test_nothing_to_print() -> None:
    assert partials.printed([]) == ""


@pytest.mark.parametrize(
    ("source", "markup"),
    [
        ('{% icon "star" %}', '<svg class="i" aria-hidden="true"><use href="/static/icons.svg#star"/></svg>'),
        ('{% icon "x" "i-sm" %}', '<svg class="i i-sm" aria-hidden="true"><use href="/static/icons.svg#x"/></svg>'),
        ("{% icon name %}", '<svg class="i" aria-hidden="true"><use href="/static/icons.svg#&quot;&gt;"/></svg>'),
    ],
)  # fmt: skip
def test_icons(source: str, markup: str) -> None:
    assert Template("{% load mail %}" + source).render(Context({"name": '">'})) == markup


def test_a_kept_piece_follows_its_value() -> None:
    template = Template('{% load mail %}{% kept "_quota.html" quota %}')
    first = template.render(Context({"quota": quota(1_000, 10_000)}))
    assert "1.0 of 10 KB" in first
    assert template.render(Context({"quota": quota(2_000, 10_000)})) != first
    assert template.render(Context({"quota": quota(1_000, 10_000)})) == first
