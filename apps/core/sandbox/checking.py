"""Every mistake of a template, found without rendering it: also where no example leads.

Rendering finds the first mistake on the way that the values take. Whoever writes a template wants to know all of
them, those in the branch for a credit note too: the compiled template is walked with the kinds of its values
(:mod:`apps.core.sandbox.kinds`). What a kind does not tell is left to rendering.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.template import NodeList, TemplateSyntaxError
from django.template.base import Lexer, TextNode, TokenType, Variable
from django.template.defaulttags import CommentNode, IfNode
from django.utils.translation import gettext_lazy as _

from apps.core.sandbox.engine import (
    DEFAULT_LIMITS,
    Limits,
    ShownValue,
    StrictExpression,
    StrictParser,
    TemplateFault,
    _engine,
    check_tags,
    compile_template,
    not_understood,
)
from apps.core.sandbox.kinds import UNKNOWN, element_of, is_list, members_of
from apps.core.sandbox.library import ForNode, Loop

Kinds = Mapping[str, Any]

FIGURES = (Decimal, int)
#: What each filter takes, and what it gives. One that is missing here takes and gives anything.
TAKES: Mapping[str, tuple[type[Any], ...]] = {
    "amount": FIGURES,
    "euros": FIGURES,
    "price": FIGURES,
    "percent": FIGURES,
    "quantity": FIGURES,
    "date": (date,),
    "longdate": (date,),
    "days": (date,),
    "shortdays": (date,),
    "number": (str,),
    "by_four": (str,),
    "by_three": (str,),
    "upper": (str,),
    "paragraphs": (str,),
    "count": (tuple,),
}
GIVES: Mapping[str, Any] = {**dict.fromkeys(TAKES, str), "paragraphs": tuple[str, ...], "count": int}
SHOWABLE = (str, Decimal, date, int)


def faults_of(source: str, kinds: Kinds, *, limits: Limits = DEFAULT_LIMITS) -> list[TemplateFault]:
    """All that is wrong with ``source`` for values of these ``kinds``, in the order of its lines."""
    try:
        template = compile_template(source, limits)
    except TemplateFault as fault:
        # A parser stops at its first mistake; each tag by itself may show more.
        return _in_order([fault, *_of_tokens(source)] if is_readable(source, limits=limits) else [fault])
    try:
        return _in_order(_of_nodes(template.nodelist, kinds))
    except RecursionError:
        # Nested so deeply that it can be compiled but not be rendered either.
        return [TemplateFault(_("The tags of the template are nested too deeply."))]


def is_readable(source: str, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Whether it can be cut into texts and tags at all, in a time that its length says."""
    try:
        check_tags(source)
    except TemplateFault:
        return False
    return len(source) <= limits.source_characters


def _in_order(faults: Iterable[TemplateFault]) -> list[TemplateFault]:
    once = {(fault.line, str(fault.reason)): fault for fault in faults}
    return [once[key] for key in sorted(once, key=lambda key: key[0] or 0)]


# --- What cannot be compiled


def _of_tokens(source: str) -> Iterator[TemplateFault]:
    """Placeholders that cannot be read, and tags that do not exist."""
    engine = _engine()
    known = {"elif", "else", "endif", "empty", "endfor", "endcomment"}
    commented = False
    for token in Lexer(source).tokenize():
        if token.token_type in (TokenType.BLOCK, TokenType.VAR) and not token.contents:
            yield not_understood(token)
        elif token.token_type == TokenType.BLOCK:
            word = (token.contents.split() or [""])[0]
            commented = word == "comment" or (commented and word != "endcomment")
            parser = StrictParser([], engine.template_libraries, engine.template_builtins)
            if not commented and word not in known and word not in parser.tags:
                yield TemplateFault(_("unexpected tag “%s”") % word, line=token.lineno)
        elif token.token_type == TokenType.VAR and not commented:
            parser = StrictParser([], engine.template_libraries, engine.template_builtins)
            parser.line = token.lineno or 1
            try:
                parser.compile_filter(token.contents)
            except TemplateFault as fault:
                yield fault
            except (TemplateSyntaxError, StopIteration):
                yield not_understood(token)


