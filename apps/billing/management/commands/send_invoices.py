"""``manage.py send_invoices --run ID``: «Envoyer les factures» for scripts; workers send what it puts in the outbox."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from apps.billing.models import BillingRun
from apps.billing.services.mailing import send_run
from apps.core.commands import Report, ReportCommand
from apps.core.exceptions import DomainError


class Command(ReportCommand):
    help = "Put the issued invoices of a run that have not been sent yet into the outbox, one mail each."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--run", type=int, required=True, metavar="ID", help="the billing run")

    def report(self, **options: Any) -> Report:
        run = BillingRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise DomainError(_("There is no billing run %(number)d.") % {"number": options["run"]})
        if not run.invoices.issued().exists():
            raise DomainError(_("Nothing of this run has been issued yet: drafts are not sent."))
        sent = send_run(run=run, actor=None)
        lines = sent.sentences()
        lines += [f"  ! {invoice} {invoice.customer.name} : {reason}" for invoice, reason in sent.refused]
        return Report(
            lines=lines,
            data={
                "run": run.pk,
                "queued": sent.queued,
                "earlier": sent.earlier,
                "refused": [
                    {"invoice": invoice.number, "customer": invoice.customer.number, "reason": reason}
                    for invoice, reason in sent.refused
                ],
            },
        )
