"""What is agreed on for the lines of an order, one by one or many at once: the fields of offers, as terms."""

from __future__ import annotations

from typing import Any, cast

from apps.lines.offer_fields import IN_ADVANCE, OfferFields
from apps.lines.terms import DiscountTerms, OptionTerms
from apps.tariffs.models import Tariff


class AgreedFields(OfferFields):
    def offer_terms(self) -> dict[str, Any]:
        """The part of :class:`~apps.orders.terms.MobileTerms` that these fields ask. Needs a plan and its price."""
        said: dict[str, Any] = self.cleaned_data
        return {
            "plan": said["plan"],
            "plan_price": said["plan_price"],
            "throughput": said.get("plan_throughput") or "",
            "tariff": cast("Tariff", said.get("tariff")),
            "commitment_months": said.get("commitment_months") or 0,
            "options": tuple(
                OptionTerms(option=option, price=price, throughput=throughput)
                for option, price, throughput in self.options_said()
            ),
            "discounts": tuple(
                DiscountTerms(basis=basis, percent=percent, amount=amount, months=months)
                for basis, percent, amount, months in self.discounts_said()
            ),
            "in_advance": said.get("billing") == IN_ADVANCE,
            "prorata": bool(said.get("prorata")),
        }
