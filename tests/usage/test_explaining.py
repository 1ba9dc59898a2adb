"""Each record tells how it came to its price, with the arithmetic of the loader."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.core.exceptions import DomainError
from apps.lines.models import Line
from apps.tariffs.models import Rate, TariffVersion
from apps.tariffs.wording import explanation_text
from apps.usage.models import RatedRecord, RateUse
from apps.usage.services import explain_record
from tests.factories import AllowanceFactory, RateFactory
from tests.pure.cdr_files import row
from tests.usage.conftest import Load

pytestmark = pytest.mark.django_db


def test_a_call_that_an_allowance_pays_in_part(line: Line, load: Load, rate: Rate) -> None:
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=31)
    load(row())
    explanation = explain_record(RatedRecord.objects.get())
    assert explanation.terms is not None
    assert (explanation.terms.id, explanation.version.grid) == (rate.pk, rate.version.tariff.code)
    assert (explanation.billed, explanation.covered, explanation.charged) == (61, 31, 30)
    assert explanation.price == Decimal("0.03")


def test_every_kind_of_record_is_explained_to_its_price(line: Line, version: TariffVersion, load: Load) -> None:
    RateFactory(
        version=version,
        prefix="33",
        price_minute=Decimal("0.035"),
        connection_fee=Decimal("0.15"),
        first_step=30,
        step=6,
        free_seconds=3,
    )
    RateFactory(version=version, kind="data", prefix="", price_megabyte=Decimal("0.05"), included=True)
    RateFactory(version=version, kind="sms", prefix="", price_unit=Decimal("0.06"))
    RateFactory(version=version, direction="MT", origin_zone="UE", prefix="")
    AllowanceFactory(offer=line.subscriptions.get().offer, quantity=100, kind="data")
    file = load(
        *(
            row(ID_CDR=f"v{seconds}", CORRESPONDANT="33123456789", DUREE_S=str(seconds))
            for seconds in (0, 3, 4, 30, 31)
        ),
        row(ID_CDR="data", TYPE="DATA", CORRESPONDANT="", VOLUME_OCTETS="1234567"),
        row(ID_CDR="sms", TYPE="SMS", NB_UNITES="3"),
        row(ID_CDR="in", SENS="MT", ZONE_ORIGINE="UE"),
        row(ID_CDR="home", SENS="MT"),
        row(ID_CDR="15", CORRESPONDANT="15"),
    )
    assert file.rated == 10
    for record in RatedRecord.objects.all():
        explanation = explain_record(record)
        assert (explanation.price, explanation.billed) == (record.price, record.billed_quantity), record.cdr_id
        assert all(explanation_text(explanation))


def test_a_rate_that_changed_since_explains_nothing(line: Line, load: Load, rate: Rate) -> None:
    load(row())
    Rate.objects.filter(pk=rate.pk).update(price_minute=Decimal(1))
    with pytest.raises(DomainError):
        explain_record(RatedRecord.objects.get())


def test_nor_does_one_that_is_gone(line: Line, load: Load, rate: Rate) -> None:
    """Which the uses of rates, that keep it, do not allow any more."""
    load(row())
    RateUse.objects.all().delete()
    rate.delete()
    with pytest.raises(DomainError):
        explain_record(RatedRecord.objects.get())
