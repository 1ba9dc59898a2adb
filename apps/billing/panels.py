"""What billing shows on its own pages and contributes to those of lower apps; the address of its PDFs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.billing.models import Invoice, InvoiceLine
from apps.core import files, french
from apps.core.slots import Panel, contribute
from apps.customers.closing import REMARKS
from apps.customers.models import Customer
from apps.lines.models import Line

INVOICES_SHOWN = 12
LINES_SHOWN = 500


@dataclass(frozen=True)
class Block:
    """The invoice lines of one mobile line; without a number, those of the customer as a whole."""

    msisdn: str
    user_name: str
    lines: Sequence[InvoiceLine]
    net: Decimal


def content_of(invoice: Invoice, request: HttpRequest) -> dict[str, Any]:
    lines = list(invoice.lines.order_by("msisdn", "position")[:LINES_SHOWN])
    nets = invoice.lines.net_by_mobile_line()
    return {
        "blocks": list(_blocks(lines, nets)),
        "vat_totals": invoice.vat_totals.all(),
        "is_cut": len(lines) == LINES_SHOWN,
    }


def _blocks(lines: Sequence[InvoiceLine], nets: dict[str, Decimal]) -> Iterator[Block]:
    for msisdn, grouped in groupby(lines, key=lambda line: line.msisdn):
        of_line = list(grouped)
        yield Block(msisdn, of_line[-1].user_name, of_line, nets[msisdn])


def invoices_of_customer(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    return {
        "invoices": customer.invoices.order_by("-issue_date", "-pk")[:INVOICES_SHOWN],
        "all_invoices": f"{reverse('admin:billing_invoice_changelist')}?customer__id__exact={customer.pk}",
    }


def balance_of_customer(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    """What has been invoiced: nobody keeps payments yet, so nothing can be called unpaid."""
    return {"balance": customer.invoices.balance(localdate()), "has_invoices": customer.invoices.exists()}


def remarks_on_closing(customer: Customer, on: date) -> Iterator[str]:
    """Drafts that wait: nothing of the customer need be open for them to be issued."""
    drafts = customer.invoices.drafts().count()
    if drafts:
        yield ngettext(
            "%(count)s draft of an invoice waits: it will be issued as any other.",
            "%(count)s drafts of invoices wait: they will be issued as any other.",
            drafts,
        ) % {"count": french.whole(drafts)}


def invoices_of_line(line: Line, request: HttpRequest) -> dict[str, Any]:
    return {"invoices": Invoice.objects.with_net_of(line.pk)[:INVOICES_SHOWN]}


CONTENT = Panel(
    title=_("Invoice lines"),
    template="billing/invoice_content.html",
    context=content_of,
    permission="billing.view_invoice",
    tab=False,
)


def find_pdf(request: HttpRequest, pk: int) -> files.Content | None:
    """An invoice as its customer gets it, or its draft."""
    from apps.billing.services import invoice_pdf

    invoice = Invoice.objects.select_related("customer").filter(pk=pk).first()
    if invoice is None:
        return None
    name = invoice.number or f"brouillon-{invoice.customer.number}"
    return files.Content(f"{name}.pdf", "application/pdf", invoice_pdf(invoice))


def register() -> None:
    contribute(REMARKS, remarks_on_closing)
    contribute(files.SLOT, files.Source("invoice", "billing.view_invoice", find_pdf))
    contribute(
        "customers.customer.panels",
        Panel(
            title=_("Invoices"),
            template="billing/customer_invoices.html",
            context=invoices_of_customer,
            permission="billing.view_invoice",
            order=20,
        ),
    )
    contribute(
        "customers.customer.panels",
        Panel(
            title=_("Balance"),
            template="billing/customer_balance.html",
            context=balance_of_customer,
            permission="billing.view_invoice",
            order=30,
        ),
    )
    contribute(
        "lines.line.panels",
        Panel(
            title=_("Invoices"),
            template="billing/line_invoices.html",
            context=invoices_of_line,
            permission="billing.view_invoice",
            order=30,
        ),
    )
