"""What billing tests stand on: an integrator with an identity, and rated records without a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import count

import pytest

from apps.branding.models import Integrator
from apps.core.periods import PARIS, Month, local_date
from apps.lines.models import Line
from apps.usage.choices import RecordDirection, RecordKind
from apps.usage.defaults import ISM
from apps.usage.models import CdrFile, CdrFormat, RatedRecord
from tests.factories import IntegratorFactory, RateFactory
from tests.usage.factories import CdrFileFactory, RateUseFactory


@pytest.fixture
def integrator(db: None) -> Integrator:
    return IntegratorFactory(email="factures@ism.example")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing has its own tests; here it would only be slow."""
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)


@pytest.fixture
def rated(db: None) -> Callable[..., RatedRecord]:
    """A rated call of ``price`` euros on ``line``, at noon of 10 October 2026 unless told otherwise."""
    numbers = count(1)
    files: list[CdrFile] = []

    def make(
        line: Line,
        price: str = "0.10",
        *,
        at: str = "2026-10-10T12:00:00",
        kind: RecordKind = RecordKind.VOICE,
        destination: str = "France mobile",
        quantity: int = 60,
        free_by_rule: bool = False,
        prefix: str = "336",
        special: bool = False,
    ) -> RatedRecord:
        number = next(numbers)
        started_at = datetime.fromisoformat(at).replace(tzinfo=PARIS)
        day = local_date(started_at)
        rate = None if free_by_rule else RateFactory(prefix=prefix, special=special, destination=destination)
        if not files:
            files.append(CdrFileFactory())
        if rate is not None:
            RateUseFactory(file=files[0], rate=rate, billable=min(quantity, 1), quantity=quantity, cost=0)
        return RatedRecord.objects.create(
            id=number,
            file=files[0],
            format_id=CdrFormat.objects.get(code=ISM).pk,
            month=Month.of(day).start,
            cdr_id=f"cdr-{number:06d}",
            msisdn=line.msisdn,
            started_at=started_at,
            local_date=day,
            kind=kind,
            direction=RecordDirection.MO,
            correspondent="33612345678",
            quantity=quantity,
            origin_zone="FR",
            line=line,
            rate_id=None if rate is None else rate.pk,
            destination=destination,
            billed_quantity=quantity,
            price=Decimal(price),
        )

    return make
