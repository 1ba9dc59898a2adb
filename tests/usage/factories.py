"""Files of call records, and what their calls say of rates. Records come in by loading files."""

from __future__ import annotations

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from apps.usage.choices import FileState
from apps.usage.defaults import ISM
from apps.usage.models import CdrFile, CdrFormat, RateUse
from tests.factories import RateFactory


class CdrFileFactory(DjangoModelFactory[CdrFile]):
    """A loaded file without a line."""

    class Meta:
        model = CdrFile

    name = factory.Sequence(lambda n: f"CDR_MOBILE_TEST_202610_{n:03d}.csv")
    sha256 = factory.Sequence(lambda n: f"test{n:060x}")
    size = 0
    format = factory.LazyFunction(lambda: CdrFormat.objects.get(code=ISM))
    state = FileState.LOADED


class RateUseFactory(DjangoModelFactory[RateUse]):
    """A call of one minute that was priced by the rate."""

    class Meta:
        model = RateUse

    file = factory.SubFactory(CdrFileFactory)
    rate = factory.SubFactory(RateFactory)
    records = 1
    billable = factory.SelfAttribute("records")
    quantity = factory.LazyAttribute(lambda use: 60 * use.records)
    cost = Decimal("0.02")
