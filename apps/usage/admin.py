from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.catalog.quantities import quantity_text
from apps.core.admin import Link, ModelAdmin, ReadOnly, ServiceDialog, badge, count, figure, money, number, price
from apps.jobs.uploads import SCRIPT
from apps.usage import dialogs, panels
from apps.usage.choices import FileState, RecordKind
from apps.usage.filters import FileFilter, MonthFilter
from apps.usage.forms import LoadForm
from apps.usage.models import CdrFile, RatedRecord, SuspendedRecord


@admin.register(CdrFile)
class CdrFileAdmin(ReadOnly, ModelAdmin):
    """«Chargement CDRs mobile»: what was loaded, and what became of each of its lines."""

    screen = _("Loading of mobile CDRs")
    empty_hint = _("“Load”, at the top of the page, takes the files of the operator.")
    list_display = (
        "name",
        badge(CdrFile.state, FileState),
        "started_at",
        count(CdrFile.lines),
        count(CdrFile.rated),
        count(CdrFile.duplicate),
        "waiting",
        money(CdrFile.amount),
    )
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("name",)
    search_help_text = _("File name")
    list_before_template = "usage/loads.html"
    fieldsets = (
        (
            None,
            {
                "fields": (("name", badge(CdrFile.state, FileState)), ("format", count(CdrFile.size))),
            },
        ),
        (
            _("Load"),
            {
                "fields": ("loaded_by", ("started_at", "finished_at"), ("backed_out_by", "backed_out_at")),
            },
        ),
    )
    panels = (panels.REPORT, panels.JOBS_OF_FILE)
    links = (
        Link(
            title=_("Rated records"),
            url=lambda file: panels.records_of(file, RatedRecord),
            permission="usage.view_ratedrecord",
            icon="receipt_long",
        ),
        Link(
            title=_("Waiting records"),
            url=lambda file: panels.records_of(file, SuspendedRecord),
            permission="usage.view_suspendedrecord",
            icon="pending",
        ),
    )

    actions_list = ("load",)
    actions_detail = ("back_out",)

    class Media:
        css = {"all": ("usage/usage.css",)}
        js = (SCRIPT,)

    load = ServiceDialog(
        title=_("Load"),
        description=_("The CDRs of the month, as they come from the operator’s FTP (BilledCDRs/MOBILE/)."),
        permission="usage.add_cdrfile",
        form=LoadForm,
        service=dialogs.load,
        done=_("The files are received: the load has been started."),
        icon="upload_file",
        variant=ActionVariant.PRIMARY,
    )

    back_out = ServiceDialog(
        title=_("Back out the file"),
        permission="usage.change_cdrfile",
        when=dialogs.can_back_out,
        preview=dialogs.preview_backing_out,
        service=dialogs.back_out,
        done=_("The backing out has been started."),
        icon="undo",
        variant=ActionVariant.DANGER,
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"left_loads": panels.left_loads(), **(extra_context or {})}
        return super().changelist_view(request, extra)

    @figure
    @admin.display(description=_("waiting"))
    def waiting(self, file: CdrFile) -> int:
        return file.waiting


class RecordAdmin(ReadOnly, ModelAdmin):
    """What rated and waiting records have in common."""

    @figure
    @admin.display(description=_("quantity"))
    def shown_quantity(self, record: RatedRecord | SuspendedRecord) -> str | None:
        return self.said(record, record.quantity)

    def said(self, record: RatedRecord | SuspendedRecord, quantity: int | None) -> str | None:
        """A quantity of the record, as people say it; a malformed one may have neither kind nor quantity."""
        if record.kind is None or quantity is None:
            return None
        return quantity_text(RecordKind(record.kind).usage, quantity)


@admin.register(SuspendedRecord)
class SuspendedRecordAdmin(RecordAdmin):
    """«CDRs en attente»: nothing is dropped, each says why it waits."""

    list_display = (
        "shown_id",
        "reason",
        number(SuspendedRecord.msisdn),
        "started_at",
        "kind",
        number(SuspendedRecord.correspondent),
        "shown_quantity",
    )
    list_filter = (("reason", ChoicesDropdownFilter), ("file", FileFilter))
    search_fields = ("msisdn",)
    search_help_text = _("Number or CDR identifier")
    ordering = ("-id",)
    list_before_template = "usage/waiting.html"
    empty_hint = _("Every call record could be rated.")
    actions_list = ("rate_pending",)
    fieldsets = (
        (None, {"fields": (("shown_id", "reason"), "detail", ("file", "line_number"), "raw")}),
        (
            _("Record"),
            {
                "fields": (
                    (number(SuspendedRecord.msisdn), "started_at"),
                    ("kind", "direction"),
                    (number(SuspendedRecord.correspondent), "shown_quantity"),
                    ("origin_zone", price(SuspendedRecord.cost)),
                ),
            },
        ),
    )
    keeps_history = False

    class Media:
        css = {"all": ("usage/usage.css",)}

    rate_pending = ServiceDialog(
        title=_("Rate again"),
        description=_("Once the cause is fixed: a number attached to its line, a rate added to its grid."),
        permission="usage.change_suspendedrecord",
        preview=dialogs.preview_rating,
        service=dialogs.rate_pending,
        done=_("The second rating has been started."),
        icon="autorenew",
        variant=ActionVariant.PRIMARY,
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"reasons": panels.waiting_by_reason(request), **(extra_context or {})}
        return super().changelist_view(request, extra)

    @admin.display(description=_("CDR identifier"), ordering="cdr_id")
    def shown_id(self, record: SuspendedRecord) -> str:
        return str(record)


@admin.register(RatedRecord)
class RatedRecordAdmin(RecordAdmin):
    """Rated records of a line or a file; reached from their pages, since nobody reads millions of rows."""

    list_display = (
        "started_at",
        number(RatedRecord.msisdn),
        "kind",
        "direction",
        number(RatedRecord.correspondent),
        "destination",
        "shown_quantity",
        "included_part",
        price(RatedRecord.price),
        "is_closed",
    )
    list_filter = (MonthFilter, ("line", AutocompleteSelectFilter), ("file", FileFilter))
    fieldsets = (
        (
            None,
            {
                "fields": (("cdr_id", "file"), (number(RatedRecord.msisdn), "line"), ("started_at", "local_date")),
            },
        ),
        (
            _("Record"),
            {
                "fields": (
                    ("kind", "direction"),
                    (number(RatedRecord.correspondent), "shown_quantity"),
                    "origin_zone",
                ),
            },
        ),
        (
            _("Price"),
            {
                "fields": (
                    ("destination", "rate"),
                    ("billed_part", "included_part"),
                    (price(RatedRecord.price), price(RatedRecord.cost)),
                    "statement",
                ),
            },
        ),
    )
    keeps_history = False

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """By start on one line; else the latest loaded first, by primary key."""
        return ("-started_at",) if "line__id__exact" in request.GET else ("-id",)

    @figure
    @admin.display(description=_("billed quantity"))
    def billed_part(self, record: RatedRecord) -> str | None:
        return self.said(record, record.billed_quantity)

    @figure
    @admin.display(description=_("taken from the allowance"))
    def included_part(self, record: RatedRecord) -> str | None:
        return self.said(record, record.covered_quantity or None)

    @admin.display(description=_("invoiced"), boolean=True)
    def is_closed(self, record: RatedRecord) -> bool:
        return record.statement_id is not None
