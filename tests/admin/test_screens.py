"""What the screens show, over HTTP: the figures that a clerk reads, as France writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.billing.choices import RunState
from apps.billing.models import Invoice
from apps.billing.services import bill_period
from apps.core import files
from apps.core.periods import Month
from apps.customers.models import Customer
from apps.lines.models import Line
from apps.usage.models import RatedRecord
from tests.admin import rows
from tests.factories import CustomerFactory, LineFactory, PlanFactory, RateFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def list_of(client: Client, name: str, query: str = "") -> str:
    return text_of(client, reverse(f"admin:{name}_changelist") + query)


def page_of(client: Client, row: Line | Customer | Invoice) -> str:
    return text_of(client, reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]))


@pytest.fixture
def line() -> Line:
    customer = CustomerFactory(number="C0704", name="ATELIER DURAND")
    return LineFactory(msisdn="33639981234", customer=customer, plan=PlanFactory(label="Forfait Pro"))


@pytest.fixture
def invoice(line: Line) -> Invoice:
    rows.integrator()
    return rows.an_invoice(rows.a_run(date(2026, 10, 1), RunState.DONE), line, 0)


def test_the_fleet_is_listed_and_searched(admin: Client, line: Line) -> None:
    LineFactory(msisdn="33639980000")
    found = list_of(admin, "lines_line", "?q=%2B33+6+39+98+12+34")
    for shown in ("06 39 98 12 34", "ATELIER DURAND", "Forfait Pro", "Active", "01/01/2026"):
        assert shown in found
    assert "06 39 98 00 00" not in found


def test_the_page_of_a_line_tells_what_it_has_been(admin: Client, line: Line) -> None:
    rows.children(line)
    rows.a_rated_record(rows.a_file(1), line, 1)
    page = page_of(admin, line)
    sim = line.sims.get().sim
    for shown in (
        sim.iccid,
        "depuis le 01/01/2026",
        "10,00 €",
        "5,00 €",
        "10 %",
        "Frais de mise en service",
        "Utilisateur : PAUL DURAND → JEANNE MARTIN",
        "octobre 2026",
    ):
        assert shown in page


def test_a_customer_is_listed_with_its_lines_in_service(admin: Client, line: Line) -> None:
    LineFactory(customer=line.customer)
    LineFactory(customer=line.customer, terminated=True)
    shown = list_of(admin, "customers_customer", "?q=C0704")
    assert '<td class="field-line_count' in shown
    assert admin.get(reverse("admin:customers_customer_changelist")).context["cl"].result_list[0].line_count == 2


def test_a_clerk_without_a_right_to_lines_sees_none_on_the_page_of_a_customer(sign_in: SignIn, line: Line) -> None:
    clerk = sign_in("customers.view_customer")
    assert "06 39 98 12 34" not in page_of(clerk, line.customer)
    assert "field-line_count" not in list_of(clerk, "customers_customer")
    informed = sign_in("customers.view_customer", "lines.view_line")
    assert "06 39 98 12 34" in page_of(informed, line.customer)


def test_rates_are_found_by_prefix_and_destination(admin: Client) -> None:
    rate = RateFactory(prefix="212", destination="Maroc", price_minute=Decimal("0.006"))
    RateFactory(version=rate.version, prefix="2126", destination="Maroc mobile")
    RateFactory(version=rate.version, prefix="336")
    assert "0,006 €/min" in list_of(admin, "tariffs_rate", "?q=212")
    for query, found in (("?q=212", 2), ("?q=maroc+mobile", 1), (f"?version={rate.version_id}", 3), ("?version=0", 0)):
        assert admin.get(reverse("admin:tariffs_rate_changelist") + query).context["cl"].result_count == found


def test_records_of_a_line_and_a_month_are_read_by_the_index(admin: Client, line: Line) -> None:
    file = rows.a_file(1)
    rows.a_rated_record(file, line, 1)
    rows.a_rated_record(file, LineFactory(), 2)
    address = reverse("admin:usage_ratedrecord_changelist")
    listed = admin.get(f"{address}?line__id__exact={line.pk}&month=2026-10").context["cl"]
    assert [record.line_id for record in listed.result_list] == [line.pk]
    if connection.vendor == "sqlite":  # PostgreSQL reads a table of two rows without its indexes
        assert "USING INDEX usage_rated" in listed.queryset.explain()
    assert admin.get(f"{address}?month=nonsense").context["cl"].result_count == 0
    assert RatedRecord.objects.months() == [date(2026, 10, 1)]


def test_waiting_records_say_why_they_wait(admin: Client) -> None:
    file = rows.a_file(1)
    for number in range(4):
        rows.a_waiting_record(file, number)
    shown = list_of(admin, "usage_suspendedrecord")
    for reason in ("Numéro inconnu", "Ligne inactive à cette date", "Sans tarif", "Mal formé"):
        assert reason in shown
    filtered = admin.get(reverse("admin:usage_suspendedrecord_changelist") + "?reason__exact=unrated")
    assert filtered.context["cl"].result_count == 1


def test_an_invoice_shows_its_lines_by_mobile_line_and_its_totals(admin: Client, invoice: Invoice) -> None:
    page = page_of(admin, invoice)
    for shown in ("F202611-00001", "06 39 98 12 34", "1 199,50 €", "-19,95 €", "1 234,50 €", "246,90 €", "1 481,40 €"):
        assert shown in page
    assert files.address("invoice", invoice.pk) in page


def test_invoices_are_found_by_number_customer_and_state(admin: Client, invoice: Invoice, line: Line) -> None:
    draft = rows.an_invoice(rows.a_run(date(2026, 9, 1), RunState.REVIEW), line, 1, issued=False)
    address = reverse("admin:billing_invoice_changelist")
    for query, found in (
        ("?q=F202611", [invoice]),
        ("?q=00001", [invoice]),
        ("?q=ATELIER", [draft, invoice]),
        ("?q=NOBODY", []),
        ("?state=draft", [draft]),
        ("?state=issued", [invoice]),
        (f"?run__id__exact={draft.run_id}", [draft]),
    ):
        assert set(admin.get(address + query).context["cl"].result_list) == set(found), query
    assert "Brouillon" in list_of(admin, "billing_invoice", "?state=draft")


@pytest.mark.parametrize("attempt", ["change", "delete", "history"])
def test_an_issued_invoice_takes_no_post(admin: Client, invoice: Invoice, attempt: str) -> None:
    answer = admin.post(reverse(f"admin:billing_invoice_{attempt}", args=[invoice.pk]), {"net": "0", "post": "yes"})
    assert answer.status_code in (403, 405)
    assert Invoice.objects.get(pk=invoice.pk).net == Decimal("1234.50")


@pytest.mark.django_db(transaction=True)
def test_view_opens_the_pdf_and_download_keeps_it(admin: Client) -> None:
    rows.integrator()
    line = LineFactory(billing_start=date(2026, 10, 1))
    run = bill_period(month=Month(2026, 10)).run
    draft = run.invoices.get()
    assert draft.customer == line.customer
    opened = admin.get(files.address("invoice", draft.pk))
    assert b"".join(opened.streaming_content).startswith(b"%PDF")  # type: ignore[arg-type]
    assert opened["Content-Disposition"] == f'inline; filename="brouillon-{line.customer.number}.pdf"'
    kept = admin.get(files.address("invoice", draft.pk, download=True))
    assert kept["Content-Disposition"].startswith("attachment")
