"""Whose call it is, and on which invoice it comes: a number used twice, a call that arrives late."""

from __future__ import annotations

from tests.scenarios.office import Office, told, totals

NUMBER = "33639980001"


def test_each_holder_of_a_number_pays_for_his_own_calls(office: Office) -> None:
    office.open_line(NUMBER, "C1", "P31", "2026-10-01", terminated="2026-10-11")
    office.open_line(NUMBER, "C2", "P31", "2026-10-20")
    said = office.load(
        (NUMBER, "2026-10-10T23:59:30+02:00", 100),  # C1's last evening: 1.00
        (NUMBER, "2026-10-11T00:00:30+02:00", 50),  # nobody's: waits
        (NUMBER, "2026-10-19T23:59:30+02:00", 50),  # nobody's: waits
        (NUMBER, "2026-10-20T00:00:30+02:00", 200),  # C2's first night: 2.00
        (NUMBER, "2026-10-31T23:30:00+01:00", 300),  # 3.00
    )
    assert (said["lines"], said["rated"], said["inactive_line"], said["amount"]) == (5, 3, 2, "6.000000")

    invoices = office.invoice("2026-10", on="2026-11-02")
    # C1, 1 to 10 October: 31.00 × 10/31 = 10.00, calls 1.00
    assert totals(invoices["C1"]) == ("11.00", ["2.20"], "13.20")
    # C2, 20 to 31 October: 31.00 × 12/31 = 12.00, calls 2.00 + 3.00
    assert totals(invoices["C2"]) == ("17.00", ["3.40"], "20.40")


def test_a_late_call_comes_with_the_next_invoice_and_takes_what_is_left_of_its_month(office: Office) -> None:
    office.open_line(NUMBER, "C1", "P31_2M", "2026-10-01")
    office.load((NUMBER, "2026-10-30T10:00:00+01:00", 100))  # covered: 100 of the 120 seconds of October
    october = office.invoice("2026-10", on="2026-11-02")["C1"]
    assert totals(october) == ("31.00", ["6.20"], "37.20")

    office.load(
        # Earlier than the invoiced call, but what is invoiced stays: 20 seconds are left, 40 are charged.
        (NUMBER, "2026-10-05T10:00:00+02:00", 60),
        # November has its own 120 seconds: 10 are charged.
        (NUMBER, "2026-11-10T10:00:00+01:00", 130),
    )
    november = office.invoice("2026-11", on="2026-12-01")["C1"]
    assert told(november) == [
        ("subscription", "2026-11-01", "2026-12-01", "31.00"),
        ("usage", "2026-10-01", "2026-11-01", "0.40"),
        ("usage", "2026-11-01", "2026-12-01", "0.10"),
    ]
    assert totals(november) == ("31.50", ["6.30"], "37.80")
