"""What lines do when something that they stand on changes."""

from __future__ import annotations

from collections.abc import Collection

from apps.lines.models import Subscription
from apps.lines.services.periods import allowances_changed


def lines_of_offers(*, offer_ids: Collection[int]) -> None:
    """What these offers include has changed, and with it the allowances of the lines that have or had them."""
    lines = Subscription.objects.filter(offer__in=offer_ids, line__isnull=False).values_list("line", flat=True)
    if line_ids := list(lines.distinct().order_by("line")):
        allowances_changed(*line_ids)
