"""Whole frames are rated as the plain rater rates each record (DOMAIN §5)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from apps.tariffs.matching import RateIndex
from apps.tariffs.rating import (
    BINARY_MEGABYTE,
    DECIMAL_MEGABYTE,
    KINDS,
    PRICE_LIMIT,
    QUANTITY_LIMITS,
    RateTerms,
    price,
)
from apps.usage.columns import UNLIMITED, RateColumns, covered, matched, priced
from apps.usage.parsing.formats import FORWARDED, INCOMING, KIND_CODES, OUTGOING
from tests.pure import reference_rater

OCTOBER = date(2026, 10, 1)
DIRECTIONS = {"MO": OUTGOING, "MT": INCOMING, "FWD": FORWARDED}
INSTANT = pl.Datetime("us", "UTC")


def as_frame(records):
    return pl.DataFrame(
        {
            "cdr_id": [record["id"] for record in records],
            "kind": [KIND_CODES[record["kind"]] for record in records],
            "direction": [DIRECTIONS[record["direction"]] for record in records],
            "correspondent": [record["number"] for record in records],
            "quantity": [record["quantity"] for record in records],
            "origin_zone": [record["zone"] for record in records],
            "version": [record["version"] for record in records],
            "pool": [record["pool"] for record in records],
            "month": [OCTOBER for _ in records],
            "started_at": [record["start"] for record in records],
        },
        schema_overrides={
            "cdr_id": pl.String,
            "correspondent": pl.String,
            "origin_zone": pl.String,
            "quantity": pl.Int64,
            "kind": pl.Int8,
            "direction": pl.Int8,
            "version": pl.Int64,
            "pool": pl.Int64,
            "month": pl.Date,
            "started_at": INSTANT,
        },
    )


def as_allowances(amounts):
    return pl.DataFrame(
        [
            (pool, OCTOBER, KIND_CODES[kind], UNLIMITED if amount is None else amount)
            for (pool, kind), amount in amounts.items()
        ],
        schema={"pool": pl.Int64, "month": pl.Date, "kind": pl.Int8, "allowance": pl.Int64},
        orient="row",
    )


def rate_frame(grids, records, amounts, megabyte=BINARY_MEGABYTE):
    """What the columns say, in the reference's words."""
    rates = RateColumns(RateIndex(grids), bytes_per_megabyte=megabyte)
    found = matched(as_frame(records), rates)
    assert found["cdr_id"].to_list() == [record["id"] for record in records]
    rated = found.filter(pl.col("rule") | pl.col("rate").is_not_null())
    final = priced(covered(rated, as_allowances(amounts)), rates)
    assert final["cdr_id"].to_list() == rated["cdr_id"].to_list()
    results = dict.fromkeys(record["id"] for record in records)
    for row in final.iter_rows(named=True):
        results[row["cdr_id"]] = (row["rate"], row["billed_quantity"], row["covered_quantity"], row["price"])
    return results


def random_grid(rng, ids):
    keys = {
        (
            rng.choice(KINDS),
            rng.random() < 0.3,
            rng.choice(["FR", "UE", "MONDE"]),
            rng.random() < 0.3,
            rng.choice(["", "", "3", "33", "336", "44", "0", "089", "36", "1", "33000"]),
        )
        for _ in range(70)
    }
    return [
        RateTerms(
            id=next(ids),
            kind=kind,
            incoming=incoming,
            origin=origin,
            special=special,
            prefix=prefix,
            destination=f"to {prefix}",
            price_minute=Decimal(rng.choice([0, 1, 35, 5000, 90_000, 1_234_567])).scaleb(-6),
            price_unit=Decimal(rng.choice([0, 1, 60_000, 250_001])).scaleb(-6),
            price_megabyte=Decimal(rng.choice([0, 1, 50_000, 2_500_001])).scaleb(-6),
            connection_fee=Decimal(rng.choice([0, 0, 150_000])).scaleb(-6),
            first_step=rng.choice([1, 30, 60]),
            step=rng.choice([1, 6, 60]),
            free_seconds=rng.choice([0, 0, 3, 20]),
            included=rng.random() < 0.6,
        )
        for kind, incoming, origin, special, prefix in sorted(keys)
    ]


def random_records(rng, count):
    numbers = [
        "",
        "112",
        "15",
        "3631",
        "0899123456",
        "33612345678",
        "33000",
        "33000123456",
        "44123",
        "3631234567",
    ]
    quantities = [0, 1, 2, 3, 20, 29, 30, 31, 59, 60, 61, 3600, 1_048_576, 5_000_000]
    start = datetime(2026, 10, 1, tzinfo=UTC)
    return [
        {
            "id": f"R{rng.randrange(10)}-{place}",
            "kind": rng.choice(KINDS),
            "direction": rng.choice(["MO", "MO", "MO", "MT", "FWD"]),
            "number": rng.choice(numbers),
            "quantity": rng.choice(quantities),
            "zone": rng.choice(["FR", "FR", "UE", "MONDE", "LUNE"]),
            "version": rng.choice([1, 1, 2, 3, None]),
            "pool": rng.choice([10, 11, None]),
            "start": start + timedelta(seconds=rng.randrange(20)),  # many at once: the ID decides
        }
        for place in range(count)
    ]


def random_amounts(rng):
    amounts = [0, 1, 100, 5000, 20_000_000, None]
    return {(pool, kind): rng.choice(amounts) for pool in (10, 11) for kind in ("voice", "sms", "data", "mms")}


