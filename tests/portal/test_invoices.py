"""«Factures»: what is issued and nothing else, as a PDF that is drawn already, with its call detail."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from apps.billing.choices import DocumentPart
from apps.billing.models import Invoice, InvoiceDocument
from apps.usage.models import RatedRecord
from tests.factories import CustomerFactory, IntegratorFactory, RateFactory
from tests.portal.conftest import SignInTo
from tests.portal.worlds import ISSUED_ON, TODAY, Account, a_rate, an_account, bill, call, load, ten_minutes, words
from tests.reading import plain, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


@pytest.fixture
def november() -> object:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """Calls of 8, 4 and 1 minutes with ten minutes included, one to a free number."""
    IntegratorFactory(email="factures@ism.example")
    rate = a_rate()
    RateFactory(version=rate.version, prefix="33800", price_minute=0, special=True, destination="Numéros verts")
    account = an_account(rate, "C1", "33639980001", ten_minutes())
    line = account.line
    load(
        tmp_path,
        call(line, 2, 480),
        call(line, 5, 240),
        call(line, 7, 60),
        call(line, 9, 60, CORRESPONDANT="33800123456"),
    )
    return account


@pytest.fixture
def browser(account: Account, sign_in_to: SignInTo) -> Client:
    return sign_in_to(account.customer)


def invoices_page(browser: Client) -> str:
    return text_of(browser.get(reverse("portal:invoices")))


class TestInvoices:
    def test_are_shown_once_they_are_issued_with_amount_and_due_date(self, account: Account, browser: Client) -> None:
        (invoice,) = bill()
        page = invoices_page(browser)
        for said in (f"Facture {invoice.number}", "03/11/2026", "du 01/10/2026 au 31/10/2026", "03/12/2026"):
            assert said in page
        assert plain(f"{invoice.gross}".replace(".", ",")) in page
        assert "impayé" not in page

    def test_are_not_shown_as_drafts(self, account: Account, browser: Client) -> None:
        (draft,) = bill(issue=False)
        assert "Il n’y a pas encore de facture" in invoices_page(browser)
        assert "Il n’y a pas encore de facture" in text_of(browser.get(reverse("portal:home")))
        for name in ("invoice_pdf", "calls"):
            assert browser.get(reverse(f"portal:{name}", args=[draft.pk])).status_code == 404

    def test_open_and_download_as_the_pdf_that_the_integrator_keeps(self, account: Account, browser: Client) -> None:
        (invoice,) = bill()
        address = reverse("portal:invoice_pdf", args=[invoice.pk])
        opened, downloaded = browser.get(address), browser.get(f"{address}?telecharger")
        assert opened["Content-Type"] == "application/pdf"
        assert opened["Content-Disposition"].startswith("inline")
        assert downloaded["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'
        assert "no-store" in opened["Cache-Control"]
        with pikepdf.open(io.BytesIO(opened.content)) as document:
            assert len(document.pages) == 2  # the call detail is with it
            assert str(document.docinfo["/Title"]) == f"Facture {invoice.number}"

    def test_say_so_while_they_are_not_drawn_and_draw_nothing(
        self, account: Account, browser: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)
        (invoice,) = bill()
        assert "PDF en préparation" in invoices_page(browser)
        page = text_of(browser.get(reverse("portal:invoice_pdf", args=[invoice.pk])))
        assert "Le PDF est en préparation" in page
        assert InvoiceDocument.objects.count() == 0

    def test_show_credit_notes_with_what_they_cancel_and_nothing_to_pay(
        self, account: Account, browser: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)
        (invoice,) = bill()
        credit_note(invoice)
        page = invoices_page(browser)
        assert "Avoir A2026-000001 annule F2026-000001" in words(browser.get(reverse("portal:invoices")))
        assert page.count("03/12/2026") == 1


class TestCallDetail:
    def test_lists_calls_with_masked_numbers_and_never_the_free_ones(self, account: Account, browser: Client) -> None:
        (invoice,) = bill()
        page = text_of(browser.get(reverse("portal:calls", args=[invoice.pk])))
        assert "3 communications" in page
        assert page.count("06 39 98") + page.count("+33 6 39 98") >= 3
        assert "06 39 98 00 02" not in page
        assert "Numéros verts" not in page
        for said in ("0:08:00", "inclus", "0,1200", "0,0600"):
            assert said in page

    def test_shows_whole_numbers_to_who_asked_for_them(self, account: Account, browser: Client) -> None:
        account.customer.full_numbers = True
        account.customer.save()
        (invoice,) = bill()
        assert "06 39 98 00 02" in text_of(browser.get(reverse("portal:calls", args=[invoice.pk])))

    def test_comes_as_a_file_for_spreadsheets(self, account: Account, browser: Client) -> None:
        (invoice,) = bill()
        answer = browser.get(reverse("portal:calls_file", args=[invoice.pk, account.line.pk]))
        assert answer["Content-Disposition"].startswith("attachment")
        header, *rows = plain(answer.content.decode("utf-8-sig")).splitlines()
        assert header.split(";")[:3] == ["Date", "Heure", "Type"]
        assert [one.split(";")[0] for one in rows] == ["02/10/2026", "05/10/2026", "07/10/2026"]
        assert [one.split(";")[-1] for one in rows] == ["0,000000", "0,120000", "0,060000"]
        assert "39980002" not in answer.content.decode().replace(" ", "").replace("\u00a0", "")

    def test_gives_no_formula_to_a_spreadsheet(self, account: Account, browser: Client) -> None:
        RatedRecord.objects.update(destination="=1+1")
        (invoice,) = bill()
        file = browser.get(reverse("portal:calls_file", args=[invoice.pk, account.line.pk])).content.decode()
        assert ";'=1+1;" in file
        assert ";=1+1" not in file

    def test_is_not_there_for_who_wants_none(self, account: Account, browser: Client) -> None:
        account.customer.without_call_detail = True
        account.customer.save()
        (invoice,) = bill()
        assert reverse("portal:calls", args=[invoice.pk]) not in invoices_page(browser)
        page = text_of(browser.get(reverse("portal:calls", args=[invoice.pk])))
        assert "n’a pas de détail" in page
        assert "0:08:00" not in page
        for name in ("calls_of_line", "calls_file"):
            assert browser.get(reverse(f"portal:{name}", args=[invoice.pk, account.line.pk])).status_code == 404

    def test_says_when_it_has_been_purged(self, account: Account, browser: Client) -> None:
        (invoice,) = bill()
        RatedRecord.objects.all().delete()
        page = text_of(browser.get(reverse("portal:calls", args=[invoice.pk])))
        assert "durée légale de conservation" in page
        assert invoice.documents.filter(part=DocumentPart.ANNEX).exists()

    def test_is_paged(self, account: Account, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("apps.portal.invoices.CALLS_PER_PAGE", 2)
        (invoice,) = bill()
        address = reverse("portal:calls_of_line", args=[invoice.pk, account.line.pk])
        first, second = text_of(browser.get(address)), text_of(browser.get(f"{address}?page=2"))
        assert "Page 1 sur 2" in first
        assert ("02/10/2026" in first, "07/10/2026" in first) == (True, False)
        assert ("02/10/2026" in second, "07/10/2026" in second) == (False, True)

    def test_is_by_line_where_there_are_several(self, account: Account, browser: Client, tmp_path: Path) -> None:
        from tests.factories import LineFactory

        other = LineFactory(customer=account.customer, msisdn="33639980009", user_name="BOB", plan=None)
        (invoice,) = bill()
        # A line without a call has no statement, so it is not asked about.
        assert "BOB" not in text_of(browser.get(reverse("portal:calls", args=[invoice.pk])))
        assert browser.get(reverse("portal:calls_of_line", args=[invoice.pk, other.pk])).status_code == 404


def credit_note(invoice: Invoice) -> None:
    """As issuing would make one; its service is still to come."""
    from apps.documents.choices import DocumentKind

    Invoice.objects.create(
        customer=invoice.customer,
        kind=DocumentKind.CREDIT_NOTE,
        number="A2026-000001",
        position=10_000,
        counter=1,
        series=invoice.series,
        issue_date=ISSUED_ON,
        due_date=ISSUED_ON,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        net=-invoice.net,
        vat=-invoice.vat,
        gross=-invoice.gross,
        cancels=invoice,
        snapshot=invoice.snapshot,
        digest="0" * 64,
        previous_digest="0" * 64,
    )


def test_a_customer_without_anything_is_told_so(sign_in_to: SignInTo) -> None:
    browser = sign_in_to(CustomerFactory())
    for name, said in (
        ("home", "Il n’y a pas encore de facture"),
        ("invoices", "Il n’y a pas encore de facture"),
        ("lines", "Vous n’avez pas encore de ligne"),
        ("account", "Numéro de client"),
    ):
        assert said in text_of(browser.get(reverse(f"portal:{name}")))
