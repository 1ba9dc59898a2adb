"""Adjectives of customers."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from apps.core.charset import Charset
from apps.customers.choices import AddressRole


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

    def with_main_city(self) -> Self:
        """``main_city``: the city of the main address, None without one."""
        from apps.customers.models import Address

        main = Address.objects.filter(role=AddressRole.MAIN, customer=OuterRef("pk"))
        return self.annotate(main_city=Subquery(main.values("city")[:1]))
