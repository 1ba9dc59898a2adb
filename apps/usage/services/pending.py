"""Rating again what waits, once the cause is fixed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
from django.db import transaction
from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet, Sum

from apps.core.money import MICROS, from_scaled
from apps.core.progress import Progress, unwatched
from apps.usage.bulk import bulk
from apps.usage.choices import SuspenseReason
from apps.usage.columns import priced
from apps.usage.facts import Facts
from apps.usage.judging import RATED, by_held_rates, judged
from apps.usage.models import RatedRecord, SuspendedRecord
from apps.usage.parsing import RECORD_SCHEMA
from apps.usage.records import COMMON, rated_rows
from apps.usage.services.counting import adjust_files, count_rate_uses, lock_files
from apps.usage.services.covering import cover, lock_pools

CHUNK = 5_000  # records that are moved and covered in one transaction

WAITING_SCHEMA = pl.Schema(
    {
        "id": pl.Int64(),
        "reason": pl.String(),
        "file_id": pl.Int64(),
        "format_id": pl.Int64(),
        "month": pl.Date(),
        **{name: dtype for name, dtype in RECORD_SCHEMA.items() if name in COMMON},
    }
)


@dataclass(frozen=True, slots=True)
class PendingReport:
    """How many records waited, how many of them are rated now, and what these cost the customers.

    ``last`` is the key of the last one that was looked at.
    """

    waiting: int = 0
    rated: int = 0
    amount: Decimal = Decimal(0)
    last: int = 0


NOTHING_YET = PendingReport()


def rate_pending(
    *,
    since: PendingReport = NOTHING_YET,
    progress: Progress = unwatched,
    settled: Callable[[PendingReport], None] = lambda report: None,
) -> PendingReport:
    """Judge the waiting records by today's facts; those that can be rated are, and their lines covered anew.

    Malformed lines are left alone: they need a corrected file. A record that still waits gets the reason that
    holds today. Each chunk is moved, counted and covered in one transaction, so an interrupted call is simply
    made again; to report of the whole, it goes on from the last report that ``settled`` was given in the transaction
    of its chunk. ``amount`` is what the records cost when they were moved; a later chunk may change it.
    """
    report = since
    total = since.waiting + _still_waiting(since.last).count()
    facts = Facts()
    for records in _waiting(since.last):
        facts.learn(records["msisdn"])
        with transaction.atomic():
            moved, amount = _settle(records, facts)
            report = PendingReport(
                waiting=report.waiting + records.height,
                rated=report.rated + moved,
                amount=report.amount + amount,
                last=_last(records),
            )
            settled(report)
            progress(done=report.waiting, total=max(total, report.waiting))
    return report


def _still_waiting(last: int) -> QuerySet[SuspendedRecord]:
    """The records that wait after the key ``last``, malformed ones left out."""
    return SuspendedRecord.objects.exclude(reason=SuspenseReason.MALFORMED).filter(pk__gt=last)


def _last(records: pl.DataFrame) -> int:
    return int(records["id"][-1])


def _waiting(last: int) -> Iterator[pl.DataFrame]:
    """The waiting records after the key ``last``, in the order of their keys."""
    while True:
        columns = [
            ExpressionWrapper(F(name), output_field=BigIntegerField()) if name == "cost" else name
            for name in WAITING_SCHEMA
        ]
        rows = list(_still_waiting(last).order_by("pk").values_list(*columns)[:CHUNK])
        if not rows:
            return
        records = pl.DataFrame(rows, schema=WAITING_SCHEMA, orient="row")
        yield records
        last = _last(records)


def _settle(records: pl.DataFrame, facts: Facts) -> tuple[int, Decimal]:
    """Move what is judged to be rated, if it still waits: how many records, and their prices together."""
    found = judged(records, facts)
    line_ids = lock_pools(found["line"].drop_nulls().unique().to_list())
    months = found["month"].unique().to_list()
    for (format_id,), some in records.partition_by("format_id", as_dict=True).items():
        bulk().lock_months(format_id=int(format_id), months=some["month"].unique().to_list())
    lock_files(line_ids=line_ids, months=months, others=records["file_id"].unique().to_list())
    records = by_held_rates(found, records, facts)
    ids = records["id"].to_list()
    still = list(SuspendedRecord.objects.select_for_update().filter(pk__in=ids).values_list("pk", flat=True))
    records = records.filter(pl.col("id").is_in(still))

    rated = priced(records.filter(outcome=RATED).with_columns(covered_quantity=pl.lit(0)), facts.rates)
    bulk().insert(RatedRecord, rated_rows(rated))
    count_rate_uses(rated)
    SuspendedRecord.objects.filter(pk__in=rated["id"].to_list()).delete()
    changed = records.filter(pl.col("outcome") != RATED, pl.col("outcome") != pl.col("reason"))
    for (outcome,), some in changed.partition_by("outcome", as_dict=True).items():
        SuspendedRecord.objects.filter(pk__in=some["id"].to_list()).update(reason=outcome)
    _correct_files(rated, changed)
    cover(line_ids=rated["line"].unique().to_list(), months=rated["month"].unique().to_list())
    moved = RatedRecord.objects.filter(pk__in=rated["id"].to_list())
    return rated.height, moved.aggregate(amount=Sum("price", default=Decimal(0)))["amount"]


def _correct_files(rated: pl.DataFrame, changed: pl.DataFrame) -> None:
    """Take each move from one count of its file to the other; add the prices and costs of what is rated."""
    changes: defaultdict[int, defaultdict[str, int | Decimal]] = defaultdict(lambda: defaultdict(int))
    move = ["file_id", "reason", "outcome"]
    moves = pl.concat([rated.select(move), changed.select(move)]).group_by(move).len()
    for file, before, after, count in moves.iter_rows():
        changes[file][before] -= count
        changes[file][after] += count
    for file, price, cost in rated.group_by("file_id").agg(pl.col("price", "cost").sum()).iter_rows():
        changes[file]["amount"] += from_scaled(price, MICROS)
        changes[file]["cost"] += from_scaled(cost, MICROS)
    adjust_files(changes)
