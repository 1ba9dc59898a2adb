"""Which rates a text can mean: a prefix, a destination, or a whole number."""

from __future__ import annotations

from typing import Self

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from apps.catalog.choices import UsageKind
from apps.tariffs.matching import NUMBER_DIGITS, SHORT_NUMBER_DIGITS
from apps.tariffs.numbering import as_in_records

# What the rows that compete for one call share; the longest prefix wins.
RIVALS = ("version", "kind", "direction", "origin_zone")


class RateQuerySet(QuerySet):
    def matching(self, text: str) -> Self:
        """Rates whose prefix begins so, and those that a call to that number takes; else by destination."""
        number = as_in_records(text)
        if number.isascii() and number.isdecimal():
            return self.filter(Q(prefix__startswith=number[:NUMBER_DIGITS]) | self._taken_by(number))
        rates = self
        for word in text.split():
            rates = rates.filter(destination__icontains=word)
        return rates

    def zones(self) -> list[str]:
        """The zones where lines can be, as these rates call them."""
        return list(self.order_by("origin_zone").values_list("origin_zone", flat=True).distinct())

    def _taken_by(self, number: str) -> Q:
        """The row with the longest prefix among those that compete for ``number``, as :mod:`matching` finds it.

        Few digits are rather the beginning of a prefix: of these only the rows of special numbers are meant.
        """
        heads = [number[:length] for length in range(1, min(len(number), NUMBER_DIGITS) + 1)]
        any_number = Q(prefix="", special=False)
        if len(number) <= SHORT_NUMBER_DIGITS:
            meant = Q(prefix__in=heads, special=True)
        elif number.startswith("0"):
            meant = Q(prefix__in=heads, special=True) | any_number
        else:
            meant = Q(prefix__in=heads, special=False) | any_number
        calls = ~Q(kind=UsageKind.DATA) & meant  # a session has no other number
        rivals = self.model._default_manager.filter(meant, **{name: OuterRef(name) for name in RIVALS})
        longer = rivals.annotate(length=Length("prefix")).filter(length__gt=Length(OuterRef("prefix")))
        return calls & Q(~Exists(longer))
