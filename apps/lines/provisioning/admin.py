from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.core.admin import JOURNAL, DaysFilter, Link, ModelAdmin, ReadOnly, badge, count
from apps.core.french import day
from apps.lines.choices import FileOutcome, ProvisioningBackend, ProvisioningState
from apps.lines.models import ProvisioningFile, ProvisioningRequest
from apps.lines.provisioning.dialogs import ANSWERED, ASK_AGAIN
from apps.lines.provisioning.panels import ASKED_FOR


@admin.register(ProvisioningRequest)
class ProvisioningRequestAdmin(ReadOnly, ModelAdmin):
    """«Demandes à l’opérateur»: what was asked for lines on its network, and what it answered."""

    screen = _("Requests to the operator")
    list_display = (
        "reference",
        "line",
        "kind",
        "effective_on",
        badge(ProvisioningRequest.state, ProvisioningState),
        "created_at",
        "sent_at",
        "answer",
    )
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", DaysFilter))
    list_filter_submit = True
    search_fields = ("reference",)
    search_help_text = _("Number of the line, last digits, or reference")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("reference", badge(ProvisioningRequest.state, ProvisioningState)),
                    ("line", "kind"),
                    ("effective_on", "created_at"),
                    ("backend_label", "file"),
                )
            },
        ),
        (_("Answer"), {"fields": (("sent_at", "answered_at"), "answer", "answered_by")}),
    )
    panels = (ASKED_FOR, JOURNAL)
    links = (
        Link(
            title=pgettext_lazy("mobile line", "Line"),
            url=lambda request: reverse("admin:lines_line_change", args=[request.operation.line_id]),
            permission="lines.view_line",
            icon="smartphone",
        ),
    )
    actions_detail = ("ask_again", "answered")

    ask_again = ASK_AGAIN
    answered = ANSWERED

    def with_details(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("operation__line", "answered_by")

    @admin.display(description=pgettext_lazy("mobile line", "line"), ordering="operation__line__msisdn")
    def line(self, request: ProvisioningRequest) -> str:
        line = request.operation.line
        shown = '<span class="whitespace-nowrap">{}</span>'
        return format_html(shown, line)

    @admin.display(description=_("operation"))
    def kind(self, request: ProvisioningRequest) -> str:
        return request.operation.get_kind_display()

    @admin.display(description=_("effective on"), ordering="operation__effective_on")
    def effective_on(self, request: ProvisioningRequest) -> str:
        return day(request.operation.effective_on)

    @admin.display(description=_("backend"))
    def backend_label(self, request: ProvisioningRequest) -> str:
        known = dict(ProvisioningBackend.choices)
        return str(known.get(request.backend, request.backend))


@admin.register(ProvisioningFile)
class ProvisioningFileAdmin(ReadOnly, ModelAdmin):
    """«Fichiers échangés avec l’opérateur»: what went out and came in, and what was wrong with it."""

    screen = _("Files exchanged with the operator")
    list_display = (
        "name",
        "direction",
        badge(ProvisioningFile.outcome, FileOutcome),
        count(ProvisioningFile.lines),
        "settled_at",
    )
    list_filter = (
        ("direction", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("created_at", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("name",)
    search_help_text = _("File name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", badge(ProvisioningFile.outcome, FileOutcome)),
                    ("direction", count(ProvisioningFile.lines)),
                    ("created_at", "settled_at"),
                    "report",
                    "digest",
                )
            },
        ),
    )
    keeps_history = False
