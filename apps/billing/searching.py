"""Invoices in the search box."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.billing.models import Invoice
from apps.core.french import euros
from apps.core.search import SLOT, visible
from apps.core.slots import Found, SearchSource, contribute


def find_invoices(request: HttpRequest, text: str, limit: int) -> list[Found]:
    """By their number, its beginning or its end; the latest first."""
    rows = visible(request, Invoice).filter(Q(number__istartswith=text) | Q(number__iendswith=text))
    return [
        Found(str(one), _about(one), reverse("admin:billing_invoice_change", args=[one.pk]))
        for one in rows.select_related("customer").order_by("-pk")[:limit]
    ]


def _about(invoice: Invoice) -> str:
    issued = "" if invoice.issue_date is None else date_format(invoice.issue_date, "SHORT_DATE_FORMAT")
    return f"{invoice.customer.name} · {issued} · {euros(invoice.gross)}"


def register() -> None:
    contribute(SLOT, SearchSource(_("Invoices"), find_invoices, "billing.view_invoice", order=40))
