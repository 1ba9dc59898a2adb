"""A dearer plan: whoever has it goes on at the price agreed, on invoices of before and of after that day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.catalog.models import Offer
from apps.catalog.services import change_price
from tests.scenarios.office import Office, told, totals


def test_a_new_price_leaves_the_invoices_of_those_who_have_the_plan(office: Office) -> None:
    office.open_line("33639980001", "C1", "P31", "2026-10-01")
    plan, november = Offer.objects.get(code="P31"), date(2026, 11, 1)
    change_price(offer=plan, amount=Decimal(62), on=november, today=date(2026, 10, 15), actor=None)
    assert (plan.price_on(date(2026, 10, 31)), plan.price_on(november)) == (31, 62)
    assert totals(office.invoice("2026-10", on="2026-11-02")["C1"]) == ("31.00", ["6.20"], "37.20")
    [subscription] = told(office.invoice("2026-11", on="2026-12-02")["C1"])
    assert subscription == ("subscription", "2026-11-01", "2026-12-01", "31.00")
