"""«Opérations prévues»: what was asked for a day to come, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.enums import ActionVariant

from apps.core.admin import DaysFilter, Link, ModelAdmin, ReadOnly, ServiceDialog, badge
from apps.core.french import day
from apps.lines.choices import PlannedState
from apps.lines.models import PlannedOperation
from apps.lines.operations import planned as planning
from apps.lines.operations.doing import cancel_planned

PLANNED_LIST = Link(
    title=gettext_lazy("Planned operations"),
    url=lambda nothing: f"{reverse('admin:lines_plannedoperation_changelist')}?state__exact={PlannedState.PLANNED}",
    permission="lines.view_plannedoperation",
    icon="event",
)


def preview_cancelling(planned: PlannedOperation, answers: dict[str, Any]) -> Sequence[str]:
    told = {"operation": planning.title_of(planned), "day": day(planned.effective_on), "line": planned.line}
    return [_("%(operation)s of %(line)s, planned for %(day)s, will not be done.") % told]


@admin.register(PlannedOperation)
class PlannedOperationAdmin(ReadOnly, ModelAdmin):
    screen = gettext_lazy("Planned operations")
    list_display = (
        "title",
        "line",
        "customer",
        "effective_on",
        badge(PlannedOperation.state, PlannedState),
        "asked_by",
        "refusal",
    )
    list_select_related = ("line__customer", "asked_by")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("effective_on", DaysFilter),
    )
    list_filter_submit = True
    search_fields = ("line__msisdn",)
    search_help_text = gettext_lazy("Number, last digits, ICCID, user or customer")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", badge(PlannedOperation.state, PlannedState)),
                    ("line", "customer"),
                    ("about", "effective_on"),
                    "reason",
                )
            },
        ),
        (pgettext_lazy("planned operation", "Asked for"), {"fields": (("asked_by", "asked_at"),)}),
        (
            pgettext_lazy("planned operation", "What became of it"),
            {"fields": (("settled_at", "settled_by"), "refusal", "operation")},
        ),
    )
    keeps_history = False
    actions_detail = ("cancel",)

    cancel = ServiceDialog(
        title=pgettext_lazy("planned operation", "Give up"),
        permission="lines.change_plannedoperation",
        when=lambda planned: planned.state == PlannedState.PLANNED,
        preview=preview_cancelling,
        service=lambda planned, actor, answers: cancel_planned(planned=planned, actor=actor, now=now()),
        done=gettext_lazy("The operation is given up: nothing will be done."),
        icon="cancel",
        variant=ActionVariant.DANGER,
    )

    @admin.display(description=gettext_lazy("operation"), ordering="code")
    def title(self, planned: PlannedOperation) -> str:
        return planning.title_of(planned)

    @admin.display(description=gettext_lazy("customer"))
    def customer(self, planned: PlannedOperation) -> str:
        return str(planned.line.customer)

    @admin.display(description=pgettext_lazy("bulk operation", "what was asked"))
    def about(self, planned: PlannedOperation) -> str | None:
        return planning.about(planned) or None
