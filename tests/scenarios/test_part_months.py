"""Months that are not whole: a plan changed on the 16th, a line that lives for seven days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.catalog.models import Offer
from apps.lines.models import Line
from apps.lines.services import change_plan
from tests.scenarios.office import Office, told, totals

NUMBER = "33639980001"


def test_a_change_of_plan_makes_two_slices_and_one_allowance(office: Office) -> None:
    office.open_line(NUMBER, "C1", "P31_1H", "2026-10-01")
    office.load(
        (NUMBER, "2026-10-05T10:00:00+02:00", 3000),
        (NUMBER, "2026-10-20T10:00:00+02:00", 2458),
        (NUMBER, "2026-10-21T10:00:00+02:00", 10),
    )
    # On the first plan alone: 5468 seconds less 3600 = 1868, at one cent.
    assert office.draft("2026-10")["C1"]["net"] == "49.68"  # 31.00 + 18.68

    change_plan(
        line=Line.objects.get(),
        plan=Offer.objects.get(code="P62_2H"),
        price=Decimal("62.00"),
        on=date(2026, 10, 16),
        actor=None,
    )
    invoice = office.invoice("2026-10", on="2026-11-02")["C1"]
    assert told(invoice) == [
        ("subscription", "2026-10-01", "2026-10-16", "15.00"),  # 31.00 × 15/31
        ("subscription", "2026-10-16", "2026-11-01", "32.00"),  # 62.00 × 16/31
        # 3600 × 15/31 + 7200 × 16/31 = 1741.94 + 3716.13 = 5458.06 seconds, rounded down once: 5458.
        # Rounded one by one they would be 5457, and a cent would be charged too much.
        ("usage", "2026-10-01", "2026-11-01", "0.10"),
    ]
    assert totals(invoice) == ("47.10", ["9.42"], "56.52")


def test_a_line_that_starts_and_ends_in_the_month_pays_for_its_days(office: Office) -> None:
    office.open_line(
        NUMBER,
        "C1",
        "P31_1H",
        "2026-10-05",
        options="OPT",
        discount="100",
        discount_months="1",
        terminated="2026-10-12",
    )
    office.load((NUMBER, "2026-10-11T10:00:00+02:00", 1000))
    invoice = office.invoice("2026-10", on="2026-11-02")["C1"]
    # Seven days, 5 to 11 October. The discount is on the plan, not on the option.
    assert told(invoice) == [
        ("subscription", "2026-10-05", "2026-10-12", "7.00"),  # 31.00 × 7/31
        ("discount", "2026-10-05", "2026-10-12", "-7.00"),
        ("option", "2026-10-05", "2026-10-12", "1.40"),  # 6.20 × 7/31
        # 3600 × 7/31 = 812.90: 812 seconds are included, 188 are charged.
        ("usage", "2026-10-01", "2026-11-01", "1.88"),
    ]
    # 7.00 - 7.00 + 1.40 + 1.88 = 3.28; VAT 0.656
    assert totals(invoice) == ("3.28", ["0.66"], "3.94")
    assert office.draft("2026-11") == {}
