"""What templates may call: the product's name, icons, and pieces that never change. Formatting is done before, in
`webmail.screen`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache, lru_cache

from django import template
from django.conf import settings
from django.template.base import Node, Parser, TextNode, Token
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts import brands
from accounts.brands import Brand

register = template.Library()


class _BrandNode(Node):
    """What the brand of the domain whose page it is makes of it. Not a simple tag, which costs ten times as much."""

    def __init__(self, printed: Callable[[Brand | None], str]) -> None:
        self._printed = printed

    def render(self, context: template.Context) -> SafeString:
        request = context.get("request")
        return SafeString(self._printed(brands.of_request(request) if request is not None else None))


@register.tag
def product_name(_parser: Parser, _token: Token) -> Node:
    """The name of the domain, else the one that the operator gave the product."""
    return _BrandNode(lambda brand: escape(brand.name if brand and brand.name else settings.ENV.product_name))


@register.tag
def brand_sheet(_parser: Parser, _token: Token) -> Node:
    """The link to the domain's colours."""
    return _BrandNode(lambda brand: _sheet(brand) if brand and brand.accent else "")


@register.tag
def brand_logo(_parser: Parser, _token: Token) -> Node:
    """The domain's logo, else the product's own."""
    return _BrandNode(_logo)


def _sheet(brand: Brand) -> str:
    address = reverse("brand-sheet", args=(brand.id, brand.digest))
    return format_html('<link rel="stylesheet" href="{}">\n', address)


def _logo(brand: Brand | None) -> str:
    if not brand or not brand.has_logo:
        drawing = '<svg class="logo" aria-hidden="true"><use href="{}#brand"/></svg>'
        return format_html(drawing, static("icons.svg"))
    address = reverse("brand-logo", args=(brand.id, brand.digest))
    return format_html('<img class="logo brand" src="{}" alt="{}">', address, brand.name)


@register.tag
def icon(parser: Parser, token: Token) -> Node:
    """`{% icon "star" "i-sm" %}`: a drawing of the sprite, unseen by screen readers. Classes: `i-sm`, `i-lg`, `i-flip`.

    A name in quotes becomes text when the template is read, so that it costs nothing when it is printed. `compose:bold`
    is in the sprite that only those who write load.
    """
    name, *classes = token.split_contents()[1:]
    css = " ".join(["i", *(word.strip("\"'") for word in classes)])
    if name[0] in "\"'":
        return TextNode(_drawing(name.strip("\"'"), css))
    return _IconNode(parser.compile_filter(name), css)


class _IconNode(Node):
    """An icon whose name the page knows."""

    def __init__(self, name: template.base.FilterExpression, css: str) -> None:
        self._name = name
        self._css = css

    def render(self, context: template.Context) -> SafeString:
        return _drawing(str(self._name.resolve(context)), self._css)


@cache
def _drawing(name: str, css: str) -> SafeString:
    drawing = '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    sprite, _colon, name = name.rpartition(":")
    return format_html(drawing, css, static(f"{sprite or 'icons'}.svg"), name)


@register.simple_tag
def fixed(name: str) -> SafeString:
    """The template `name`, which depends on nothing but the language: rendered once and kept."""
    return _kept(name, None, get_language())


@register.simple_tag
def kept(name: str, value: Hashable) -> SafeString:
    """The template `name`, which sees `value` only, as `value`: rendered once for each value and language, and kept.

    For the parts of a page that are the same from one request to the next. Values are frozen dataclasses.
    """
    return _kept(name, value, get_language())


@lru_cache(maxsize=4096)
def _kept(name: str, value: Hashable, _language: str | None) -> SafeString:
    return SafeString(get_template(name).render({"value": value}))
