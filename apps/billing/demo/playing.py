"""Playing the demonstration: take over, load, invoice.

Every step commits whole or goes on where it was interrupted, and is skipped once it is done: what people have changed
since in the demonstration is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.choices import RunState
from apps.billing.demo.reseller import INVOICED_ON, MONTH, TARIFF, Reseller
from apps.billing.models import BillingRun
from apps.billing.services import bill_period
from apps.catalog.imports import OfferImporter
from apps.catalog.models import Offer
from apps.core.exceptions import DomainError
from apps.core.french import long_day, whole
from apps.core.imports import Importer
from apps.core.wording import located_sentence
from apps.customers.imports import CustomerImporter
from apps.customers.models import Customer
from apps.documents.choices import DocumentKind
from apps.documents.models import NumberSeries
from apps.lines.imports import LineImporter
from apps.lines.models import Line
from apps.sims.imports import SimImporter
from apps.sims.models import SimCard
from apps.tariffs.imports import TariffImporter
from apps.tariffs.models import Rate
from apps.usage.choices import FileState
from apps.usage.models import CdrFile
from apps.usage.services import load_file
from apps.usage.wording import load_summary

Tell = Callable[[str], None]


def invoiced_run() -> BillingRun | None:
    """The run that has invoiced the month of the demonstration: nothing is left to play then."""
    return BillingRun.objects.filter(period=MONTH.start, state=RunState.DONE).order_by("pk").first()


def play(*, reseller: Reseller, today: date, actor: User, tell: Tell) -> BillingRun:
    """From files to numbered invoices with their PDFs; ``tell`` hears of each step.

    The month is over when it is played: a clock that says otherwise counts as 2 November 2026.
    """
    today = max(today, INVOICED_ON)
    _take_over(reseller, today, actor, tell)
    for path in reseller.cdrs:
        if not CdrFile.objects.filter(name=path.name).exclude(state=FileState.LOADING).exists():
            tell(load_summary(load_file(path=path, actor=actor)))
    return _invoice(today, actor, tell)


def _take_over(reseller: Reseller, today: date, actor: User, tell: Tell) -> None:
    steps: list[tuple[type[Model], Importer[Any], Path]] = [
        (Offer, OfferImporter(today=today), reseller.offers),
        (Rate, TariffImporter(today=today, table=TARIFF), reseller.tariff),
        (SimCard, SimImporter(today=today), reseller.sims),
        (Customer, CustomerImporter(today=today), reseller.customers),
        (Line, LineImporter(today=today), reseller.lines),
    ]
    for model, importer, path in steps:
        if model._default_manager.exists():  # a file is taken over whole or not at all
            continue
        plan = importer.run(path.read_bytes(), actor=actor, source=path.name)
        if plan.faults:
            raise DomainError(
                _("%(file)s is refused, nothing was written:") % {"file": path.name},
                reasons=[located_sentence(fault) for fault in plan.faults],
            )
        tell(_("%(file)s: %(count)s lines taken over.") % {"file": path.name, "count": whole(len(plan.new))})


def _invoice(today: date, actor: User, tell: Tell) -> BillingRun:
    last = NumberSeries.objects.get(kind=DocumentKind.INVOICE).last_date
    issue_on = INVOICED_ON if last is None or last <= INVOICED_ON else today
    tell(_("Numbering the invoices of %(day)s and drawing their PDFs…") % {"day": long_day(issue_on)})
    return bill_period(month=MONTH, issue_on=issue_on, actor=actor).run
