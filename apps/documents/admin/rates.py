"""«Taux de pénalité»: the rates of each half-year, by which late payment is judged."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core import french
from apps.core.admin import CreateButton, HistoryModelAdmin, figure, percent
from apps.documents import services
from apps.documents.forms import LegalRateForm
from apps.documents.models import LegalRate
from apps.documents.penalties import HalfYear, Rates


@admin.register(LegalRate)
class LegalRateAdmin(CreateButton, HistoryModelAdmin):
    """A row per half-year, filled in from what the ECB and the ministry publish."""

    screen = _("Penalty rates")
    create = _("Add a half-year")
    form = LegalRateForm
    list_display = ("half_year", percent(LegalRate.ecb), "penalty", percent(LegalRate.legal), "least")
    list_display_links = ("half_year",)
    sortable_by = ()
    empty_hint = _("No half-year has been filled in yet.")
    fieldsets = ((None, {"fields": (("year", "half"), ("ecb", "legal"))}),)

    @admin.display(description=_("half-year"))
    def half_year(self, row: LegalRate) -> str:
        return str(row)

    @figure
    @admin.display(description=_("ECB plus 10 points"))
    def penalty(self, row: LegalRate) -> str:
        return french.percent(Rates(row.ecb, row.legal).by_default)

    @figure
    @admin.display(description=_("lowest lawful rate"))
    def least(self, row: LegalRate) -> str:
        return french.percent(Rates(row.ecb, row.legal).least)

    def save_model(self, request: HttpRequest, obj: LegalRate, form: Any, change: bool) -> None:
        half_year = HalfYear(obj.year, obj.half)
        obj.pk = services.set_legal_rate(half_year=half_year, ecb=obj.ecb, legal=obj.legal, actor=request.user).pk
