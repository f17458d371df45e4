"""Pages as a test reads them: rows by id, buttons by name, without caring for markup around."""

import re
from html import unescape

_ROW = re.compile(r'<li class="row[^"]*" id="c(\d+)".*?</li>', re.DOTALL)
_TAG = re.compile(r"<(?P<tag>a|button|iframe|progress|input|li|option)\s(?P<attributes>[^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def rows(html: str) -> dict[int, str]:
    """The markup of every row, by thread, in order."""
    return {int(found[1]): found[0] for found in _ROW.finditer(html)}


def headings(html: str) -> list[str]:
    return re.findall(r'<h2 class="group" id="[^"]*"><span>([^<]*)', html)


def tags(html: str, tag: str, **wanted: str) -> list[dict[str, str]]:
    """The attributes of every `tag` whose attributes are `wanted`."""
    found = [
        {name: unescape(value) for name, value in _ATTRIBUTE.findall(match["attributes"])}
        for match in _TAG.finditer(html)
        if match["tag"] == tag
    ]
    return [each for each in found if all(each.get(name.replace("_", "-")) == value for name, value in wanted.items())]


def names(html: str, tag: str) -> list[str]:
    """The aria-labels of every `tag` that has one."""
    return [each["aria-label"] for each in tags(html, tag) if "aria-label" in each]
