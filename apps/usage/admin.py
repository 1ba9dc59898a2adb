from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.catalog.quantities import quantity_text
from apps.core.admin import Link, ModelAdmin, ReadOnly, ServiceDialog, badge, count, figure, money, number, price
from apps.usage import dialogs
from apps.usage.choices import FileState, RecordKind
from apps.usage.filters import FileFilter, MonthFilter
from apps.usage.models import CdrFile, RatedRecord, RawRecord, SuspendedRecord


def records_of(file: CdrFile, listed: type[RawRecord]) -> str:
    return f"{reverse(f'admin:usage_{listed._meta.model_name}_changelist')}?file__id__exact={file.pk}"


@admin.register(CdrFile)
class CdrFileAdmin(ReadOnly, ModelAdmin):
    """«Chargement CDRs mobile»: what was loaded, and what became of each of its lines."""

    screen = _("Loading of mobile CDRs")
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
        (
            _("Lines"),
            {
                "fields": (
                    (count(CdrFile.lines), count(CdrFile.rated)),
                    (count(CdrFile.duplicate), count(CdrFile.unknown_number)),
                    (count(CdrFile.inactive_line), count(CdrFile.unrated)),
                    count(CdrFile.malformed),
                ),
            },
        ),
        (_("Amounts"), {"fields": ((price(CdrFile.amount), price(CdrFile.cost)),)}),
    )
    links = (
        Link(
            title=_("Rated records"),
            url=lambda file: records_of(file, RatedRecord),
            permission="usage.view_ratedrecord",
            icon="receipt_long",
        ),
        Link(
            title=_("Waiting records"),
            url=lambda file: records_of(file, SuspendedRecord),
            permission="usage.view_suspendedrecord",
            icon="pending",
        ),
    )

    actions_detail = ("back_out",)

    back_out = ServiceDialog(
        title=_("Back out the file"),
        permission="usage.change_cdrfile",
        when=dialogs.can_back_out,
        preview=dialogs.preview_backing_out,
        service=dialogs.back_out,
        done=_("The file has been backed out."),
        icon="undo",
        variant=ActionVariant.DANGER,
    )

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

    rate_pending = ServiceDialog(
        title=_("Rate again"),
        description=_("Once the cause is fixed: a number attached to its line, a rate added to its grid."),
        permission="usage.change_suspendedrecord",
        preview=dialogs.preview_rating,
        service=dialogs.rate_pending,
        done=str,
        icon="autorenew",
        variant=ActionVariant.PRIMARY,
    )

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
