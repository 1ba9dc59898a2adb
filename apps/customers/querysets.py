"""Adjectives of customers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from apps.core.charset import Charset
from apps.customers.choices import AddressRole

_SERIES = re.compile(r"(?P<prefix>.*?)(?P<counter>[0-9]+)")
#: Where the numbers of an integrator begin who has no customer yet, or none with a counter in its number.
FIRST_PREFIX, FIRST_WIDTH = "C", 6


class CustomerQuerySet(models.QuerySet):
    def matching(self, text: str) -> Self:
        """Customers whose number or login begins with ``text``, whose name holds it, or whose SIREN it is.

        A name is found with its accents or without, in small letters or capitals: the authorised form of what was
        typed is looked for in the authorised form of the name.
        """
        text = text.strip()
        found = (
            Q(number__istartswith=text)
            | Q(login__istartswith=text)
            | Q(name__icontains=text)
            | Q(legal_name__icontains=text)
            | Q(siren="".join(text.split()))
        )
        if plain := Charset().proposal(text):
            found |= Q(name__icontains=plain)
        return self.filter(found)

    def locked(self) -> Self:
        """Locked in the order of their keys until the transaction ends; rows may be made that point to them."""
        return self.select_for_update(no_key=True).order_by("pk")

    def open(self) -> Self:
        """Those that may be sold something."""
        return self.filter(closed_on=None)

    def closed(self) -> Self:
        return self.exclude(closed_on=None)

    def resembling(self, *, siren: str = "", name: str = "", emails: Iterable[str] = ()) -> Self:
        """Customers that may be the same as one with these: its SIREN, its name, or one of its e-mails."""
        from apps.customers.models import Contact

        found = Q(pk__in=Contact.objects.filter(email__in=[one for one in emails if one]).values("customer"))
        if siren:
            found |= Q(siren=siren)
        if name:
            found |= Q(name=name)
        return self.filter(found)

    def next_number(self) -> str:
        """The first free number after all those that are made like the latest: ``C070005`` after ``C070004``."""
        latest = self.order_by("-pk").values_list("number", flat=True).first() or ""
        series = _SERIES.fullmatch(latest)
        prefix, width = (series["prefix"], len(series["counter"])) if series else (FIRST_PREFIX, FIRST_WIDTH)
        numbers = self.filter(number__startswith=prefix).values_list("number", flat=True)
        counters = [number.removeprefix(prefix) for number in numbers]
        highest = max((int(one) for one in counters if one.isascii() and one.isdigit()), default=0)
        return f"{prefix}{highest + 1:0{width}d}"

    def with_main_city(self) -> Self:
        """``main_city``: the city of the main address, None without one."""
        from apps.customers.models import Address

        main = Address.objects.filter(role=AddressRole.MAIN, customer=OuterRef("pk"))
        return self.annotate(main_city=Subquery(main.values("city")[:1]))
