"""What files of lines owe to the offers they name: rules between them, pools, and no fees."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.catalog.models import Offer, OfferPrice
from apps.catalog.services import set_rules
from apps.core import slots
from apps.lines.choices import LineStatus
from apps.lines.imports import LineImporter
from apps.lines.models import Line, OneOffCharge
from tests.factories import AllowanceFactory, PlanFactory
from tests.lines.test_imports import LINE, SECOND, SIMPLE, TODAY, csv, faults, taken
from tests.lines.test_imports import reseller as reseller

pytestmark = pytest.mark.django_db


def test_offers_that_do_not_go_together_are_named_where_the_rule_stands() -> None:
    offers = {code: Offer.objects.get(code=code) for code in ("PRO", "VOIX", "DATA")}
    set_rules(offer=offers["VOIX"], requires=[], excludes=[offers["DATA"]], actor=None)
    set_rules(offer=offers["PRO"], requires=[offers["DATA"]], excludes=[], actor=None)
    assert faults(LINE, SECOND | {"OPTIONS": "VOIX"}) == [
        (2, "OPTIONS", "offer_excluded"),
        (3, "OFFRE", "offer_requires"),
    ]
    taken(SECOND | {"OPTIONS": "DATA"})


def test_a_line_that_shares_pays_for_what_the_others_have_used(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[int]] = []
    monkeypatch.setitem(slots._slots, "lines.allowances_changed", [lambda line_ids: told.append(line_ids)])
    AllowanceFactory(offer=Offer.objects.get(code="DATA"), kind="data", shared=True)
    taken(SIMPLE, SECOND | {"OPTIONS": "DATA"})
    assert told == [[Line.objects.get(msisdn=SECOND["MSISDN"]).pk]]


def test_a_fleet_pays_no_fee() -> None:
    Offer.objects.update(activation_fee=25, sim_fee=5, termination_fee=49)
    taken(LINE)
    taken(LINE | {"DATE_RESILIATION": "2026-11-20"})
    assert Line.objects.get().status == LineStatus.TERMINATED
    assert not OneOffCharge.objects.exists()


def test_the_prices_that_lines_agree_to_are_part_of_what_is_confirmed() -> None:
    """The file does not say them: they are those of the catalogue on the first day billed."""

    def shown() -> str:
        return LineImporter(today=TODAY).plan(csv(LINE)).fingerprint()

    before = shown()
    PlanFactory(code="OTHER")
    assert shown() == before
    OfferPrice.objects.filter(offer__code="DATA").update(amount=Decimal("6.00"))
    assert shown() != before
