"""What templates may call: the product's name and icons. Formatting is done before, in `webmail.screen`."""

from __future__ import annotations

from functools import cache

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def product_name() -> str:
    """The name the operator gave the product."""
    name: str = settings.ENV.product_name
    return name


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """The drawing `name` of the sprite, unseen by screen readers. `classes`: `i-sm`, `i-lg`, `i-flip`."""
    drawing = '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    return format_html(drawing, f"i {classes}".strip(), static("icons.svg"), name)


@register.simple_tag
def fixed(name: str) -> SafeString:
    """The template `name`, which depends on nothing but the language: rendered once and kept."""
    return _fixed(name, get_language())


@cache
def _fixed(name: str, _language: str | None) -> SafeString:
    return SafeString(get_template(name).render({}))
