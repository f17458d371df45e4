"""What safe markup is, by other parsers than the sanitiser's: html.parser, and tinycss2 for every style."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import tinycss2

_TEXT = """
    a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd map mark area q rp rt ruby s samp small span
    strike strong style sub sup time tt u var wbr
"""
_BLOCKS = """
    address article aside blockquote center dd details dir div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header
    hr li main nav ol p pre section summary ul caption col colgroup table tbody td tfoot th thead tr
"""
TAGS = {*_TEXT.split(), *_BLOCKS.split()}
FORBIDDEN_ATTRIBUTE = re.compile(
    "on|hx-|data-|x-|srcset|background|action|form|ping|is$|slot|nonce|srcdoc|poster|cite|tabindex|autofocus"
    "|contenteditable|accesskey|download|popover|command"
)
FORBIDDEN_PROPERTY = re.compile(
    "position$|z-index|inset|top$|left$|right$|bottom$|transform|translate|rotate|scale|filter|mask|clip|content"
    "|animation|transition|behavior|-moz-binding|--|offset|shape|pointer-events|user-select|border-image"
    "|list-style-image|will-change|contain"
)
LINK = re.compile(r"(?:https?://|mailto:|tel:|#m-)", re.IGNORECASE)
OWN_IMAGE = re.compile(r"/part/|data:image/(?:png|jpeg|jpg|gif|webp);base64,", re.IGNORECASE)


class Faults(HTMLParser):
    """Collects what is wrong with a fragment."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.text: list[str] = []
        self._style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        if tag not in TAGS:
            self.faults.append(f"tag {tag}")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        if tag == "a" and dict(attrs).get("target") != "_blank":
            self.faults.append("link without target")

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if self._style:
            self.faults.extend(sheet_faults(data))
        else:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("processing instruction")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if FORBIDDEN_ATTRIBUTE.match(name):
            self.faults.append(f"attribute {name}")
        if name in ("id", "name") and not value.startswith("m-"):
            self.faults.append(f"{name} without prefix: {value}")
        if name == "href" and not LINK.match(value):
            self.faults.append(f"href {value}")
        if name == "href" and "attach" in value.lower().partition("?")[2]:
            self.faults.append(f"attaching {value}")
        if name == "src" and not OWN_IMAGE.match(value):
            self.faults.append(f"src {value}")
        if name == "style":
            self.faults.extend(declaration_faults(tinycss2.parse_declaration_list(value, skip_whitespace=True)))


def sheet_faults(css: str) -> list[str]:
    faults = [
        f"css text {mark}"
        for mark in ("<", "\\", "/*", "@import", "@font", "url(", "expression")
        if mark in css.lower()
    ]
    return faults + rule_faults(tinycss2.parse_stylesheet(css, skip_whitespace=True))


def rule_faults(rules: list[Any]) -> list[str]:
    faults: list[str] = []
    for rule in rules:
        if rule.type == "qualified-rule":
            prelude = tinycss2.serialize(rule.prelude)
            if not all(
                part.strip().startswith(".mailbody") for part in re.sub(r"\[[^\]]*\]|\([^)]*\)", "", prelude).split(",")
            ):
                faults.append(f"selector {prelude}")
            faults += declaration_faults(tinycss2.parse_declaration_list(rule.content, skip_whitespace=True))
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media":
            faults += rule_faults(tinycss2.parse_rule_list(rule.content, skip_whitespace=True))
        else:
            faults.append(f"css {rule.type} {tinycss2.serialize([rule])[:60]}")
    return faults


def declaration_faults(nodes: list[Any]) -> list[str]:
    faults: list[str] = []
    for node in nodes:
        if node.type != "declaration":
            faults.append(f"css {node.type}")
        elif FORBIDDEN_PROPERTY.match(node.lower_name):
            faults.append(f"property {node.lower_name}")
        else:
            faults += value_faults(node.value)
            if node.lower_name.startswith("margin") and re.search(r"-\s*\.?\d", tinycss2.serialize(node.value)):
                faults.append("negative margin")
    return faults


def value_faults(tokens: list[Any]) -> list[str]:
    faults: list[str] = []
    for token in tokens:
        if token.type in ("url", "error", "{} block", "[] block", "at-keyword", "unicode-range"):
            faults.append(f"value {token.type}")
        if token.type == "function":
            if token.lower_name in (
                "url",
                "src",
                "image",
                "image-set",
                "var",
                "env",
                "attr",
                "expression",
                "element",
                "paint",
                "cross-fade",
            ):
                faults.append(f"function {token.lower_name}")
            faults += value_faults(token.arguments)
        if token.type == "() block":
            faults += value_faults(token.content)
    return faults


def faults(html: str) -> list[str]:
    return Faults(html).faults


def visible_text(html: str) -> str:
    return "".join(Faults(html).text)
