"""What becomes of each record: known number, serving line, rate (DOMAIN §11). Duplicates are judged before."""

from __future__ import annotations

import polars as pl

from apps.usage.choices import SuspenseReason
from apps.usage.columns import matched
from apps.usage.facts import Facts, in_force

RATED = "rated"


def judged(records: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The records with their ``outcome`` (RATED or a SuspenseReason) and what a rated one was found with.

    Adds ``line``, ``billing_start`` and ``version``, and the columns of :func:`usage.columns.matched`. ``facts``
    must have learnt the numbers of the records.
    """
    held = in_force(records, facts.holders, by="msisdn")
    found = matched(in_force(held, facts.versions, by="line"), facts.rates)
    return found.with_columns(
        outcome=pl.when(~pl.col("msisdn").is_in(facts.numbers.implode()))
        .then(pl.lit(SuspenseReason.UNKNOWN_NUMBER.value))
        .when(pl.col("line").is_null())
        .then(pl.lit(SuspenseReason.INACTIVE_LINE.value))
        .when(~pl.col("rule") & pl.col("rate").is_null())
        .then(pl.lit(SuspenseReason.UNRATED.value))
        .otherwise(pl.lit(RATED))
    )


def pooled(records: pl.DataFrame) -> pl.DataFrame:
    """The records with their ``pool``: the line, or null before it is billed, when nothing is included."""
    billed = pl.col("billing_start").is_not_null() & (pl.col("local_date") >= pl.col("billing_start"))
    return records.with_columns(pool=pl.when(billed).then("line"))


def by_held_rates(found: pl.DataFrame, records: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """What ``judged`` has ``found`` of ``records``, by rates that stay what they are until the transaction ends.

    Judged anew if rates have changed or gone since the facts were learnt. Their lines do not change with it.
    """
    while not facts.hold(found.filter(pl.col("rate").is_not_null())["version"].unique().to_list()):
        found = judged(records, facts)
    return found
