"""Matching, rating and covering whole frames of call records (DOMAIN §5), in exact integers.

Three steps on columns: :func:`matched` finds the row of the grid and the billed quantity of each record;
:func:`covered` lets allowances pay, over all open records of a pool and month in call order; :func:`priced`
charges the rest. Money is 64-bit micro-euros. Intermediate products take 128 bits, so nothing can overflow
before the price, which fits by the limits in ``tariffs.rating``.
"""

from __future__ import annotations

import polars as pl

from apps.core.money import MICROS, scaled_half_up
from apps.tariffs.matching import (
    EMERGENCY_NUMBERS,
    HOME_ZONE,
    LENGTH_SLOTS,
    NO_RATE,
    NUMBER_DIGITS,
    SHORT_NUMBER_DIGITS,
    RateIndex,
)
from apps.tariffs.rating import KINDS, RateTerms, quantity_per_price
from apps.usage.parsing.formats import INCOMING, KIND_CODES

NO_ALLOWANCE = 0
UNLIMITED = -1

RATE_SCHEMA = pl.Schema(
    {
        "rate": pl.Int64,
        "destination": pl.String,
        "included": pl.Boolean,  # and of a kind that allowances pay
        "price": pl.Int64,  # micro-euros for ``per`` seconds, units or bytes
        "per": pl.Int64,
        "fee": pl.Int64,
        "first_step": pl.Int64,
        "step": pl.Int64,
        "free": pl.Int64,
    }
)


class RateColumns:
    """A :class:`RateIndex` as columns, made once for a load. ``bytes_per_megabyte`` is 1000² or 1024²."""

    def __init__(self, index: RateIndex, *, bytes_per_megabyte: int) -> None:
        self.index = index
        self.bounds = pl.Series(index.bounds, dtype=pl.Int64)
        self.starts = pl.Series(index.starts, dtype=pl.Int64)
        self.positions = pl.Series(index.positions, dtype=pl.Int64)
        self.rates = pl.DataFrame(
            [_row(rate, bytes_per_megabyte) for rate in index.rates], schema=RATE_SCHEMA, orient="row"
        )


def _row(rate: RateTerms, bytes_per_megabyte: int) -> tuple[object, ...]:
    return (
        rate.id,
        rate.destination,
        rate.takes_allowance,
        scaled_half_up(rate.price, MICROS),
        quantity_per_price(rate.kind, bytes_per_megabyte=bytes_per_megabyte),
        scaled_half_up(rate.connection_fee, MICROS),
        rate.first_step,
        rate.step,
        rate.free_seconds,
    )


def matched(records: pl.DataFrame, rates: RateColumns) -> pl.DataFrame:
    """The records with their ``rule`` or ``rate``, ``destination``, ``included`` and ``billed_quantity``.

    Takes ``kind``, ``direction``, ``correspondent``, ``quantity``, ``origin_zone`` (as parsed) and
    ``version``, the grid version in force for the line at the record's start (null if none). ``rule`` is true
    where a rule above the grid makes the record free; no rule and a null ``rate`` means *no rate*.
    """
    positioned = records.with_columns(rule=_is_free(), position=_positions(records, rates))
    found = pl.when(~pl.col("rule")).then("position")
    terms = rates.rates.select(pl.all().gather(positioned.select(found).to_series()))
    rated = pl.concat([positioned.drop("position"), terms], how="horizontal")
    return rated.with_columns(
        billed_quantity=pl.when("rule").then(0).otherwise(_billed()),
        included=pl.col("included").fill_null(value=False),
        destination=pl.col("destination").fill_null(""),
    ).drop("price", "per", "fee", "first_step", "step", "free")


def covered(records: pl.DataFrame, allowances: pl.DataFrame) -> pl.DataFrame:
    """The records with ``covered_quantity``: what the allowance of their pool, kind and month pays of each.

    Takes all open records of the pools and months concerned: ``pool`` (null: no allowance, as before billing
    start), ``month``, ``kind``, ``included``, ``billed_quantity``, ``started_at``, ``cdr_id``. ``allowances``
    has one row per ``pool``, ``month``, ``kind`` with ``allowance``: what is left after records already
    invoiced, in seconds, units or bytes, or UNLIMITED.
    """
    allowed = records.join(allowances, on=["pool", "month", "kind"], how="left", maintain_order="left")
    amount, billed = pl.col("allowance").fill_null(NO_ALLOWANCE), pl.col("billed_quantity")
    # A record at or beyond the whole allowance exhausts it: cutting it there keeps sums small.
    takes = pl.when(pl.col("included") & (amount > 0)).then(pl.min_horizontal(billed, amount)).otherwise(0)
    taken = takes.cast(pl.Int128).cum_sum().over("pool", "month", "kind", order_by=["started_at", "cdr_id"])
    paid = pl.min_horizontal(taken, amount) - pl.min_horizontal(taken - takes, amount)
    return allowed.with_columns(
        covered_quantity=pl.when(~pl.col("included"))
        .then(0)
        .when(amount == UNLIMITED)
        .then(billed)
        .otherwise(paid)
        .cast(pl.Int64)
    ).drop("allowance")


