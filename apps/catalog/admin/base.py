"""What the lists and pages of everything that is sold have in common."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.catalog.dialogs import offers as dialogs
from apps.catalog.models import Handset, Offer
from apps.catalog.services import FIRST_DAY
from apps.catalog.wording import sale_text
from apps.core import french
from apps.core.admin import CreateButton, ExportButton, HistoryModelAdmin, ReadOnlyInline, status
from apps.core.models import Period


class DatedPriceInline(ReadOnlyInline):
    """Past, present and planned prices, the latest first."""

    ordering: tuple[str, ...] = ("-start",)
    tab = False
    verbose_name_plural = _("Prices, past and planned")

    @admin.display(description=_("period"))
    def held(self, price: Period) -> str:
        """As people say it: the first price has no beginning, one that is planned has not begun."""
        if price.start == FIRST_DAY:
            return str(_("from the beginning")) if price.end is None else _up_to(price.end)
        if price.start > localdate() and price.end is None:
            return str(_("from %(day)s on") % {"day": french.day(price.start)})
        return price.held

    @admin.display(description=_("state"))
    def state(self, price: Period) -> str:
        today = localdate()
        if price.start > today:
            return str(_("planned"))
        return str(_("in force")) if today in price.days else str(_("past"))


def _up_to(end: date) -> str:
    return str(_("up to %(day)s") % {"day": french.day(end - timedelta(days=1))})


def more(*names: str) -> dict[str, Any]:
    """The buttons of a page that are not wanted every day, behind one."""
    return {"title": _("More actions"), "icon": "more_horiz", "items": list(names)}


class SoldAdmin(ExportButton, CreateButton, HistoryModelAdmin):
    """Something on sale: a form to enter it, another to correct it, its state, its export."""

    #: How a new one is entered, in which groups of fields.
    add_form: ClassVar[type[forms.ModelForm]]
    add_fieldsets: ClassVar[Any]

    take_price_back = dialogs.take_price_back
    withdraw = dialogs.withdraw
    put_on_sale = dialogs.put_on_sale

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = self.add_form
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else self.fieldsets

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj is not None else ()

    @admin.display(description=_("sale"))
    def sale_badge(self, row: Offer | Handset) -> str:
        return status(row.sale_state(localdate()))

    @admin.display(description=_("sale"))
    def sale(self, row: Offer | Handset) -> str:
        return sale_text(row, localdate())
