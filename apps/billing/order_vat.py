"""The VAT of what is on order, told to ``orders``, which stands below: as the invoices will have it."""

from __future__ import annotations

from decimal import Decimal

from apps.billing.choices import SupplyKind
from apps.billing.facts import rules_now
from apps.billing.vat import NoRule
from apps.core.slots import contribute
from apps.customers.models import Customer
from apps.orders.services.totals import VAT, Rates


def rates_of(customer: Customer) -> Rates:
    """The rate of goods or services at a catalogue rate, for this customer; the rules are read once.

    What no rule is about keeps its rate here; its invoice is refused until there is one.
    """
    rules = rules_now().vat

    def rate(goods: bool, of_product: Decimal) -> Decimal:
        try:
            supply = SupplyKind.GOODS if goods else SupplyKind.SERVICES
            return rules.treatment(customer.vat_regime, supply, of_product).rate
        except NoRule:
            return of_product

    return rate


def register() -> None:
    contribute(VAT, rates_of)
