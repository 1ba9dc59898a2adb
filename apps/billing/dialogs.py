"""What the dialogs of billing say before they act, and how they call the services.

The services are imported when they are called: they bring the libraries that draw PDFs, which no list needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.billing.choices import RunState
from apps.billing.models import BillingRun
from apps.core.periods import Month
from apps.documents.choices import DocumentKind
from apps.usage.filters import month_name
from apps.usage.models import SuspendedRecord

# A person waits for the answer: somebody else's work on the run is told at once.
WAIT_SECONDS = 2.0


def preview_generation(row: None, answers: dict[str, Any]) -> list[str]:
    """The warnings of a month, and the number that its first invoice would get today."""
    month: Month = answers["month"]
    return list(_warnings(month, open_run=BillingRun.objects.unfinished().filter(period=month.start).first()))


def preview_recomputation(run: BillingRun, answers: dict[str, Any]) -> list[str]:
    return list(_warnings(run.month, open_run=run))


def generate(row: None, actor: Any, answers: dict[str, Any]) -> BillingRun:
    from apps.billing.services import bill_period

    return bill_period(month=answers["month"], actor=actor, wait_seconds=WAIT_SECONDS).run


def recompute(run: BillingRun, actor: Any, answers: dict[str, Any]) -> BillingRun:
    from apps.billing.services import compute_run

    return compute_run(run=run, wait_seconds=WAIT_SECONDS)


def can_recompute(run: BillingRun) -> bool:
    return run.state in (RunState.DRAFT, RunState.COMPUTING, RunState.REVIEW)


def _warnings(month: Month, open_run: BillingRun | None) -> Iterator[str]:
    from apps.billing.services.numbers import next_numbers

    today = localdate()
    yield _("Invoices of %(month)s.") % {"month": month_name(month.start)}
    if month.end > today:
        yield _("This month is not over: what is still to come will be billed with the next one.")
    waiting = SuspendedRecord.objects.filter(month=month.start).count()
    if waiting:
        yield ngettext(
            "%(count)d call record of this month is still waiting and will not be billed.",
            "%(count)d call records of this month are still waiting and will not be billed.",
            waiting,
        ) % {"count": waiting}
    if open_run is not None and open_run.invoices.exists():
        yield _("The drafts that have been made already are replaced.")
    yield _("Next invoice number: %(number)s.") % {"number": next_numbers(DocumentKind.INVOICE, today, 1)[0]}
