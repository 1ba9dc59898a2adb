"""What lines do when something that they stand on changes."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from apps.lines.models import OneOffCharge, Subscription
from apps.lines.services.periods import allowances_changed


def lines_of_offers(*, offer_ids: Collection[int]) -> None:
    """What these offers include has changed, and with it the allowances of the lines that have or had them."""
    lines = Subscription.objects.filter(offer__in=offer_ids, line__isnull=False).values_list("line", flat=True)
    if line_ids := list(lines.distinct().order_by("line")):
        allowances_changed(*line_ids)


def offers_in_use(*, offer_ids: Collection[int]) -> dict[int, int]:
    """How many lines, and customers without a line, have or had each of these offers."""
    used: dict[int, int] = {}
    holders = {"line": {"line__isnull": False}, "customer": {"line__isnull": True}}
    for holder, which in holders.items():
        counted = Subscription.objects.filter(offer__in=offer_ids, **which).order_by().values("offer")
        for offer, count in counted.annotate(count=Count(holder, distinct=True)).values_list("offer", "count"):
            used[offer] = used.get(offer, 0) + count
    # What was sold once and never subscribed to is in use as well.
    sold = OneOffCharge.objects.filter(offer__in=set(offer_ids) - used.keys()).order_by().values("offer")
    return used | dict(sold.annotate(count=Count("customer", distinct=True)).values_list("offer", "count"))
