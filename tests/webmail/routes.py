"""Every address of the product, from the routes themselves, so that a new one cannot be forgotten."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES = {"int": "999999", "str": "x", "path": "x/y", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000"}


def addresses() -> list[str]:
    """One for each route, the admin's left out; what a route takes is made up, and names nothing that exists."""
    return sorted(set(_walk(get_resolver(), "/")))


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        address = before + _example(each)
        if isinstance(each, URLPattern):
            yield address
        elif each.app_name != "admin":
            yield from _walk(each, address)


def _example(route: URLPattern | URLResolver) -> str:
    text = str(route.pattern)
    for name, converter in route.pattern.converters.items():
        kind = next(kind for kind in EXAMPLES if f"<{kind}:{name}>" in text or (kind == "str" and f"<{name}>" in text))
        text = text.replace(f"<{kind}:{name}>", EXAMPLES[kind]).replace(f"<{name}>", EXAMPLES[kind])
        assert converter is not None
    return text
