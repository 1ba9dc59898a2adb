"""Runs, invoices and what has been claimed by them."""

from apps.billing.models.claims import OneOffClaim, SliceClaim, StatementClaim
from apps.billing.models.invoices import Drawing, Invoice, InvoiceDocument, InvoiceLine, InvoiceVat
from apps.billing.models.runs import BillingRun, RunItem
from apps.billing.models.sendings import InvoiceSending
from apps.billing.models.vat import VatRule

__all__ = [
    "BillingRun",
    "Drawing",
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceSending",
    "InvoiceVat",
    "OneOffClaim",
    "RunItem",
    "SliceClaim",
    "StatementClaim",
    "VatRule",
]
