"""``manage.py export_invoices --run 12 --format csv -o FILE``: «Exporter les factures» for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounting.choices import RecapFormat
from apps.accounting.services import export_recap
from apps.billing.models import BillingRun
from apps.core.commands import Report, ReportCommand
from apps.core.exceptions import DomainError
from apps.core.money import amount_text


class Command(ReportCommand):
    help = "Write the recap of the issued invoices of a run, one row per invoice, for accounting."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--run", type=int, required=True, metavar="ID", help="the billing run")
        parser.add_argument("--format", choices=RecapFormat.values, required=True)
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the file to write")

    def report(self, **options: Any) -> Report:
        run = BillingRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise DomainError(_("There is no run %(number)d.") % {"number": options["run"]})
        output: Path = options["output"]
        try:
            with transaction.atomic():  # what has not been written has not left
                made = export_recap(run=run, format=RecapFormat(options["format"]), actor=None)
                output.write_bytes(made.data)
        except OSError as error:
            raise DomainError(
                _("%(file)s cannot be written: %(reason)s.") % {"file": output, "reason": error.strerror}
            ) from None
        export = made.export
        sentence = ngettext(
            "%(count)d invoice of %(run)s written to %(file)s.",
            "%(count)d invoices of %(run)s written to %(file)s.",
            export.invoice_count,
        ) % {"count": export.invoice_count, "run": run, "file": output}
        data = {
            "run": run.pk,
            "format": export.format,
            "file": str(output),
            "invoices": export.invoice_count,
            "net": amount_text(export.net),
            "gross": amount_text(export.gross),
            "sha256": export.sha256,
        }
        return Report(lines=[sentence], data=data)
