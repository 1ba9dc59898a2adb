"""A grid asks usage which of its rows priced calls before it lets them go."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from apps.core.slots import contributions
from apps.tariffs.imports import RATES_IN_USE
from apps.usage.models import RatedRecord
from tests.factories import LineFactory, RateFactory

pytestmark = pytest.mark.django_db


def test_a_rate_is_in_use_once_a_record_was_priced_by_it() -> None:
    used, unused = RateFactory(), RateFactory(prefix="337")
    line = LineFactory()
    for pk in (1, 2):
        RatedRecord.objects.create(
            id=pk,
            file_id=1,
            format_id=1,
            month=date(2026, 10, 1),
            cdr_id=f"CDR{pk}",
            started_at=datetime(2026, 10, 3, tzinfo=UTC),
            local_date=date(2026, 10, 3),
            kind=1,
            direction=1,
            line=line,
            rate=used,
            quantity=60,
            billed_quantity=60,
            price="0.09",
        )
    [rates_in_use] = contributions(RATES_IN_USE)
    assert rates_in_use(rate_ids=[used.pk, unused.pk]) == {used.pk}
