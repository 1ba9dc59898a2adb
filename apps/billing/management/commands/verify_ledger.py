"""``manage.py verify_ledger``: what an auditor would recompute."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.billing.services import verify_ledger
from apps.core.commands import Report, ReportCommand


class Command(ReportCommand):
    help = "Check numbers, totals, hashes, statements and documents; exit 1 with each fault found."

    def report(self, **options: Any) -> Report:
        found = verify_ledger()
        return Report(
            lines=[
                _("%(invoices)d invoices, %(statements)d usage statements, %(documents)d documents checked.")
                % {"invoices": found.invoices, "statements": found.statements, "documents": found.documents},
                *([_("The ledger is sound.")] if found.ok else []),
            ],
            data={
                "ok": found.ok,
                "invoices": found.invoices,
                "statements": found.statements,
                "documents": found.documents,
                "faults": found.faults,
            },
            refusals=found.faults,
        )
