"""When an invoice falls due, and whether the law agrees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.documents.terms import PaymentTerms, TermsRefused

terms = st.builds(PaymentTerms, st.integers(0, 90), st.booleans(), st.none() | st.integers(1, 31))
issue_dates = st.dates(date(2020, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("days", "end_of_month", "day_of_month", "issued", "due"),
    [
        (30, False, None, "2026-10-31", "2026-11-30"),
        (0, False, None, "2026-10-31", "2026-10-31"),
        (30, False, None, "2028-01-31", "2028-03-01"),
        # 45 days, then the end of the month reached
        (45, True, None, "2026-10-31", "2026-12-31"),
        (45, True, None, "2026-10-16", "2026-11-30"),
        (45, True, None, "2026-10-17", "2026-12-31"),
        (0, True, None, "2026-02-28", "2026-02-28"),
        (0, True, None, "2028-02-28", "2028-02-29"),
        # The next such day, that day included
        (30, False, 10, "2026-10-01", "2026-11-10"),
        (30, False, 10, "2026-10-11", "2026-11-10"),
        (30, False, 10, "2026-10-12", "2026-12-10"),
        # A month that lacks the day has its last one
        (0, False, 31, "2026-02-03", "2026-02-28"),
        (0, False, 31, "2026-02-28", "2026-02-28"),
        (0, False, 30, "2026-01-31", "2026-02-28"),
        # «30 jours fin de mois le 10»
        (30, True, 10, "2026-10-31", "2026-12-10"),
        (30, True, 31, "2026-10-31", "2026-11-30"),
    ],
)
def test_due_dates(days: int, end_of_month: bool, day_of_month: int | None, issued: str, due: str) -> None:
    due_date = PaymentTerms(days, end_of_month, day_of_month).due_date(date.fromisoformat(issued))
    assert due_date == date.fromisoformat(due)


def test_thirty_days_are_the_default() -> None:
    assert PaymentTerms() == PaymentTerms(days=30, end_of_month=False, day_of_month=None)


@pytest.mark.parametrize(
    ("days", "end_of_month", "day_of_month", "periodic", "otherwise"),
    [
        (30, False, None, None, None),
        (45, False, None, None, None),
        (46, False, None, 46, None),
        (60, False, None, 60, None),
        (61, False, None, 61, 61),
        # The end of the month may add 30 days, at worst
        (15, True, None, None, None),
        (16, True, None, 46, None),
        (45, True, None, 75, None),
        (46, True, None, 76, 76),
        (15, False, 10, None, None),
        (30, False, 10, 60, None),
        (31, False, 10, 61, 61),
        (30, True, 10, 70, 70),
    ],
)
def test_the_law_limits_the_longest_wait(
    days: int, end_of_month: bool, day_of_month: int | None, periodic: int | None, otherwise: int | None
) -> None:
    chosen = PaymentTerms(days, end_of_month, day_of_month)
    for fault, longest, limit in (
        (chosen.legal_fault(), periodic, 45),
        (chosen.legal_fault(periodic=False), otherwise, 60),
    ):
        if longest is None:
            assert fault is None
        else:
            assert fault is not None
            assert (fault.code, fault.params) == ("terms_too_long", {"longest": longest, "limit": limit})


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"days": -1}, "terms_days"),
        ({"days": 366}, "terms_days"),
        ({"day_of_month": 0}, "terms_day_of_month"),
        ({"day_of_month": 32}, "terms_day_of_month"),
    ],
)
def test_terms_that_mean_nothing_are_refused(chosen: dict[str, int], code: str) -> None:
    with pytest.raises(TermsRefused) as refused:
        PaymentTerms(**chosen)
    assert refused.value.code == code


@settings(max_examples=30)
@given(terms, issue_dates)
def test_an_invoice_is_never_due_before_its_days_have_run(chosen: PaymentTerms, issued: date) -> None:
    due = chosen.due_date(issued)
    wait = (due - issued).days
    assert chosen.days <= wait <= chosen.days + 30 * chosen.end_of_month + 31 * bool(chosen.day_of_month)


@settings(max_examples=30)
@given(terms, issue_dates)
def test_a_later_invoice_is_never_due_earlier(chosen: PaymentTerms, issued: date) -> None:
    assert chosen.due_date(issued) <= chosen.due_date(issued + timedelta(days=1))
