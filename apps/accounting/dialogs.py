"""«Exporter les factures» on the page of a run, and the journal of what has been exported of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from apps.accounting.choices import RecapFormat
from apps.accounting.exceptions import NothingIssued
from apps.accounting.models import RecapExport
from apps.billing.choices import RunState
from apps.billing.models import BillingRun
from apps.core.admin import DialogForm, ServiceDialog
from apps.core.slots import Panel, contribute
from apps.jobs.models import Job
from apps.jobs.services import start_job

KIND = "accounting.recap"
EXPORTS_SHOWN = 20


class ExportForm(DialogForm):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=RecapFormat.choices,
        initial=RecapFormat.XLSX,
        widget=UnfoldAdminRadioSelectWidget,
        help_text=_("One row per invoice, with the amounts per class and per VAT rate."),
    )


def may_have_issued(run: BillingRun) -> bool:
    return run.state in (RunState.ISSUING, RunState.RENDERING, RunState.DONE)


def start_export(run: BillingRun, actor: Any, answers: dict[str, Any]) -> Job:
    """A job per run and format: whoever asks for the same meanwhile gets the one under way."""
    if not run.invoices.issued().exists():
        raise NothingIssued(_t("Nothing of this run has been issued yet: drafts are not exported."))
    format = answers["format"]
    return start_job(
        kind=KIND,
        actor=actor,
        parameters={"run": run.pk, "format": format},
        about=run,
        key=f"{KIND} {run.pk} {format}",
    )


EXPORT = ServiceDialog(
    name="export_recap",
    title=_("Export the invoices"),
    description=_("Makes the recap file for accounting of the invoices that this run has issued."),
    permission="accounting.export_recap",
    form=ExportForm,
    when=may_have_issued,
    service=start_export,
    done=_("The file is being made: it will appear on this page."),
    icon="table_view",
)


def exports_of(run: BillingRun, request: HttpRequest) -> dict[str, Any]:
    exports = RecapExport.objects.filter(run=run).select_related("exported_by")
    return {"exports": exports[:EXPORTS_SHOWN]}


EXPORTS = Panel(
    title=_("Exports"),
    template="accounting/exports.html",
    context=exports_of,
    permission="accounting.view_recapexport",
    order=200,
)


def register() -> None:
    contribute("billing.billingrun.actions", EXPORT)
    contribute("billing.billingrun.panels", EXPORTS)
