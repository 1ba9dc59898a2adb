"""What usage does when lower apps change."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from apps.lines.models import Line


def cover_again(*, line_ids: Collection[int]) -> None:
    """The plans, options or dates of these lines changed: their open records are covered anew, in all months."""
    from apps.usage.services import cover  # brings Polars, which a web process needs only from here on
    from apps.usage.services.counting import lock_files

    with transaction.atomic():
        list(Line.objects.locked().filter(pk__in=line_ids).values_list("pk"))
        lock_files(line_ids=line_ids, others=())
        cover(line_ids=line_ids)


def rates_in_use(*, rate_ids: Collection[int]) -> set[int]:
    """Those of the rates by which records were priced: the price of a record must stay explicable."""
    from apps.usage.models import RatedRecord

    return set(RatedRecord.objects.filter(rate__in=rate_ids).order_by().values_list("rate", flat=True).distinct())
