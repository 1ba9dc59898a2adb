"""Slices worked out by hand, as an accountant would."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.slices import Rebate, Terms, months_due, slice_of
from apps.core.periods import Days, Month

OCTOBER = Month(2026, 10)


def terms(start="2026-10-01", end=None, price="31.00", **more):
    return Terms(
        start=date.fromisoformat(start),
        end=None if end is None else date.fromisoformat(end),
        price=Decimal(price),
        **more,
    )


@pytest.mark.parametrize(
    ("start", "end", "price", "net"),
    [
        ("2026-01-01", None, "31.00", "31.00"),
        ("2026-10-10", None, "31.00", "22.00"),  # 22/31 (DOMAIN §7)
        ("2026-10-31", None, "31.00", "1.00"),
        ("2026-10-01", "2026-10-08", "19.90", "4.49"),  # 7/31 → 4.4935…
        ("2026-10-10", "2026-10-11", "0.50", "0.02"),  # 1/31 → 0.0161
        ("2026-11-01", None, "31.00", "0.00"),
        ("2026-01-01", "2026-10-01", "31.00", "0.00"),  # the end day is not served
    ],
)
def test_a_slice_is_prorated_by_days_served(start, end, price, net):
    assert str(slice_of(terms(start, end, price), OCTOBER).net) == net


def test_without_prorata_a_month_begun_is_due_whole():
    assert slice_of(terms("2026-10-31", prorata=False), OCTOBER).net == Decimal("31.00")


def test_a_change_in_mid_month_makes_two_parts_of_the_month():
    before, after = terms(end="2026-10-16"), terms("2026-10-16", price="62.00")
    assert (slice_of(before, OCTOBER).net, slice_of(after, OCTOBER).net) == (Decimal("15.00"), Decimal("32.00"))


def test_every_month_begun_is_due_when_the_integrator_says_so():
    ended = terms("2026-09-01", "2026-10-05", whole_last_month=True)
    assert slice_of(ended, OCTOBER).net == Decimal("31.00")
    assert slice_of(ended, OCTOBER.next()).net == Decimal("0.00")
    on_the_first = terms("2026-09-01", "2026-10-01", whole_last_month=True)
    assert slice_of(on_the_first, OCTOBER).net == Decimal("0.00")


def test_days_without_billing_are_taken_out():
    paused = terms(unbilled=[Days(date(2026, 10, 5), date(2026, 10, 15))])
    assert slice_of(paused, OCTOBER).net == Decimal("21.00")
    assert slice_of(terms(unbilled=[Days(date(2026, 9, 1))]), OCTOBER).served is None


def test_a_percentage_is_taken_on_the_rounded_slice():
    part = slice_of(terms("2026-10-23", price="19.90", rebates=[Rebate(percent=Decimal(10))]), OCTOBER)
    assert (part.net, part.discount) == (Decimal("5.78"), Decimal("-0.58"))  # 9/31 → 5.777…, 10 % of 5.78


@pytest.mark.parametrize(
    ("month", "taken"),
    [
        # 10 % until the change of 15 October, then 20 % for two months: October is under the new conditions.
        ("2026-09", "-3.10"),
        ("2026-10", "-6.20"),
        ("2026-11", "-6.20"),
        ("2026-12", "0.00"),
    ],
)
def test_conditions_that_change_are_the_new_ones_from_the_month_of_the_change_on(month, taken):
    changed = date(2026, 10, 15)
    rebates = [
        Rebate(percent=Decimal(10), end=changed),
        Rebate(percent=Decimal(20), months=2, start=changed),
    ]
    part = slice_of(terms("2026-01-01", price="31.00", prorata=False, rebates=rebates), Month.parse(month))
    assert str(part.discount) == taken


def test_what_goes_on_counts_its_months_from_where_it_began():
    """12 months from January, on a plan that began in October: three of them are left."""
    going_on = terms("2026-10-10", rebates=[Rebate(percent=Decimal(10), months=12, start=date(2026, 1, 1))])
    discounted = [month for month in months_due(going_on, Month(2027, 3)) if slice_of(going_on, month).discount]
    assert discounted == [Month(2026, 10), Month(2026, 11), Month(2026, 12)]


def test_an_amount_takes_at_most_the_slice_and_rebates_never_make_it_negative():
    generous = terms(price="4.90", rebates=[Rebate(percent=Decimal(50)), Rebate(amount=Decimal("10.00"))])
    part = slice_of(generous, OCTOBER)
    assert [taken for _, taken in part.rebates] == [Decimal("2.45"), Decimal("2.45")]
    assert part.net + part.discount == 0


def test_a_discount_of_n_months_covers_the_first_n_slices_from_billing_start():
    first_month_free = terms("2026-08-20", rebates=[Rebate(percent=Decimal(100), months=2)])
    discounts = [slice_of(first_month_free, Month(2026, month)).discount for month in (8, 9, 10)]
    assert discounts == [Decimal("-12.00"), Decimal("-31.00"), Decimal("0.00")]


@pytest.mark.parametrize(
    ("start", "end", "in_advance", "months"),
    [
        ("2026-08-15", None, False, ["2026-08", "2026-09", "2026-10"]),
        ("2026-10-01", None, True, ["2026-10", "2026-11"]),
        ("2026-10-01", "2026-11-01", True, ["2026-10"]),
        ("2026-10-01", "2026-11-02", True, ["2026-10", "2026-11"]),
        ("2026-11-15", None, False, []),
        ("2026-11-15", None, True, ["2026-11"]),
        ("2026-10-03", "2026-10-20", False, ["2026-10"]),
    ],
)
def test_the_run_of_october_takes_every_slice_up_to_its_horizon(start, end, in_advance, months):
    assert [str(month) for month in months_due(terms(start, end, in_advance=in_advance), OCTOBER)] == months


@given(
    start=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    days=st.integers(1, 400),
    price=st.decimals(0, 999, places=2),
    cut=st.integers(1, 399),
)
def test_a_line_cut_in_two_owes_the_same_to_a_cent_per_slice(start, days, price, cut):
    from datetime import timedelta

    end = start + timedelta(days=days)
    middle = start + timedelta(days=min(cut, days))
    whole = Terms(start=start, end=end, price=price)
    parts = [Terms(start=start, end=middle, price=price)]
    if middle < end:
        parts.append(Terms(start=middle, end=end, price=price))
    for month in (Month.of(start), Month.of(middle), Month.of(end)):
        split = sum(slice_of(part, month).net for part in parts)
        assert abs(split - slice_of(whole, month).net) <= Decimal("0.01")