# --- What can


def _of_nodes(nodes: NodeList, kinds: Kinds) -> Iterator[TemplateFault]:
    for node in nodes:
        match node:
            case TextNode() | CommentNode():
                continue
            case ShownValue():
                yield from _of_shown(node.expression, kinds)
            case IfNode():
                for condition, body in node.conditions_nodelists:
                    for expression in _expressions(condition):
                        yield from _Reading(kinds).faults(expression)
                    yield from _of_nodes(body, kinds)
            case ForNode():
                reading = _Reading(kinds)
                yield from reading.faults(node.values)
                listed = reading.kind
                if listed is not UNKNOWN and not is_list(listed):
                    yield TemplateFault(_("“%s” is not a list") % node.values.token, line=node.values.line)
                    listed = UNKNOWN
                element = UNKNOWN if listed is UNKNOWN else element_of(listed)
                yield from _of_nodes(node.body, {**kinds, node.name: element, "forloop": Loop})
                yield from _of_nodes(node.empty, kinds)
            case _:
                raise TypeError(f"{type(node).__name__} is a node that nobody checks")


def _of_shown(expression: StrictExpression, kinds: Kinds) -> Iterator[TemplateFault]:
    reading = _Reading(kinds)
    yield from reading.faults(expression)
    kind = reading.kind
    if kind is not UNKNOWN and not (isinstance(kind, type) and issubclass(kind, SHOWABLE) and kind is not bool):
        yield TemplateFault(_("“%s” is not a text") % expression.token, line=expression.line)


def _expressions(condition: Any) -> Iterator[StrictExpression]:
    """The placeholders of a condition: a tree of comparisons whose leaves hold them."""
    if condition is None:
        return
    value = getattr(condition, "value", None)
    if isinstance(value, StrictExpression):
        yield value
    for side in ("first", "second"):
        yield from _expressions(getattr(condition, side, None))


class _Reading:
    """What an expression comes to: its faults as they are read, and then its ``kind``."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.kind: Any = UNKNOWN

    def faults(self, expression: StrictExpression) -> Iterator[TemplateFault]:
        self.kind = UNKNOWN
        try:
            self.kind = self._kind_of(expression.var)
        except LookupError:
            yield _unknown(expression.var.var, expression.line)
        for function, arguments in expression.filters:
            name = function._filter_name  # as Django's library marks it
            yield from self._of_arguments(name, arguments, expression)
            if not _fits(self.kind, TAKES.get(name)):
                yield TemplateFault(_("“%s” does not fit this filter") % expression.token, line=expression.line)
            self.kind = GIVES.get(name, UNKNOWN)

    def _of_arguments(
        self, name: str, arguments: list[tuple[bool, Any]], expression: StrictExpression
    ) -> Iterator[TemplateFault]:
        for is_name, value in arguments:
            kind = type(value)
            if is_name:
                try:
                    kind = self._kind_of(value)
                except LookupError:
                    yield _unknown(value.var, expression.line)
                    continue
            if not _fits(kind, TAKES.get(name)):
                yield TemplateFault(_("“%s” does not fit this filter") % expression.token, line=expression.line)

    def _kind_of(self, variable: Any) -> Any:
        """LookupError for a name that is none."""
        if not isinstance(variable, Variable):
            return str if isinstance(variable, str) else type(variable)
        if variable.lookups is None:
            return type(variable.literal)
        first, *rest = variable.lookups
        if first in ("True", "False", "None"):
            return UNKNOWN
        kind = self.kinds[first]
        for name in rest:
            if kind is UNKNOWN:
                return UNKNOWN
            if name.isdecimal() and is_list(kind):
                kind = element_of(kind)
            else:
                kind = members_of(kind)[name]
        return kind


def _fits(kind: Any, taken: tuple[type[Any], ...] | None) -> bool:
    if taken is None or kind is UNKNOWN:
        return True
    if is_list(kind):
        return tuple in taken
    return isinstance(kind, type) and issubclass(kind, taken) and kind is not bool


def _unknown(name: Any, line: int) -> TemplateFault:
    return TemplateFault(_("unknown placeholder “%s”") % name, line=line)
