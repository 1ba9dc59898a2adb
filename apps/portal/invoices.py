"""The customer's invoices: issued ones only, as PDFs that are drawn already, with their call detail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.billing.call_detail import call_page, detailed_lines, listed_records
from apps.billing.models import Invoice
from apps.billing.querysets import InvoiceQuerySet
from apps.billing.services import kept_pdf
from apps.core.files import as_download
from apps.core.spreadsheets import CSV_TYPE, Cell, as_csv
from apps.customers.models import Customer
from apps.documents.annex import CALL_COLUMNS, LABELS, call_cells, price_decimals
from apps.documents.snapshot import Call
from apps.lines.models import Line
from apps.portal.access import for_customers
from apps.portal.paging import others, page_of
from apps.usage.models import RatedRecord

CALLS_PER_PAGE = 100


def seen_invoices(customer: Customer) -> InvoiceQuerySet:
    """What a customer sees: every invoice and credit note from its issue on, never a draft.

    Sent or not: what has a number is owed, and whoever looks for an invoice looks for one that got lost.
    """
    issued: InvoiceQuerySet = customer.invoices.issued()
    return issued.with_document_state().with_call_detail_state().order_by("-issue_date", "-position", "-pk")


@for_customers
def invoices(request: HttpRequest, customer: Customer) -> HttpResponse:
    page = page_of(request, seen_invoices(customer).select_related("cancels"))
    return render(
        request, "portal/invoices.html", {"customer": customer, "page": page, "others": others(request, page)}
    )


@for_customers
def invoice_pdf(request: HttpRequest, customer: Customer, pk: int) -> HttpResponse:
    """The PDF, in the browser or with ``?telecharger`` on disk; a page that says so while it is not drawn yet."""
    invoice = get_object_or_404(seen_invoices(customer), pk=pk)
    document = kept_pdf(invoice)
    if document is None:
        return render(request, "portal/not_drawn.html", {"customer": customer, "invoice": invoice})
    response = HttpResponse(document, content_type="application/pdf")
    name = get_valid_filename(f"{invoice.number}.pdf")
    response["Content-Disposition"] = content_disposition_header("telecharger" in request.GET, name) or "inline"
    return response


@for_customers
def calls(request: HttpRequest, customer: Customer, pk: int) -> HttpResponse:
    """Whose calls the invoice bills: its lines; where there is one, its calls."""
    invoice = get_object_or_404(seen_invoices(customer), pk=pk)
    found = detailed_lines(invoice) if invoice.has_call_detail else Line.objects.none()
    page = page_of(request, found)
    if page.paginator.count == 1:
        return _calls_page(request, customer, invoice, page.object_list[0])
    context = {"customer": customer, "invoice": invoice, "page": page, "others": others(request, page)}
    return render(request, "portal/calls_by_line.html", context)


@for_customers
def calls_of_line(request: HttpRequest, customer: Customer, pk: int, line_pk: int) -> HttpResponse:
    invoice, line = _detailed_line(customer, pk, line_pk)
    return _calls_page(request, customer, invoice, line)


@for_customers
def calls_file(request: HttpRequest, customer: Customer, pk: int, line_pk: int) -> HttpResponse:
    """The calls of a line as CSV, with the numbers masked as on screen."""
    invoice, line = _detailed_line(customer, pk, line_pk)
    section = call_page(listed_records(invoice, line), line, masked=not customer.full_numbers)
    header = [_("Date"), _("Time"), _("Type"), _("Other number"), _("Destination")]
    header += [_("Quantity (seconds, messages, bytes)"), _("Included"), _("Price excluding tax")]
    name = get_valid_filename(f"{invoice.number}-{line.msisdn}.csv")
    return as_download(name, CSV_TYPE, as_csv(header, _rows(section.calls)))


def _rows(calls: tuple[Call, ...]) -> Iterator[list[Cell]]:
    for call in calls:
        yield [
            date(call.started_at.year, call.started_at.month, call.started_at.day),
            f"{call.started_at:%H:%M:%S}",
            LABELS[call.kind, call.direction],
            call.other_number,
            call.destination,
            call.quantity,
            pgettext("included in an allowance", "yes") if call.included else "",
            call.price,
        ]


def _detailed_line(customer: Customer, pk: int, line_pk: int) -> tuple[Invoice, Line]:
    """404 as well for an invoice without call detail: whoever asked for none is shown none."""
    invoice = get_object_or_404(seen_invoices(customer).filter(has_call_detail=True), pk=pk)
    return invoice, get_object_or_404(detailed_lines(invoice), pk=line_pk)


def _calls_page(request: HttpRequest, customer: Customer, invoice: Invoice, line: Line) -> HttpResponse:
    page: Page[RatedRecord] = page_of(request, listed_records(invoice, line), size=CALLS_PER_PAGE)
    records: QuerySet[RatedRecord] = page.object_list  # type: ignore[assignment]  # a slice of a queryset is one
    section = call_page(records, line, masked=not customer.full_numbers)
    decimals = price_decimals(section.calls)
    return render(
        request,
        "portal/calls.html",
        {
            "customer": customer,
            "invoice": invoice,
            "line": line,
            "page": page,
            "others": others(request, page),
            "titles": [column.title for column in CALL_COLUMNS],
            "rows": [call_cells(call, section.bytes_per_mb, decimals) for call in section.calls],
        },
    )
