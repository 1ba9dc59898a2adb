"""What a line costs once, from its opening to its end, on the invoices of its months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.models import Offer
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.lines.services import NewLine, open_lines, swap_sim, terminate_line
from apps.tariffs.models import Tariff
from tests.factories import SimCardFactory
from tests.scenarios.office import Office, told, totals


@pytest.fixture
def plan(office: Office) -> Offer:
    """31.00 € a month; 25.00 to begin, 4.90 for the card, 9.90 for another one, 49.00 to end. Its VAT is 10 %."""
    offer = Offer.objects.get(code="P31")
    offer.vat_rate = Decimal(10)
    offer.activation_fee, offer.sim_fee = Decimal("25.00"), Decimal("4.90")
    offer.swap_fee, offer.termination_fee = Decimal("9.90"), Decimal("49.00")
    offer.save()
    return offer


def test_a_life_with_its_fees(office: Office, plan: Offer) -> None:
    new = NewLine(
        customer=Customer.objects.get(number="C1"),
        msisdn="33639980001",
        sim=SimCardFactory(),
        tariff=Tariff.objects.get(),
        offers=[(plan, Decimal("31.00"))],
        activated_on=date(2026, 10, 10),
        billing_start=date(2026, 10, 10),
    )
    (line,) = open_lines(new_lines=[new], today=date(2026, 10, 10), actor=None)
    october = office.invoice("2026-10", on="2026-11-02")["C1"]
    assert told(october) == [
        ("subscription", "2026-10-10", "2026-11-01", "22.00"),  # 31.00 × 22/31
        ("one_off", "2026-10-01", "2026-11-01", "25.00"),
        ("one_off", "2026-10-01", "2026-11-01", "4.90"),
    ]
    labels = [(line["label"], line["vat_rate"]) for line in october["lines"] if line["kind"] == "one_off"]
    assert labels == [("Frais de mise en service", "10.00"), ("Frais de carte SIM", "10.00")]
    assert totals(october) == ("51.90", ["5.19"], "57.09")

    swap_sim(line=line, sim=SimCardFactory(), on=date(2026, 11, 5), today=date(2026, 11, 5), actor=None)
    terminate_line(line=line, on=date(2026, 11, 16), today=date(2026, 11, 16), actor=None)
    november = office.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(november) == [
        ("subscription", "2026-11-01", "2026-11-16", "15.50"),  # 31.00 × 15/30
        ("one_off", "2026-11-01", "2026-12-01", "9.90"),
        ("one_off", "2026-11-01", "2026-12-01", "49.00"),
    ]
    assert totals(november) == ("74.40", ["7.44"], "81.84")
    # Each is billed once.
    assert office.draft("2026-12") == {}


def test_a_fleet_taken_over_with_its_file_pays_no_fee(office: Office, plan: Offer) -> None:
    office.open_line("33639980001", "C1", "P31", "2026-10-01", terminated="2026-10-16")
    assert Line.objects.get().terminated_on == date(2026, 10, 16)
    invoice = office.invoice("2026-10", on="2026-11-02")["C1"]
    assert told(invoice) == [("subscription", "2026-10-01", "2026-10-16", "15.00")]
