"""Another pattern for a series that has issued: the ledger stays whole, and nothing is numbered twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from apps.billing.models import Invoice
from apps.billing.services import bill_period, verify_ledger
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.documents.choices import DocumentKind
from apps.documents.models import FormerPattern, NumberSeries
from apps.documents.services import change_series, preview_series
from tests.factories import IntegratorFactory, LineFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 24)
FIRST = Month(2026, 9)


@pytest.fixture(autouse=True)
def undrawn(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)


@pytest.fixture
def series() -> NumberSeries:
    return NumberSeries.objects.get(kind=DocumentKind.INVOICE)


def issue(day: date, month: Month) -> list[str | None]:
    run = bill_period(month=month, issue_on=day).run
    return list(run.invoices.issued().order_by("position").values_list("number", flat=True))


def change(pattern: str, reset: str, **values: Any) -> NumberSeries:
    row = NumberSeries.objects.get(kind=values.pop("kind", DocumentKind.INVOICE))
    return change_series(series=row, pattern=pattern, reset=reset, actor=values.pop("actor", None), today=TODAY)


def ahead(series: NumberSeries, pattern: str, reset: str) -> tuple[list[str], str]:
    series.refresh_from_db()
    shown = preview_series(series=series, pattern=pattern, reset=reset, today=TODAY)
    return shown.numbers, shown.first_of_next_period


def test_the_counter_goes_on_until_the_next_period_of_the_new_rule(series: NumberSeries) -> None:
    IntegratorFactory()
    LineFactory.create_batch(2, billing_start=FIRST.start)
    assert issue(date(2026, 10, 2), FIRST) == ["F2026-000001", "F2026-000002"]
    change("FA{YYYY}{MM}-{N:4}", "monthly")
    assert issue(date(2026, 10, 31), Month(2026, 10)) == ["FA202610-0003", "FA202610-0004"]
    assert issue(date(2026, 11, 3), Month(2026, 11)) == ["FA202611-0001", "FA202611-0002"]
    change("FA{YYYY}{MM}-{N:4}", "yearly")
    assert issue(date(2026, 12, 2), Month(2026, 12)) == ["FA202612-0003", "FA202612-0004"]
    with pytest.raises(DomainError):  # November has begun at 1 again, so that F2026-000002 could come back
        change("F{YYYY}-{N:6}", "yearly")
    change("G{YYYY}-{N:6}", "yearly")
    assert issue(date(2027, 1, 4), Month(2027, 1)) == ["G2027-000001", "G2027-000002"]
    assert verify_ledger().faults == []
    numbers = list(Invoice.objects.issued().values_list("number", flat=True))
    assert len(set(numbers)) == 10
    assert list(Invoice.objects.issued().order_by("position").values_list("position", flat=True)) == list(range(1, 11))


def test_a_number_that_is_not_of_its_rule_is_a_fault_of_the_ledger(series: NumberSeries) -> None:
    IntegratorFactory()
    LineFactory(billing_start=FIRST.start)
    issue(date(2026, 10, 2), FIRST)
    NumberSeries.objects.update(pattern="X{YYYY}-{N:6}")
    assert any("F2026-000001" in fault for fault in verify_ledger().faults)
    NumberSeries.objects.update(pattern="X{")
    assert any("series invoice" in fault for fault in verify_ledger().faults)


def test_what_could_repeat_a_number_is_refused_and_changes_nothing(series: NumberSeries) -> None:
    NumberSeries.objects.filter(pk=series.pk).update(
        pattern="F{YYYY}{MM}{N:4}", reset="monthly", position=12, counter=12, last_date=TODAY, period_key="2026-11"
    )
    with pytest.raises(DomainError, match=r"F\{YYYY\}\{MM\}\{N:4\}"):
        change("F{YYYY}{N:6}", "yearly")
    with pytest.raises(DomainError, match=r"A\{YYYY\}-\{N:6\}"):  # the credit notes'
        change("A{YYYY}-{N:5}", "yearly")
    for nonsense in ("F{YYYY}", "F{N}{N}", "F {N}", "{N:99}", "F{YYYY}" + "{N}" * 30, "x" * 400):
        with pytest.raises(DomainError):
            change(nonsense, "never")
    with pytest.raises(DomainError):
        change("F{N}", "yearly")
    series.refresh_from_db()
    assert (series.pattern, series.counter) == ("F{YYYY}{MM}{N:4}", 12)
    assert not FormerPattern.objects.exists()


def test_a_series_that_has_numbered_nothing_takes_any_pattern_but_the_other_ones(series: NumberSeries) -> None:
    change("{N}", "never")
    change("2026{N:4}", "never")
    with pytest.raises(DomainError):
        change("{YYYY}{N:4}", "yearly", kind=DocumentKind.CREDIT_NOTE)
    assert not FormerPattern.objects.exists()
    with pytest.raises(DomainError):  # the same once more
        change("2026{N:4}", "never")


def test_the_next_numbers_are_shown_before(series: NumberSeries) -> None:
    assert ahead(series, "F{YYYY}-{N:6}", "yearly") == (
        ["F2026-000001", "F2026-000002", "F2026-000003"],
        "F2027-000001",
    )
    NumberSeries.objects.filter(pk=series.pk).update(
        position=41, counter=41, last_date=date(2026, 11, 3), period_key="2026"
    )
    assert ahead(series, "FA-{N:4}", "never") == (["FA-0042", "FA-0043", "FA-0044"], "")
    assert ahead(series, "FA{YY}{MM}-{N}", "monthly") == (["FA2611-42", "FA2611-43", "FA2611-44"], "FA2612-1")
    NumberSeries.objects.filter(pk=series.pk).update(last_date=date(2026, 10, 30))
    assert ahead(series, "FA{YY}{MM}-{N}", "monthly")[0] == ["FA2611-1", "FA2611-2", "FA2611-3"]
    NumberSeries.objects.filter(pk=series.pk).update(last_date=date(2026, 12, 2))  # dated ahead
    assert ahead(series, "FA{YY}{MM}-{N}", "monthly") == (["FA2612-42", "FA2612-43", "FA2612-44"], "FA2701-1")


def test_the_history_says_who_changed_the_pattern(series: NumberSeries) -> None:
    actor = UserFactory()
    change("G{YYYY}-{N:6}", "yearly", actor=actor)
    entry = series.history.first()
    assert (entry.pattern, entry.history_user) == ("G{YYYY}-{N:6}", actor)
