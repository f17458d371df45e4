"""Reads templates so that they print faster: in a page with many small tags most of the time goes into finding values.

What they print is what Django's own reading prints. Three things are done when a template is read: pieces that depend
on the language only become one text, a value is looked for where it is, and a template that is included by its name is
found once. With the engine's `debug` on, templates are read by Django, whose errors tell the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any, cast

from django.conf import settings
from django.template import Context, Engine, Origin, Template, TemplateDoesNotExist
from django.template.base import (
    FilterExpression,
    Lexer,
    Node,
    NodeList,
    Parser,
    TextNode,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import CycleNode, IfChangedNode, LoadNode
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from webmail.templatetags.mail import fixed


class _Reading(base.Loader):
    """Reads a template as this module does, where the cached loader would have Django's own read it."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        tried: list[tuple[Origin, str]] = []
        for origin in self.get_template_sources(template_name):
            if skip is not None and origin in skip:
                tried.append((origin, "Skipped to avoid recursion"))
                continue
            try:
                contents = self.get_contents(origin)  # type: ignore[attr-defined]  # the cached loader's
            except TemplateDoesNotExist:
                tried.append((origin, "Source does not exist"))
            else:
                return _Template(contents, origin, template_name, self.engine)
        raise TemplateDoesNotExist(template_name, tried=tried)


class Loader(cached.Loader, _Reading):
    """Finds templates by other loaders and keeps them."""


class _Template(Template):
    def compile_nodelist(self) -> NodeList:
        if self.engine.debug:
            return super().compile_nodelist()
        tokens = Lexer(self.source).tokenize()
        parser = _Parser(tokens, self.engine.template_libraries, self.engine.template_builtins, self.origin)
        return parser.parse()


class _Parser(Parser):
    def compile_filter(self, token: str) -> FilterExpression:
        expression = super().compile_filter(token)
        variable = expression.var
        if isinstance(variable, Variable) and variable.lookups:
            expression.var = _Variable(variable.var)
        return expression

    def parse(self, parse_until: Any = None) -> NodeList:
        nodes = super().parse(parse_until)
        quick = NodeList(_quick(nodes))
        quick.contains_nontext = nodes.contains_nontext
        return quick


def _quick(nodes: NodeList) -> Iterator[Node]:
    for constant, run in groupby(nodes, _is_constant):
        found = list(run)
        if constant and len(found) > 1:
            yield _Constant(found)
        else:
            yield from map(_quicker, found)


def _quicker(node: Node) -> Node:
    if type(node) is VariableNode and _is_plain(node.filter_expression):
        return _Value(node.filter_expression)
    if type(node) is IncludeNode and not node.isolated_context and (name := _text(node.template)):
        return _Include(node, name)
    return node


def _is_plain(expression: FilterExpression) -> bool:
    return isinstance(expression.var, _Variable) and not expression.filters and not expression.var.translate


def _text(expression: FilterExpression) -> str:
    """The text that it is, in quotes; empty for anything else."""
    literal = expression.var.literal if isinstance(expression.var, Variable) else expression.var
    return literal if isinstance(literal, str) and not expression.filters else ""


def _is_constant(node: Node) -> bool:
    """Whether it prints the same in a language."""
    if isinstance(node, TranslateNode):
        return not node.asvar and not node.message_context and bool(_text(node.filter_expression))
    if isinstance(node, SimpleNode):
        return node.func is fixed and not node.target_var and bool(_text(node.args[0]))
    if isinstance(node, StaticNode):
        return not node.varname and bool(_text(node.path))
    return isinstance(node, (TextNode, LoadNode))


class _Constant(Node):
    """What prints the same in a language, printed once in each."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = NodeList(nodes)
        self._printed: dict[str | None, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        language = get_language()
        printed = self._printed.get(language)
        if printed is None:
            printed = self._printed[language] = self._nodes.render(context)
        return printed

    render_annotated = render


class _Kinds(dict[type, bool]):
    """Of a type, whether `{{ value.name }}` can only be an attribute of such a value."""

    def __missing__(self, kind: type) -> bool:
        self[kind] = found = not hasattr(kind, "__getitem__") or issubclass(kind, (tuple, str, list))
        return found


_HAS_NO_ITEMS = _Kinds()


class _Variable(Variable):
    """Django looks for an item first, then for an attribute: an exception for nearly each of our values."""

    __slots__ = ()

    def _resolve_lookup(self, context: Context) -> Any:
        first, *rest = self.lookups or ()
        try:
            found = context[first]
        except KeyError:
            raise VariableDoesNotExist("Failed lookup for key [%s]", (first,)) from None
        for name in rest:
            if found is None:
                raise VariableDoesNotExist("Failed lookup for key [%s] in None", (name,))
            if callable(found):
                break
            try:
                found = getattr(found, name) if _HAS_NO_ITEMS[type(found)] else found[name]
            except (AttributeError, LookupError, TypeError, ValueError):
                break
        else:
            if not callable(found):
                return found
        return super()._resolve_lookup(context)  # type: ignore[misc]  # not in the stubs


class _Value(VariableNode):
    """`{{ value.name }}` without filters."""

    def __init__(self, expression: FilterExpression) -> None:
        super().__init__(expression)
        self._variable: _Variable = expression.var

    def render(self, context: Context) -> str:
        try:
            value = self._variable._resolve_lookup(context)
        except VariableDoesNotExist:
            return ""
        kind = type(value)
        if kind is SafeString:
            return cast(str, value)
        if kind is str and context.autoescape:
            return SafeString(escape(value))
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return render_value_in_context(value, context)

    render_annotated = render


OF_THEIR_OWN = (BlockNode, ExtendsNode, CycleNode, IfChangedNode)
"""Nodes that keep something for the template they stand in."""


class _Include(IncludeNode):
    """`{% include "name.html" %}`: the template is kept, and shares the state of the one around it when it has no use
    for its own."""

    def __init__(self, node: IncludeNode, name: str) -> None:
        super().__init__(node.template, extra_context=node.extra_context)
        self.token, self.origin = node.token, node.origin
        self._name = name
        self._engine = Engine.get_default()
        self._nodes: NodeList | None = None

    def render(self, context: Context) -> SafeString:
        if self._nodes is None:
            found = self._engine.get_template(self._name).nodelist
            if any(found.get_nodes_by_type(kind) for kind in OF_THEIR_OWN):
                return super().render(context)
            self._nodes = found
        if not self.extra_context:
            return self._nodes.render(context)
        with context.push(**{name: value.resolve(context) for name, value in self.extra_context.items()}):
            return self._nodes.render(context)

    render_annotated = render
