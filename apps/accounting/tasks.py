"""The export as a job: it may be thousands of invoices, and the page that asked for it shows how far it is."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import ngettext

from apps.accounting.choices import RecapFormat
from apps.accounting.services import export_recap
from apps.billing.models import BillingRun
from apps.core.french import euros
from apps.jobs.work import Outcome, Work


def run_export(work: Work) -> Outcome:
    """``parameters``: the run and the format. Run twice, it makes the same file twice, and says so in the journal."""
    run = BillingRun.objects.get(pk=work.parameters["run"])
    format = RecapFormat(work.parameters["format"])
    made = export_recap(run=run, format=format, actor=work.actor, progress=work.progress)
    with transaction.atomic():
        work.keep_file(name=made.name, content_type=made.content_type, data=made.data)
    count = made.export.invoice_count
    sentence = ngettext(
        "%(count)d invoice: %(net)s excluding tax, %(gross)s including tax.",
        "%(count)d invoices: %(net)s excluding tax, %(gross)s including tax.",
        count,
    ) % {"count": count, "net": euros(made.export.net), "gross": euros(made.export.gross)}
    return Outcome(sentences=[sentence])
