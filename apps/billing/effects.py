"""What a change of offers does to money, worked out by the engine that makes the drafts.

The change is made in a savepoint, the draft looked at, and everything taken back: what is shown is what the run would
make of it, prorated slices, refunds of what was billed in advance, fees and allowances included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.billing.choices import LineKind
from apps.billing.drafting import DraftLine, draft_of
from apps.billing.facts import Rules, facts_of, rules_now
from apps.billing.labels import month_name
from apps.billing.models import Invoice
from apps.billing.vat import NoRule
from apps.catalog.choices import OfferKind
from apps.core import french
from apps.core.french import NBSP, euros
from apps.core.money import total
from apps.core.periods import Month
from apps.core.slots import contribute
from apps.documents.choices import DocumentKind
from apps.lines.models import Line
from apps.lines.operations.offers import EFFECT
from apps.lines.services import tried
from apps.usage.choices import RecordKind
from apps.usage.consumption import Share, consumption

RECURRING = (LineKind.SUBSCRIPTION, LineKind.OPTION)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a line pays and may use at one moment of the trial."""

    invoice: list[DraftLine]
    monthly: Decimal
    allowances: dict[RecordKind, str]


def effect_of_offers(*, line: Line, on: date, today: date, change: Callable[[], object]) -> Iterator[str]:
    """Sentences: the line's part of the next invoice that the change concerns, then each month, then what is included.

    Nothing where the customer's invoices cannot be drafted at all: the run says why.
    """
    month, run = Month.of(on), _run_concerned(line, on, today)
    later = max(run, month).next()
    rules = rules_now()

    def look() -> Seen:
        return Seen(
            invoice=_part_of(line, run, rules, since=month if run > next_run(line, today) else None),
            monthly=_regular(line, later, rules),
            allowances=_included(line, month),
        )

    try:
        before = look()
        after = tried(change, look)
    except NoRule:
        return
    yield _("Invoice %(of_month)s for this line: %(before)s → %(after)s excluding tax.") % {
        "of_month": french.of_month(run.start),
        "before": euros(total(one.net for one in before.invoice)),
        "after": euros(total(one.net for one in after.invoice)),
    }
    yield from _differences(before.invoice, after.invoice)
    yield _("Each month from %(month)s on: %(before)s → %(after)s excluding tax and usage.") % {
        "month": month_name(later).lower(),
        "before": euros(before.monthly),
        "after": euros(after.monthly),
    }
    for kind in dict.fromkeys([*before.allowances, *after.allowances]):
        old, new = (one.allowances.get(kind, _("nothing")) for one in (before, after))
        if old != new:
            yield _("Included in %(month)s, %(kind)s: %(before)s → %(after)s.") % {
                "month": month_name(month).lower(),
                "kind": RecordKind(kind).label,
                "before": old,
                "after": new,
            }


def next_run(line: Line, today: date) -> Month:
    """The month of the next invoice: the one after the last that was issued to the customer, else the current one."""
    issued = Invoice.objects.issued().filter(customer=line.customer_id, kind=DocumentKind.INVOICE, run__isnull=False)
    last = issued.order_by("-run__period").values_list("run__period", flat=True).first()
    return Month.of(today) if last is None else Month.of(last).next()


def _run_concerned(line: Line, on: date, today: date) -> Month:
    """The first run that shows the change: the next one, or that of a month to come; one earlier in advance."""
    plan = line.subscriptions.on(on).filter(kind=OfferKind.PLAN).first()
    in_advance = plan is not None and plan.in_advance
    month = Month.of(on)
    return max(next_run(line, today), month.previous() if in_advance else month)


def _drafted(line: Line, run: Month, rules: Rules) -> list[DraftLine]:
    (facts,) = facts_of([line.customer], run=run)
    return [one for one in draft_of(facts, run=run, rules=rules).lines if one.line_id == line.pk]


def _part_of(line: Line, run: Month, rules: Rules, *, since: Month | None) -> list[DraftLine]:
    """The line's part of the invoice of ``run``. ``since``: of a run to come, what runs before it will have billed is
    left out."""
    return [one for one in _drafted(line, run, rules) if since is None or one.period_start >= since.start]


def _regular(line: Line, month: Month, rules: Rules) -> Decimal:
    """What plan and options cost in a whole month, less their discounts."""
    lines = [one for one in _drafted(line, month, rules) if month.start <= one.period_start < month.end]
    charges = [one for one in lines if one.kind in RECURRING]
    discounts = [one for one in lines if one.kind == LineKind.DISCOUNT and one.usage_month is None]
    return total(one.net for one in [*charges, *discounts] if one.subscription_id is not None)


def _included(line: Line, month: Month) -> dict[RecordKind, str]:
    """What the line may use in the month, in words: its own, and that of its customer's pool."""
    uses = consumption(line, month).uses
    return {
        use.kind: " + ".join(_share(share) for share in (use.own, use.shared) if share is not None)
        for use in uses
        if use.own is not None or use.shared is not None
    }


def _share(share: Share) -> str:
    return share.limit_text or _("unlimited")


def _differences(before: list[DraftLine], after: list[DraftLine]) -> Iterator[str]:
    """Each line of the invoice that goes, then each that comes."""
    old, new = (Counter(_said(one) for one in lines) for lines in (before, after))
    for sign, rest in (("−", old - new), ("+", new - old)):
        for said in rest.elements():
            yield f"{sign}{NBSP}{said}"


def _said(line: DraftLine) -> str:
    about = f"{line.label} ({line.detail})" if line.detail else line.label
    return f"{about}{NBSP}: {french.euros(line.net)}"


def register() -> None:
    contribute(EFFECT, effect_of_offers)
