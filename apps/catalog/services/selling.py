"""Putting offers and handsets on sale, withdrawing them; the rate of VAT of what is sold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog.models import Handset, Offer
from apps.catalog.services.telling import tell
from apps.core.exceptions import DomainError
from apps.core.french import day, percent


def withdraw[R: (Offer, Handset)](*, row: R, on: date, actor: Any) -> R:
    """No longer sell it from ``on``. Those who have it keep it, and go on paying for it."""
    return _sell(
        row, on_sale_from=None, until=on, said=_("Withdrawn from sale on %(day)s") % {"day": day(on)}, by=actor
    )


def put_on_sale[R: (Offer, Handset)](*, row: R, on: date, actor: Any) -> R:
    """Sell it from ``on`` on, without an end."""
    return _sell(row, on_sale_from=on, until=None, said=_("On sale from %(day)s") % {"day": day(on)}, by=actor)


@transaction.atomic
def _sell[R: (Offer, Handset)](row: R, *, on_sale_from: date | None, until: date | None, said: str, by: Any) -> R:
    sold: Any = type(row).objects.select_for_update().get(pk=row.pk)
    if on_sale_from is not None:
        sold.on_sale_from = on_sale_from
    elif sold.on_sale_from is not None and until is not None and until <= sold.on_sale_from:
        sold.on_sale_from = None  # it was to be sold later, and will not be
    sold.on_sale_until = until
    sold.save_without_historical_record()
    tell(sold, said, actor=by)
    return sold  # type: ignore[no-any-return]


@transaction.atomic
def change_vat_rate(*, offer: Offer, rate: Decimal, actor: Any) -> None:
    """Tax the offer at ``rate`` from now on: on every invoice to come, for months that are past as well.

    Issued invoices keep the rate that they were issued with. DomainError if it is the rate already.
    """
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if offer.vat_rate == rate:
        raise DomainError(_("The VAT rate is %(rate)s already.") % {"rate": percent(rate)})
    said = _("VAT rate: %(old)s → %(new)s") % {"old": percent(offer.vat_rate), "new": percent(rate)}
    offer.vat_rate = rate
    offer.save_without_historical_record()  # type: ignore[attr-defined]  # of simple-history
    tell(offer, said, actor=actor)
