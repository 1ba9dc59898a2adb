"""What one record costs, case by case (DOMAIN §5.3 and §5.5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.tariffs.explanation import GridVersion, explain
from apps.tariffs.matching import RateIndex
from apps.tariffs.rating import (
    BINARY_MEGABYTE,
    DECIMAL_MEGABYTE,
    PRICE_LIMIT,
    QUANTITY_LIMITS,
    RateTerms,
    billable_quantity,
    price,
)

GRID = GridVersion(id=7, grid="STANDARD", valid_from=date(2026, 7, 1))


def voice(**terms) -> RateTerms:
    defaults = {"id": 1, "kind": "voice", "origin": "FR", "destination": "France", "prefix": "33"}
    return RateTerms(**defaults | terms)


def of_kind(kind, **terms) -> RateTerms:
    return voice(kind=kind, prefix="", **terms)


@pytest.mark.parametrize(
    ("first", "step", "free", "seconds", "billed"),
    [
        (1, 1, 0, 0, 0),
        (60, 60, 0, 0, 0),  # nothing was said: no first step either
        (60, 60, 0, 1, 60),
        (60, 60, 0, 60, 60),
        (60, 60, 0, 61, 120),
        (30, 6, 0, 30, 30),
        (30, 6, 0, 32, 36),
        (30, 6, 0, 36, 36),
        (30, 6, 0, 37, 42),
        (60, 1, 0, 61, 61),
        (1, 60, 0, 2, 61),
        (1, 1, 3, 3, 0),
        (1, 1, 3, 4, 4),  # free seconds are a threshold, not a deduction
        (30, 6, 40, 40, 0),
        (30, 6, 40, 41, 42),
    ],
)
def test_seconds_are_rounded_up_to_the_first_step_then_to_steps(first, step, free, seconds, billed):
    assert billable_quantity(voice(first_step=first, step=step, free_seconds=free), seconds) == billed


@pytest.mark.parametrize("kind", ["sms", "mms", "data"])
def test_only_calls_have_steps_and_free_seconds(kind):
    assert billable_quantity(of_kind(kind, first_step=60, step=60, free_seconds=10), 7) == 7


@pytest.mark.parametrize(
    ("terms", "charged", "expected"),
    [
        (voice(price_minute=Decimal("0.006")), 36, "0.003600"),
        (voice(price_minute=Decimal("0.05"), connection_fee=Decimal("0.15")), 24, "0.170000"),
        (voice(price_minute=Decimal("0.05"), connection_fee=Decimal("0.15")), 0, "0.000000"),
        (voice(price_minute=Decimal("0.000001")), 30, "0.000001"),  # exactly half a millionth goes up
        (voice(price_minute=Decimal("0.000001")), 29, "0.000000"),
        (voice(price_minute=Decimal("0.09")), 7, "0.010500"),
        (voice(price_minute=Decimal("0.035")), 1, "0.000583"),
        (of_kind("sms", price_unit=Decimal("0.06")), 3, "0.180000"),
        (of_kind("mms", price_unit=Decimal("0.25"), connection_fee=Decimal("0.1")), 2, "0.600000"),
        (of_kind("data", price_megabyte=Decimal("0.05")), BINARY_MEGABYTE, "0.050000"),
        (of_kind("data", price_megabyte=Decimal("0.05")), 1, "0.000000"),
        (of_kind("data", price_megabyte=Decimal(2)), 262144, "0.500000"),
    ],
)
def test_price_is_the_fee_and_the_exact_rest_half_up_to_six_decimals(terms, charged, expected):
    assert str(price(terms, charged, bytes_per_megabyte=BINARY_MEGABYTE)) == expected


def test_a_megabyte_may_be_a_million_bytes():
    terms = of_kind("data", price_megabyte=Decimal("0.05"))
    assert price(terms, 1_000_000, bytes_per_megabyte=DECIMAL_MEGABYTE) == Decimal("0.05")


def test_a_kind_has_its_own_price_only():
    terms = RateTerms(
        id=1,
        kind="sms",
        origin="FR",
        destination="?",
        price_minute=Decimal(5),
        price_unit=Decimal("0.1"),
        price_megabyte=Decimal(7),
    )
    assert price(terms, 1, bytes_per_megabyte=BINARY_MEGABYTE) == Decimal("0.1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_minute": Decimal("-0.01")},
        {"price_minute": PRICE_LIMIT + 1},
        {"first_step": 0},
        {"step": 0},
        {"free_seconds": -1},
    ],
)
def test_a_rate_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError):
        voice(**wrong)


@pytest.mark.parametrize("kind", ["voice", "sms", "mms", "data"])
def test_the_dearest_record_fits_sixty_four_bits_of_micro_euros(kind):
    dearest = of_kind(
        kind,
        price_minute=PRICE_LIMIT,
        price_unit=PRICE_LIMIT,
        price_megabyte=PRICE_LIMIT,
        connection_fee=PRICE_LIMIT,
        first_step=2**31 - 1,
        step=2**31 - 1,
    )
    billed = billable_quantity(dearest, QUANTITY_LIMITS[kind] - 1)
    assert price(dearest, billed, bytes_per_megabyte=DECIMAL_MEGABYTE) * 10**6 < 2**63


class TestExplanation:
    included = voice(price_minute=Decimal("0.05"), connection_fee=Decimal("0.15"), included=True, step=10)
    index = RateIndex({7: [included, of_kind("mms", id=2, price_unit=Decimal("0.25"), included=True)]})

    def explain(self, **record):
        defaults = {
            "version": GRID,
            "kind": "voice",
            "incoming": False,
            "origin": "FR",
            "number": "33123456789",
            "measured": 24,
            "bytes_per_megabyte": BINARY_MEGABYTE,
        }
        return explain(self.index, **defaults | record)

    def test_tells_every_step(self):
        told = self.explain()
        assert (told.terms.prefix, told.measured, told.billed, told.covered) == ("33", 24, 31, 0)
        assert (told.charged, told.per, told.price) == (31, 60, Decimal("0.175833"))
        assert told.as_json()["rate"]["price_minute"] == "0.050000"
        assert told.as_json()["version"] == "2026-07-01"

    def test_an_allowance_pays_part_and_the_fee_stays_whole(self):
        told = self.explain(allowance_left=30)
        assert (told.covered, told.charged, told.price) == (30, 1, Decimal("0.150833"))

    def test_an_allowance_that_pays_all_pays_the_fee_too(self):
        assert self.explain(allowance_left=31).price == 0

    def test_no_allowance_pays_mms(self):
        told = self.explain(kind="mms", measured=1, allowance_left=10)
        assert (told.covered, told.price) == (0, Decimal("0.25"))

    def test_no_rate_has_no_price(self):
        told = self.explain(number="44123456789")
        assert (told.terms, told.price, told.as_json()["price"]) == (None, None, None)

    def test_a_free_number_is_free_without_a_row(self):
        told = self.explain(number="112", origin="ROAM_MONDE")
        assert (told.rule, told.terms, told.billed, told.price) == ("emergency", None, 0, 0)