@pytest.mark.parametrize("seed", range(12))
def test_random_records_are_rated_as_the_plain_rater_does(seed):
    rng = random.Random(seed)
    ids = iter(range(100, 10_000))
    grids = {version: random_grid(rng, ids) for version in (1, 2)}
    records, amounts = random_records(rng, 200), random_amounts(rng)
    megabyte = rng.choice([BINARY_MEGABYTE, DECIMAL_MEGABYTE])
    expected = reference_rater.rate_all(grids, records, amounts, megabyte)
    assert any(result and result[2] for result in expected.values())
    assert rate_frame(grids, records, amounts, megabyte) == expected
    rng.shuffle(records)
    assert rate_frame(grids, records, amounts, megabyte) == expected


def test_prices_are_exact_where_floats_are_not():
    rng = random.Random(11)
    for megabyte in (BINARY_MEGABYTE, DECIMAL_MEGABYTE):
        terms = [
            RateTerms(
                id=place,
                kind=rng.choice(KINDS),
                origin="FR",
                destination="",
                price_minute=Decimal(rng.randrange(10**10)).scaleb(-6),
                price_unit=Decimal(rng.randrange(10**10)).scaleb(-6),
                price_megabyte=Decimal(rng.randrange(10**10)).scaleb(-6),
                connection_fee=Decimal(rng.randrange(10**10)).scaleb(-6),
            )
            for place in range(500)
        ]
        rates = RateColumns(RateIndex(dict(enumerate([rate] for rate in terms))), bytes_per_megabyte=megabyte)
        charged = [rng.randrange(QUANTITY_LIMITS[rate.kind]) for rate in terms]
        frame = pl.DataFrame({"rate": range(500), "billed_quantity": charged, "covered_quantity": 0})
        expected = [
            int(price(rate, quantity, bytes_per_megabyte=megabyte) * 10**6)
            for rate, quantity in zip(terms, charged, strict=True)
        ]
        assert priced(frame, rates)["price"].to_list() == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_dearest_record_does_not_overflow(kind):
    dearest = RateTerms(
        id=1,
        kind=kind,
        origin="FR",
        destination="",
        price_minute=PRICE_LIMIT,
        price_unit=PRICE_LIMIT,
        price_megabyte=PRICE_LIMIT,
        connection_fee=PRICE_LIMIT,
        first_step=2**31 - 1,
        step=2**31 - 1,
    )
    quantity = QUANTITY_LIMITS[kind] - 1
    record = a_record(kind=kind, quantity=quantity)
    assert rate_frame({1: [dearest]}, [record], {}) == reference_rater.rate_all({1: [dearest]}, [record], {})


def a_record(**facts):
    defaults = {
        "id": "A",
        "kind": "voice",
        "direction": "MO",
        "number": "33612345678",
        "quantity": 60,
        "zone": "FR",
        "version": 1,
        "pool": 10,
        "start": datetime(2026, 10, 5, tzinfo=UTC),
    }
    return defaults | facts


class TestAllowance:
    grid = {
        1: [
            RateTerms(
                id=1,
                kind="voice",
                origin="FR",
                destination="France",
                price_minute=Decimal("0.06"),
                included=True,
            ),
            RateTerms(id=2, kind="mms", origin="FR", destination="MMS", price_unit=Decimal("0.25"), included=True),
            RateTerms(id=3, kind="data", origin="FR", destination="Data", price_megabyte=Decimal(1), included=True),
        ]
    }

    def covered(self, records, amounts):
        rated = rate_frame(self.grid, records, amounts)
        return {record["id"]: rated[record["id"]][2] for record in records}

    def test_is_taken_in_order_of_start_then_identifier_as_text(self):
        late = datetime(2026, 10, 6, tzinfo=UTC)
        records = [a_record(id="A", start=late), a_record(id="9"), a_record(id="10"), a_record(id="b")]
        assert self.covered(records, {(10, "voice"): 130}) == {"10": 60, "9": 60, "b": 10, "A": 0}

    def test_the_one_that_exhausts_it_pays_the_rest(self):
        rated = rate_frame(self.grid, [a_record()], {(10, "voice"): 50})
        assert rated["A"] == (1, 60, 50, 10_000)

    def test_pools_and_kinds_are_apart(self):
        records = [a_record(id="A"), a_record(id="B", pool=11), a_record(id="C", kind="data", quantity=40)]
        assert self.covered(records, {(10, "voice"): 60, (10, "data"): 30}) == {"A": 60, "B": 0, "C": 30}

    def test_a_record_without_pool_takes_nothing(self):
        assert self.covered([a_record(id="A", pool=None)], {(10, "voice"): 60}) == {"A": 0}

    def test_unlimited_pays_all(self):
        records = [a_record(id=str(place), quantity=10**7) for place in range(3)]
        assert set(self.covered(records, {(10, "voice"): None}).values()) == {10**7}

    def test_mms_never_take(self):
        assert self.covered([a_record(kind="mms", quantity=1)], {(10, "mms"): 5}) == {"A": 0}

    def test_sums_beyond_sixty_four_bits_are_still_right(self):
        vast = 2**62
        records = as_frame([a_record(id=place, kind="data") for place in "ABCDE"])
        paid = covered(
            records.with_columns(included=True, billed_quantity=pl.lit(vast)),
            as_allowances({(10, "data"): vast + vast // 2}),
        )
        assert paid["covered_quantity"].to_list() == [vast, vast // 2, 0, 0, 0]


def test_nothing_to_rate_is_rated():
    assert rate_frame({}, [], {}) == {}
    assert rate_frame({}, [a_record()], {}) == {"A": None}
    assert rate_frame({}, [a_record(number="112", version=None)], {}) == {"A": (None, 0, 0, 0)}
