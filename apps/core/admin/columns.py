"""How a value looks in every list and on every page, written ``money(Invoice.net)``.

Each function makes a column for ``list_display``, which is also a read-only field for ``fields``: its title and its
order are those of the model's field. Values are written as France writes them (:mod:`apps.core.french`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from apps.core import french, identifiers
from apps.core.choices import BadgeChoices
from apps.core.models import Period

Column = Callable[[Any], str | None]


def money(attribute: Any) -> Column:
    """Euros and cents, to the right: «1 234,50 €»."""
    return _column(attribute, french.euros, formatting="price")


def price(attribute: Any) -> Column:
    """A unit price of up to six decimals, without its trailing zeros: «0,006 €»."""
    return _column(attribute, french.price, formatting="price")


def percent(attribute: Any) -> Column:
    """«8,5 %»."""
    return _column(attribute, french.percent, formatting="price")


def count(attribute: Any) -> Column:
    """A whole number, thousands apart."""
    return _column(attribute, french.whole, formatting="price")


def figure[Shown: Callable[..., Any]](column: Shown) -> Shown:
    """A column of an admin's own that holds figures: to the right, as those of this module."""
    column.formatting = "price"  # type: ignore[attr-defined]
    return column


def number(attribute: Any) -> Column:
    """A telephone number as people in France read it: «06 39 98 00 01»."""
    return _column(attribute, lambda digits: identifiers.national(digits).replace(" ", french.NBSP))


def badge(attribute: Any, choices: type[BadgeChoices]) -> Column:
    """A status, in the colour of its table."""
    return _column(attribute, lambda value: status(choices(value)))


def status(member: BadgeChoices) -> SafeString:
    """The badge of one status."""
    return render_to_string("unfold/helpers/label.html", {"text": member.label, "type": member.colour})


@cache
def unlinked(field: Any) -> Column:
    """A row of another model by its name alone, for whoever may not open its page; of each field, one and the same."""

    def column(row: Any) -> str | None:
        value = getattr(row, field.name)
        return None if value is None else str(value)

    return _described(column, field)


def days_held(row: Period) -> str:
    """The days of a dated fact, see :attr:`Period.held`."""
    return row.held


days_held.short_description = pgettext_lazy("dated fact", "period")  # type: ignore[attr-defined]
days_held.admin_order_field = "start"  # type: ignore[attr-defined]


def _column(attribute: Any, shown: Callable[[Any], str], **options: Any) -> Column:
    """A column for the model field behind ``attribute`` (``Invoice.net``), which ``shown`` puts into words."""
    field = attribute.field

    def column(row: Any) -> str | None:
        value = getattr(row, field.attname)
        return None if value in (None, "") else shown(value)

    return _described(column, field, **options)


def _described(column: Column, field: Any, **options: Any) -> Column:
    """With the title and the order of the model's field."""
    column.__name__ = field.name
    described = {"short_description": field.verbose_name, "admin_order_field": field.name, **options}
    for option, setting in described.items():
        setattr(column, option, setting)
    return column
