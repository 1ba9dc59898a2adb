"""What the records say of the rates of grids: see :mod:`apps.tariffs.uses`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from apps.core.slots import contribute
from apps.tariffs.models import Rate
from apps.tariffs.uses import CALLS_SINCE, RATE_USES, Use
from apps.usage.models import CdrFile, RatedRecord, RateUse

SUMS = ("records", "billable", "quantity", "cost")


def rate_uses(rates: QuerySet[Rate]) -> dict[int, Use]:
    """What was counted of the calls that these rates priced, in all files together."""
    uses = RateUse.objects.filter(rate__in=rates.order_by().values("pk")).order_by().values_list("rate")
    return {
        rate: Use(records=int(records), billable=int(billable), quantity=int(quantity), cost=cost)
        for rate, records, billable, quantity, cost in uses.annotate(*map(Sum, SUMS))
    }


def calls_since(rates: QuerySet[Rate], day: date) -> int:
    """How many records from ``day`` on these rates priced. Only of files that hold that day are the records read."""
    uses = RateUse.objects.filter(rate__in=rates.order_by().values("pk"))
    later = uses.filter(file__first_day__gte=day).aggregate(count=Sum("records", default=0))["count"]
    around = CdrFile.objects.filter(
        first_day__lt=day, last_day__gte=day, pk__in=uses.order_by().values("file").distinct()
    )
    return int(later) + sum(
        RatedRecord.objects.of_file(file).filter(local_date__gte=day, rate__in=rates.order_by().values("pk")).count()
        for file in around
    )


def use_disagreements() -> Iterator[str]:
    """Files and rates whose use is not what their records say; there are none. Reads all records."""
    kept = {row[:2]: row[2:] for row in RateUse.objects.values_list("file", "rate", *SUMS)}
    records = RatedRecord.objects.filter(rate__isnull=False).order_by().values_list("file", "rate")
    sums = {
        "all_records": Count("pk"),
        "all_billable": Count("pk", filter=Q(billed_quantity__gt=0)),
        "all_quantity": Sum("billed_quantity"),
        "all_cost": Sum("cost"),
    }
    counted = {row[:2]: row[2:] for row in records.annotate(**sums)}
    for key in sorted(kept.keys() | counted.keys()):
        if kept.get(key) != counted.get(key):
            yield f"file {key[0]}, rate {key[1]}: {kept.get(key)} is kept, the records say {counted.get(key)}"


def register() -> None:
    contribute(RATE_USES, rate_uses)
    contribute(CALLS_SINCE, calls_since)
