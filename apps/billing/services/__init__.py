"""Verbs of billing: compute drafts, issue them, draw the PDFs, verify the ledger."""

from apps.billing.services.computing import compute_run, preview_run
from apps.billing.services.issuing import issue_run
from apps.billing.services.ledger import verify_ledger
from apps.billing.services.rendering import invoice_pdf, kept_pdf, render_run
from apps.billing.services.running import RunOutcome, bill_period, finish_run, generate_drafts, open_run

__all__ = [
    "RunOutcome",
    "bill_period",
    "compute_run",
    "finish_run",
    "generate_drafts",
    "invoice_pdf",
    "issue_run",
    "kept_pdf",
    "open_run",
    "preview_run",
    "render_run",
    "verify_ledger",
]