def priced(records: pl.DataFrame, rates: RateColumns) -> pl.DataFrame:
    """The records with ``price`` in micro-euros, from ``rate``, ``billed_quantity`` and ``covered_quantity``.

    The connection fee is due whole if anything is charged; the rest is half up to six decimals. Without rate
    (free by a rule) it is 0.
    """
    terms = rates.rates.select("rate", "price", "per", "fee")
    charged = (pl.col("billed_quantity") - pl.col("covered_quantity")).cast(pl.Int128)
    exact = 2 * pl.col("price") * charged  # twice the numerator over ``per``
    amount = pl.col("fee") + (exact + pl.col("per")) // (2 * pl.col("per"))
    joined = records.join(terms, on="rate", how="left", maintain_order="left")
    return joined.with_columns(
        price=pl.when(charged > 0).then(amount).fill_null(0).cast(pl.Int64),
    ).drop("per", "fee")


def _is_free() -> pl.Expr:
    """The rules above the grid, as ``tariffs.matching.free_rule`` has them."""
    message_or_call = pl.col("kind").is_in([KIND_CODES["voice"], KIND_CODES["sms"]])
    emergency = message_or_call & pl.col("correspondent").is_in(sorted(EMERGENCY_NUMBERS))
    return emergency | ((pl.col("direction") == INCOMING) & (pl.col("origin_zone") == HOME_ZONE))


def _positions(records: pl.DataFrame, rates: RateColumns) -> pl.Series:
    """Where each record's row is in ``rates.rates``, null for no rate: ``RateIndex.find`` on columns."""
    index, number = rates.index, pl.col("correspondent")
    special = (pl.col("kind") != KIND_CODES["data"]) & (
        (number.str.len_bytes() <= SHORT_NUMBER_DIGITS) | number.str.starts_with("0")
    )
    head = number.str.head(NUMBER_DIGITS)
    key = head.str.pad_end(NUMBER_DIGITS, "0").cast(pl.Int64) * LENGTH_SLOTS + head.str.len_bytes()
    version, zone = _rank("version", index.version_ranks), _rank("origin_zone", index.zone_ranks)
    kind = pl.col("kind").cast(pl.Int64) - KIND_CODES[KINDS[0]]
    place = (version * len(index.zone_ranks) + zone) * len(KINDS) + kind
    cell = (place * 2 + (pl.col("direction") == INCOMING)) * 2 + special
    wanted = records.select(key=key, cell=cell)
    slot = rates.bounds.search_sorted(wanted["key"], side="right").cast(pl.Int64)
    start = (wanted["cell"] * index.width + slot).fill_null(0)
    position = rates.positions.gather(rates.starts.search_sorted(start, side="right") - 1)
    return position.set(wanted["cell"].is_null() | (position == NO_RATE), None)


def _rank(column: str, ranks: dict[int, int] | dict[str, int]) -> pl.Expr:
    if not ranks:  # of which Polars could not tell the type
        return pl.lit(None, dtype=pl.Int64)
    return pl.col(column).replace_strict(list(ranks), list(ranks.values()), default=None, return_dtype=pl.Int64)


def _billed() -> pl.Expr:
    """``tariffs.rating.billable_quantity`` on columns: seconds in steps, units and bytes as they are."""
    measured, first, step = pl.col("quantity"), pl.col("first_step"), pl.col("step")
    beyond_first = pl.max_horizontal(measured - first, 0)
    stepped = first + (beyond_first + step - 1) // step * step
    voice = pl.when(measured > pl.col("free")).then(stepped).otherwise(0)
    return pl.when(pl.col("kind") == KIND_CODES["voice"]).then(voice).otherwise(measured)
