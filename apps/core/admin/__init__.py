"""The kit that every admin of the back office is made of.

    class InvoiceAdmin(ReadOnly, ModelAdmin):
        list_display = (number, "customer", money(Invoice.net), badge(Invoice.state, InvoiceState))
        list_select_related = ("customer",)

Nothing is deleted; a list costs the same number of queries whatever its length; rows that only services write are
:class:`ReadOnly`; whatever changes more than its own row is a :class:`ServiceDialog`. Searching is the queryset's
``matching(text)``. Higher apps add panels, columns and dialogs through :mod:`apps.core.slots`.
"""

from apps.core.admin.base import HistoryModelAdmin, ModelAdmin, ReadOnly, ReadOnlyInline
from apps.core.admin.columns import badge, count, days_held, figure, money, number, percent, price, status
from apps.core.admin.creating import CreateButton
from apps.core.admin.dialogs import ConfirmShown, DayInput, DialogForm, ServiceDialog
from apps.core.admin.exporting import ExportButton
from apps.core.admin.filters import DaysFilter
from apps.core.admin.journal import JOURNAL
from apps.core.admin.listing import ListLinks
from apps.core.admin.panels import Link

__all__ = [
    "JOURNAL",
    "ConfirmShown",
    "CreateButton",
    "DayInput",
    "DaysFilter",
    "DialogForm",
    "ExportButton",
    "HistoryModelAdmin",
    "Link",
    "ListLinks",
    "ModelAdmin",
    "ReadOnly",
    "ReadOnlyInline",
    "ServiceDialog",
    "badge",
    "count",
    "days_held",
    "figure",
    "money",
    "number",
    "percent",
    "price",
    "status",
]
