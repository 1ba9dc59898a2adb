"""Who uses more than the fair-use ceiling of an unlimited offer: «au-delà du plafond»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Any

from django import forms
from django.db.models import Sum
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from apps.catalog.models import Offer
from apps.catalog.quantities import quantity_text
from apps.core.admin import DialogForm, ServiceDialog
from apps.core.periods import Month, days_of
from apps.core.slots import contribute
from apps.customers.models import Customer
from apps.lines.models import Line, Subscription
from apps.usage.choices import RecordKind
from apps.usage.filters import month_name
from apps.usage.models import RatedRecord

MONTHS_OFFERED = 6
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Excess:
    """A line, or a customer whose lines share, that used more in a month than the ceiling that it had."""

    who: Line | Customer
    kind: RecordKind
    used: int
    ceiling: int

    @property
    def used_text(self) -> str:
        return quantity_text(self.kind.usage, self.used)

    @property
    def ceiling_text(self) -> str:
        return quantity_text(self.kind.usage, self.ceiling)

    @property
    def share(self) -> int:
        """Of the ceiling, in percent, rounded down."""
        return 100 * self.used // self.ceiling


def excesses(*, offer: Offer, month: date) -> list[Excess]:
    """Those who had ``offer`` in the month and went beyond its ceiling, the furthest first. A few queries for many."""
    from apps.usage.allowances import allowances  # brings Polars, which a web process needs only from here on
    from apps.usage.columns import UNLIMITED
    from apps.usage.facts import BATCH
    from apps.usage.pools import with_pool_mates

    kinds = {RecordKind[one.kind.upper()] for one in offer.allowances.filter(ceiling__isnull=False)}
    holders = Subscription.objects.overlapping(days_of(Month.of(month))).filter(offer=offer, line__isnull=False)
    everyone = with_pool_mates(set(holders.values_list("line", flat=True)))
    limits = allowances(line_ids=everyone, months=[month], to_ceilings=True)
    own = {(line, kind): amount for line, _month, kind, amount in limits.own.iter_rows()}
    pool_of = {(line, kind): pool for line, _month, kind, pool in limits.members.iter_rows()}

    used_of_pools: dict[tuple[int, int], int] = {}
    beyond: list[tuple[type[Any], int, int, int, int]] = []
    for some in batched(sorted(everyone), BATCH):
        records = RatedRecord.objects.filter(line__in=some, month=month, kind__in=kinds, included=True).order_by()
        sums = records.values("line", "kind").annotate(used=Sum("billed_quantity"))
        for line, kind, used in sums.values_list("line", "kind", "used"):
            limit = own.get((line, kind), 0)
            if pool := pool_of.get((line, kind)):
                rest = 0 if limit == UNLIMITED else max(0, int(used) - limit)
                used_of_pools[pool, kind] = used_of_pools.get((pool, kind), 0) + rest
            elif 0 < limit < used:
                beyond.append((Line, line, kind, int(used), limit))
    for pool, _month, kind, limit in limits.shared.iter_rows():
        if 0 < limit < used_of_pools.get((pool, kind), 0):
            beyond.append((Customer, pool, kind, used_of_pools[pool, kind], limit))

    beyond.sort(key=lambda one: -(one[3] / one[4]))
    rows = {
        model: model.objects.in_bulk([pk for which, pk, *_rest in beyond[:SHOWN] if which is model])
        for model in (Line, Customer)
    }
    return [Excess(rows[model][pk], RecordKind(kind), used, limit) for model, pk, kind, used, limit in beyond[:SHOWN]]


def has_ceiling(offer: Offer) -> bool:
    return offer.allowances.filter(ceiling__isnull=False).exists()


class MonthForm(DialogForm):
    month = forms.ChoiceField(label=_("Month"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = Month.of(localdate())
        months = [current.plus(-back) for back in range(MONTHS_OFFERED)]
        field: Any = self.fields["month"]
        field.choices = [(str(month), month_name(month.start)) for month in months]

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])


def register() -> None:
    for offers in ("plan", "option"):
        contribute(
            f"catalog.{offers}.actions",
            ServiceDialog(
                name="beyond_ceiling",
                title=_("Use beyond the ceiling"),
                description=_("The lines that went beyond the fair-use ceiling in a month, the furthest first."),
                permission="usage.view_ratedrecord",
                form=MonthForm,
                when=has_ceiling,
                service=lambda offer, actor, answers: excesses(offer=offer, month=answers["month"].start),
                answer_template="usage/beyond_ceiling.html",
                icon="speed",
            ),
        )
