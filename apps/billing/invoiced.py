"""What billing tells lines about their charges: whether an invoice holds them."""

from __future__ import annotations

from collections.abc import Collection

from apps.billing.models import InvoiceLine, OneOffClaim
from apps.core.slots import contribute
from apps.lines.services import INVOICED


def invoiced_charges(*, charge_ids: Collection[int]) -> set[int]:
    """Those that are on an issued invoice, also on one that has given them back since; a draft keeps nothing."""
    claimed = OneOffClaim.objects.filter(charge__in=charge_ids).values_list("charge", flat=True)
    issued = InvoiceLine.objects.filter(one_off_charge__in=charge_ids, invoice__number__isnull=False)
    return {*claimed, *issued.values_list("one_off_charge", flat=True)}


def register() -> None:
    contribute(INVOICED, invoiced_charges)
