"""All the tags and filters that a sandboxed template knows.

Tags: ``{% if %}`` with ``elif`` and ``else``, ``{% for x in list %}`` with ``empty``, ``{% comment %}``.
A filter belongs here only if it can neither fail on business data, nor grow its input much, nor mark a text
as safe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template import Context, Library, Node, NodeList
from django.template.base import Token
from django.template.defaulttags import comment, do_if
from django.utils.translation import gettext_lazy as _

from apps.core import french, identifiers
from apps.core.sandbox.engine import BUDGET, StrictExpression, StrictParser, TemplateFault

register = Library()

register.tag("comment", comment)
register.tag("if", do_if)


@dataclass(frozen=True, slots=True)
class Loop:
    """``forloop`` inside a loop; ``counter`` starts at 1."""

    counter: int
    first: bool
    last: bool


class ForNode(Node):
    child_nodelists = ("body", "empty")

    def __init__(self, name: str, values: StrictExpression, body: NodeList, empty: NodeList) -> None:
        self.name = name
        self.values = values
        self.body = body
        self.empty = empty

    def render(self, context: Context) -> str:
        values = self.values.resolve(context)
        if not isinstance(values, tuple):
            raise TemplateFault(_("“%s” is not a list") % self.values.token, line=self.values.line)
        if not values:
            return self.empty.render(context)
        budget = context[BUDGET]
        texts = []
        for counter, value in enumerate(values, start=1):
            with context.push(**{self.name: value, "forloop": Loop(counter, counter == 1, counter == len(values))}):
                text = self.body.render(context)
            budget.spend(turns=1, characters=len(text))
            texts.append(text)
        return "".join(texts)


@register.tag("for")
def do_for(parser: StrictParser, token: Token) -> ForNode:
    """``{% for line in lines %} … {% empty %} … {% endfor %}``."""
    match token.split_contents():
        case [_tag, name, "in", values] if name.isidentifier() and not name.startswith("_"):
            expression = parser.compile_filter(values)
        case _:
            raise TemplateFault(_("a loop is written “for name in list”"), line=token.lineno)
    body = parser.parse(("empty", "endfor"))
    empty = NodeList()
    if parser.next_token().contents == "empty":
        empty = parser.parse(("endfor",))
        parser.delete_first_token()
    return ForNode(name, expression, body, empty)


def _on_figures(function: Callable[[Decimal], str]) -> Callable[[Any], str]:
    """A filter for amounts: what is absent stays blank, what is no figure is refused."""

    def shown(value: Decimal | int | None) -> str:
        return "" if value is None else function(Decimal(value))

    return shown


for _name, _function in {
    "amount": french.amount,
    "euros": french.euros,
    "price": french.price,
    "percent": french.percent,
    "quantity": french.decimal_text,
}.items():
    register.filter(_name, _on_figures(_function))


@register.filter("date")
def day(value: date | None) -> str:
    """31/10/2026."""
    return "" if value is None else french.day(value)


@register.filter
def longdate(value: date | None) -> str:
    """31 octobre 2026."""
    return "" if value is None else french.long_day(value)


@register.filter
def days(start: date | None, end: date | None) -> str:
    """``{{ start|days:end }}``: a half-open range as people say it, «du 01/10/2026 au 31/10/2026»."""
    return "" if start is None or end is None else french.days(start, end)


@register.filter
def shortdays(start: date | None, end: date | None) -> str:
    """The same for a narrow column: «01/10 – 31/10/2026»."""
    return "" if start is None or end is None else french.short_days(start, end)


@register.filter
def number(msisdn: str) -> str:
    """33639980001 → 06 39 98 00 01."""
    return identifiers.national(msisdn).replace(" ", french.NBSP) if msisdn else ""


@register.filter
def by_four(text: str) -> str:
    """An IBAN in groups of four."""
    return french.in_groups(text, 4)


@register.filter
def by_three(text: str) -> str:
    """A SIREN in groups of three."""
    return french.in_groups(text, 3)


@register.filter
def default(value: Any, otherwise: Any) -> Any:
    """``otherwise`` where the value is empty or absent."""
    return value or otherwise


@register.filter
def upper(text: str) -> str:
    return text.upper()


@register.filter
def paragraphs(text: str) -> tuple[str, ...]:
    """The lines of a text, to loop over; blank ones dropped."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


@register.filter
def count(values: tuple[Any, ...]) -> int:
    return len(values)
