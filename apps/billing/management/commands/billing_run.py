"""``manage.py billing_run --period 2026-10``: the screen «Lancement des factures» for scripts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.billing.models import BillingRun
from apps.billing.reports import draft_report, run_report
from apps.billing.services import bill_period, preview_run
from apps.billing.services.computing import Refusal
from apps.core.commands import Report, ReportCommand
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.customers.models import Customer


def month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


class Command(ReportCommand):
    help = "Compute the drafts of a month and, with --issue, number them and draw their PDFs."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--period", type=month, required=True, help="month to bill, such as 2026-10")
        parser.add_argument("--customer", action="append", default=[], metavar="NO", help="only these customers")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--dry-run", action="store_true", help="write nothing")
        way.add_argument("--issue", action="store_true", help="number the invoices and draw their PDFs")
        parser.add_argument("--date", type=day, help="invoice date, with --issue; today unless given")

    def report(self, **options: Any) -> Report:
        period: Month = options["period"]
        customers = _customers(options["customer"])
        if options["date"] and not options["issue"]:
            raise DomainError(_("--date goes with --issue."))
        if options["dry_run"]:
            return _preview(period, customers or list(Customer.objects.order_by("number")))
        issue_on = (options["date"] or timezone.localdate()) if options["issue"] else None
        outcome = bill_period(month=period, customers=customers, issue_on=issue_on)
        return _report(
            period,
            run=outcome.run,
            invoices=run_report(outcome.run),
            errors=[(item.customer, item.reason) for item in outcome.refused],
        )


def _customers(numbers: Sequence[str]) -> list[Customer]:
    found = list(Customer.objects.filter(number__in=numbers).order_by("number"))
    unknown = sorted(set(numbers) - {customer.number for customer in found})
    if unknown:
        raise DomainError(_("Unknown customers: %(numbers)s.") % {"numbers": ", ".join(unknown)})
    return found


def _preview(period: Month, customers: Sequence[Customer]) -> Report:
    invoices, errors = [], []
    for customer, outcome in preview_run(month=period, customers=customers):
        if isinstance(outcome, Refusal):
            errors.append((customer, outcome.reason))
        else:
            invoices.append(draft_report(customer, outcome))
    return _report(period, run=None, invoices=invoices, errors=errors)


def _report(
    period: Month, *, run: BillingRun | None, invoices: list[dict[str, Any]], errors: list[tuple[Customer, str]]
) -> Report:
    data = {
        "run": None if run is None else run.pk,
        "state": "preview" if run is None else str(run.state),
        "invoices": invoices,
        "errors": [{"customer": customer.number, "reason": reason} for customer, reason in errors],
    }
    state = _("preview") if run is None else run.get_state_display()
    lines = [_("Period %(period)s: %(state)s") % {"period": period, "state": state}]
    lines += [
        f"  {one['customer']:<12} {one['number'] or '—':<16} {one['net']:>12} {one['gross']:>12}" for one in invoices
    ]
    lines.append(ngettext("%(count)d invoice", "%(count)d invoices", len(invoices)) % {"count": len(invoices)})
    lines += [f"  ! {customer.number} : {reason}" for customer, reason in errors]
    return Report(lines=lines, data=data)
