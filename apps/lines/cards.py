"""What lines tell on the list and the pages of SIM cards: who holds a card, and which lines it was in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter

from apps.core.admin.past import Event, Past
from apps.core.identifiers import national
from apps.core.slots import ListColumn, ListFilter, contribute
from apps.lines.models import LineSim
from apps.sims.models import SimCard
from apps.sims.past import SLOT


def with_holder(cards: QuerySet[Any]) -> QuerySet[Any]:
    """``holder``: the customer whose line the card is in now."""
    now = LineSim.objects.filter(sim=OuterRef("pk"), end=None).order_by()
    return cards.annotate(holder=Subquery(now.values("line__customer__name")[:1]))


class HolderFilter(AutocompleteSelectFilter):
    """The cards that are in lines of one customer now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("holder")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        customer = self.value()
        if not customer:
            return queryset
        if not str(customer).isdecimal():
            raise IncorrectLookupParameters
        held = LineSim.objects.filter(end=None, line__customer=customer).order_by()
        return queryset.filter(pk__in=held.values("sim"))


class InLineFilter(DropdownFilter):
    """Whether a line has the card now."""

    title = pgettext_lazy("SIM card", "presence in a line")
    parameter_name = "in_line"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        held = LineSim.objects.filter(sim=OuterRef("pk"), end=None).order_by()
        match self.value():
            case "yes":
                return queryset.filter(Exists(held))
            case "no":
                return queryset.filter(~Exists(held))
        return queryset


def lines_held(card: SimCard) -> Iterator[Event]:
    """When a line took the card, and when it left it."""
    for period in card.line_periods.select_related("line__customer"):
        link = reverse("admin:lines_line_change", args=[period.line_id])
        number = {"number": national(period.line.msisdn) or f"#{period.line_id}"}
        customer = str(period.line.customer)
        yield Event(at=period.start, what=_("Put into the line %(number)s") % number, why=customer, link=link)
        if period.end is not None:
            yield Event(at=period.end, what=_("No longer in the line %(number)s") % number, why=customer, link=link)


def register() -> None:
    contribute(
        "sims.simcard.columns",
        ListColumn(name="holder", title=gettext_lazy("holder"), annotate=with_holder, permission="lines.view_line"),
    )
    contribute("sims.simcard.filters", ListFilter(("line_periods__line__customer", HolderFilter), "lines.view_line"))
    contribute("sims.simcard.filters", ListFilter(InLineFilter, "lines.view_line", order=110))
    contribute(SLOT, Past(lines_held, "lines.view_line", order=30))
