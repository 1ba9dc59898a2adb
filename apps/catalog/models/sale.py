"""What is sold for a time."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.catalog.choices import SaleState


class OnSale(models.Model):
    """Something with the days on which it is on sale, ``[on_sale_from, on_sale_until)``, open where null."""

    on_sale_from = models.DateField(_("on sale from"), null=True, blank=True)
    on_sale_until = models.DateField(_("on sale until"), null=True, blank=True)

    class Meta:
        abstract = True

    def sale_state(self, day: date) -> SaleState:
        """As :class:`~apps.catalog.querysets.OnSaleQuerySet` has it, for one row."""
        if self.on_sale_until is not None and self.on_sale_until <= day:
            return SaleState.WITHDRAWN
        if self.on_sale_from is not None and self.on_sale_from > day:
            return SaleState.LATER
        return SaleState.NOW

    def is_on_sale(self, day: date) -> bool:
        return self.sale_state(day) == SaleState.NOW
