"""Two people at the invoice template, the numbers or the terms at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.core.exceptions import DomainError
from apps.documents.choices import DocumentKind
from apps.documents.models import FormerPattern, InvoiceLayout, NumberSeries, PaymentTerms
from apps.documents.services import (
    LayoutValues,
    TermsValues,
    change_series,
    create_terms,
    layout_in_force,
    make_default_terms,
    write_layout,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What became of each: "" or the sentence of its refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            barrier.wait()
            act()
        except DomainError as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as people:
        return [one.result() for one in [people.submit(run, act) for act in acts]]


def test_two_who_write_the_next_version_write_one_and_the_other_is_told() -> None:
    values = LayoutValues.of(layout_in_force())
    said = at_once(
        *(
            lambda footer=footer: write_layout(
                values=replace(values, footer=footer), actor=None, at=timezone.now(), expected=1
            )
            for footer in ("Le mien", "Le tien")
        )
    )
    assert sorted(map(bool, said)) == [False, True]
    assert sorted(InvoiceLayout.objects.values_list("version", flat=True)) == [1, 2]


def test_two_who_change_the_pattern_leave_one_of_theirs() -> None:
    today = timezone.localdate()
    series = NumberSeries.objects.get(kind=DocumentKind.INVOICE)
    NumberSeries.objects.filter(pk=series.pk).update(position=3, counter=3, last_date=today, period_key=str(today.year))
    said = at_once(
        *(
            lambda head=head: change_series(
                series=series, pattern=f"{head}{{YYYY}}-{{N:5}}", reset="yearly", actor=None, today=today
            )
            for head in ("G", "H")
        )
    )
    assert said == ["", ""]
    series.refresh_from_db()
    assert series.counter == 3
    assert FormerPattern.objects.count() == 1  # the one in between has numbered nothing


def test_two_who_take_the_same_code_make_one_set_of_terms() -> None:
    values = TermsValues(code="15J", label="15 jours", days=15)
    said = at_once(*(lambda: create_terms(values=values, actor=None) for _ in range(2)))
    assert sorted(map(bool, said)) == [False, True]
    assert PaymentTerms.objects.filter(code="15J").count() == 1


def test_two_who_choose_the_default_leave_one() -> None:
    rows = list(PaymentTerms.objects.exclude(code="30JFDM"))
    said = at_once(*(lambda row=row: make_default_terms(terms=row, actor=None) for row in rows))
    assert said == [""] * len(rows)
    assert PaymentTerms.objects.filter(is_default=True).count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_who_changes_the_pattern_waits_for_who_is_numbering() -> None:
    today = timezone.localdate()
    series = NumberSeries.objects.get(kind=DocumentKind.INVOICE)

    def change() -> None:
        try:
            change_series(series=series, pattern="G{YYYY}-{N:5}", reset="yearly", actor=None, today=today)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            numbering = NumberSeries.objects.select_for_update().get(pk=series.pk)
            changing = other.submit(change)
            with pytest.raises(TimeoutError):
                changing.result(timeout=2)
            numbering.position, numbering.counter, numbering.last_date = 7, 7, today
            numbering.save()
        changing.result(timeout=60)
    assert FormerPattern.objects.get().until_position == 7
    assert NumberSeries.objects.get(pk=series.pk).counter == 7
