"""Amounts, days and numbers in the templates of the back office, as :mod:`apps.core.french` writes them."""

from __future__ import annotations

from django import template

from apps.core import french, identifiers

register = template.Library()

register.filter("euros", french.euros)
register.filter("price", french.price)
register.filter("percent", french.percent)
register.filter("whole", french.whole)


@register.filter
def national(number: str) -> str:
    """«06 39 98 00 01», which never breaks in its middle."""
    return identifiers.national(number).replace(" ", french.NBSP)
