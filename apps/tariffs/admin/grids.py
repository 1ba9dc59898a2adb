from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import action

from apps.catalog.admin.base import more
from apps.core.admin import JOURNAL, Link, ModelAdmin, ReadOnly, figure
from apps.core.french import day
from apps.jobs.imports.admin import send_dialog
from apps.jobs.uploads import SCRIPT
from apps.tariffs import panels
from apps.tariffs.admin import comparing, exporting, simulating
from apps.tariffs.dialogs import grids as dialogs
from apps.tariffs.file_kinds import RATE_FILES
from apps.tariffs.models import Tariff
from apps.tariffs.panels import comparison_of_latest
from apps.tariffs.wording import begin_text


@admin.register(Tariff)
class TariffAdmin(ReadOnly, ModelAdmin):
    """«Grilles minutes»: the grids, their versions, and from there the rates of a version."""

    screen = _("Minute grids")
    list_display = ("code", "label", "version_count", "current_from", "next_from")
    list_display_links = ("code", "label")
    search_fields = ("code", "label")
    search_help_text = _("Code or label")
    fields = (("code", "label"),)
    panels = (panels.VERSIONS, JOURNAL)
    links = (
        Link(
            title=_("Simulate a call"),
            url=lambda tariff: f"{reverse('admin:tariffs_tariff_simulate')}?tariff={tariff.pk}",
            permission="tariffs.view_rate",
            icon="calculate",
        ),
        Link(
            title=_("Compare"),
            url=comparison_of_latest,
            permission="tariffs.view_rate",
            icon="compare_arrows",
        ),
    )
    actions_list = ("import_file", "simulate", "compare")
    actions_detail = ("new_version", more("duplicate", "rename"))

    import_file = send_dialog(RATE_FILES)
    new_version = dialogs.new_version
    duplicate = dialogs.duplicate
    rename = dialogs.rename

    class Media:
        css = {"all": ("tariffs/tariffs.css",)}
        js = (SCRIPT,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).with_versions_on(localdate())

    def get_urls(self) -> list[Any]:
        return [exporting.address(self), *super().get_urls()]

    @action(description=_("Simulate a call"), url_path="simulate", icon="calculate")
    @method_decorator(require_safe)
    def simulate(self, request: HttpRequest) -> HttpResponse:
        """«Simuler un appel»: what it would cost, and why."""
        return simulating.page(self, request)

    @action(description=_("Compare two versions"), url_path="compare", icon="compare_arrows")
    @method_decorator(require_safe)
    def compare(self, request: HttpRequest) -> HttpResponse:
        """«Comparer deux versions», of one grid or of two."""
        return comparing.page(self, request)

    @figure
    @admin.display(description=_("versions"), ordering="version_count")
    def version_count(self, tariff: Any) -> int:
        return int(tariff.version_count)

    @admin.display(description=_("version in force since"), ordering="current_from")
    def current_from(self, tariff: Any) -> str | None:
        return begin_text(tariff.current_from) if tariff.version_count else None

    @admin.display(description=_("next version"), ordering="next_from")
    def next_from(self, tariff: Any) -> str | None:
        return day(tariff.next_from) if tariff.next_from else None
