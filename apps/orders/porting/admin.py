"""«Portabilités»: the board of the numbers that come, and «Codes d'opérateurs»."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from apps.core import french
from apps.core.admin import DaysFilter, Link, ModelAdmin, ReadOnly, badge, number
from apps.jobs.bulk.admin import BulkActions, paste_dialog
from apps.lines.rio import Rio
from apps.orders.choices import PortState
from apps.orders.models import OperatorCode, PortIn
from apps.orders.porting import desk
from apps.orders.porting.agenda import next_action
from apps.orders.porting.filters import DueFilter
from apps.orders.porting.operators import operator_of
from apps.orders.porting.panels import PAST
from apps.orders.porting.querysets import by_next_action


@admin.register(PortIn)
class PortInAdmin(BulkActions, ReadOnly, ModelAdmin):
    """The board: what is to be done first stands first."""

    screen = gettext_lazy("Portabilities")
    list_display = (
        number(PortIn.msisdn),
        "customer",
        badge(PortIn.state, PortState),
        "next_action",
        "due",
        "port_on",
        "rio",
        "why",
    )
    list_select_related = ("line__customer",)
    list_filter = (DueFilter, ("state", ChoicesDropdownFilter), ("port_on", DaysFilter))
    list_filter_submit = True
    search_fields = ("msisdn",)
    search_help_text = gettext_lazy("Number, customer, RIO or holder")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    (number(PortIn.msisdn), badge(PortIn.state, PortState)),
                    ("next_action", "due"),
                    ("customer", "line"),
                )
            },
        ),
        (
            gettext_lazy("What is asked of the other operator"),
            {"fields": (("rio", "operator"), ("holder", "port_on"), ("refusal", "remark"))},
        ),
    )
    panels = (PAST,)
    links = (
        Link(
            title=gettext_lazy("Open the order"),
            url=lambda port_in: reverse("admin:orders_order_change", args=[port_in.item.order_id]),
            permission="orders.view_order",
            icon="shopping_cart",
        ),
    )
    keeps_history = False
    actions_list = ("paste",)
    actions_detail = ("send", "accept", "schedule", "ported", "correct", "refuse", "fail", "cancel")

    send, accept, schedule, ported = desk.SEND, desk.ACCEPT, desk.SCHEDULE, desk.PORTED
    correct, refuse, fail, cancel = desk.CORRECT, desk.REFUSE, desk.FAIL, desk.CANCEL
    paste = paste_dialog(
        "orders.PortIn", permission=desk.PERMISSION, identifiers=gettext_lazy("Numbers that are ported")
    )

    def get_ordering(self, request: HttpRequest) -> Any:
        return by_next_action()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("line__customer")

    @admin.display(description=gettext_lazy("customer"), ordering="line__customer__name")
    def customer(self, port_in: PortIn) -> str:
        return str(port_in.line.customer)

    @admin.display(description=gettext_lazy("next action"))
    def next_action(self, port_in: PortIn) -> Any:
        return next_action(port_in.state) or None

    @admin.display(description=pgettext_lazy("port-in", "to be done on"), ordering="next_on")
    def due(self, port_in: PortIn) -> str | None:
        if port_in.next_on is None:
            return None
        day, today = french.day(port_in.next_on), localdate()
        if port_in.next_on < today:
            return _("%(day)s, late") % {"day": day}
        return _("%(day)s, today") % {"day": day} if port_in.next_on == today else day

    @admin.display(description=gettext_lazy("reason of the refusal"))
    def why(self, port_in: PortIn) -> str | None:
        return " – ".join(filter(None, [port_in.get_refusal_display(), port_in.remark])) or None

    @admin.display(description=gettext_lazy("operator that is left"))
    def operator(self, port_in: PortIn) -> str:
        rio = Rio(port_in.rio)
        return operator_of(rio, port_in.msisdn) or _("Unknown (%(code)s)") % {"code": rio.operator}


class OperatorCodeForm(forms.ModelForm):
    class Meta:
        model = OperatorCode
        fields = ("code", "zone", "name")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if not re.fullmatch(r"[0-9A-E][0-9A-Z]", code):
            raise forms.ValidationError(_("A code is the two characters with which a RIO begins: 02, 0A…"))
        return code


@admin.register(OperatorCode)
class OperatorCodeAdmin(ModelAdmin):
    """«Codes d'opérateurs»: whom the beginning of a RIO names, in the words of the user."""

    screen = gettext_lazy("Operator codes")
    form = OperatorCodeForm
    list_display = ("code", "name", "zone")
    list_filter = ("zone",)
    search_fields = ("code", "name")
    fieldsets = ((None, {"fields": (("code", "zone"), "name")}),)
