"""«Télécharger les factures»: one file of a run's invoices, with names that every computer takes."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pikepdf
import pytest
from django.test import Client

from apps.billing.choices import DownloadFormat, JobKind
from apps.billing.models import BillingRun
from apps.billing.services import bill_period
from apps.billing.services.downloading import file_name
from apps.billing.services.launching import start_download
from apps.core.exceptions import DomainError
from apps.core.periods import Month
from apps.core.roles import Role
from apps.documents.models import NumberSeries
from apps.jobs.models import Job
from tests.billing.working import said, work_off
from tests.factories import CustomerFactory, LineFactory, UserFactory
from tests.people import SignIn

OCTOBER = Month(2026, 10)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("integrator")]


@pytest.fixture
def issued() -> BillingRun:
    for number, name in (("C1", "ATELIER DURAND"), ("C2", "HOTEL BELLEVUE")):
        LineFactory(customer=CustomerFactory(number=number, name=name), billing_start=OCTOBER.start)
    return bill_period(month=OCTOBER, issue_on=date(2026, 11, 3)).run


def downloaded(run: BillingRun, format: DownloadFormat, client: Client | None = None) -> bytes:
    job = start_download(run=run, format=format, actor=UserFactory(is_superuser=True))
    work_off()
    client = client or Client()
    client.force_login(job.created_by)  # type: ignore[arg-type]
    answer = client.get(f"/files/job/{job.pk}/?download=1")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def test_a_zip_holds_a_pdf_per_invoice(issued: BillingRun) -> None:
    with zipfile.ZipFile(io.BytesIO(downloaded(issued, DownloadFormat.ZIP))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["F2026-000001 ATELIER DURAND.pdf", "F2026-000002 HOTEL BELLEVUE.pdf"]
        for name in archive.namelist():
            with pikepdf.open(io.BytesIO(archive.read(name))) as document:
                assert str(document.docinfo["/Title"]) == f"Facture {name.split()[0]}"
    job = Job.objects.get(kind=JobKind.DOWNLOAD)
    assert (job.file_name, job.done, job.total) == ("factures_2026-10.zip", 2, 2)
    assert said(job) == ["2 factures dans le fichier."]


def test_one_pdf_holds_them_all_with_a_bookmark_each(issued: BillingRun) -> None:
    with pikepdf.open(io.BytesIO(downloaded(issued, DownloadFormat.PDF))) as document:
        with document.open_outline() as outline:
            titles = [str(item.title) for item in outline.root]
        assert titles == ["F2026-000001 ATELIER DURAND", "F2026-000002 HOTEL BELLEVUE"]
        assert len(document.pages) == 2


def test_drafts_say_that_they_are() -> None:
    LineFactory(customer=CustomerFactory(number="C1", name="ATELIER DURAND"), billing_start=OCTOBER.start)
    run = bill_period(month=OCTOBER).run
    with zipfile.ZipFile(io.BytesIO(downloaded(run, DownloadFormat.ZIP))) as archive:
        assert archive.namelist() == ["Brouillon C1 ATELIER DURAND.pdf"]
    assert Job.objects.get().file_name == "brouillons_factures_2026-10.zip"


def test_one_that_cannot_be_drawn_is_told_and_left_out(issued: BillingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.billing.services import downloading

    real = downloading.invoice_pdf

    def refusing(invoice: Any, **more: Any) -> bytes:
        if invoice.customer.number == "C1":
            raise DomainError("Pas de fichier.")
        return real(invoice, **more)

    monkeypatch.setattr(downloading, "invoice_pdf", refusing)
    with zipfile.ZipFile(io.BytesIO(downloaded(issued, DownloadFormat.ZIP))) as archive:
        assert archive.namelist() == ["F2026-000002 HOTEL BELLEVUE.pdf"]
    assert said(Job.objects.get())[1:] == ["F2026-000001 ATELIER DURAND : Pas de fichier."]


def test_numbers_and_names_make_no_folder_and_no_command() -> None:
    NumberSeries.objects.update(pattern="F/{YYYY}/{N:4}")
    line = LineFactory(customer=CustomerFactory(name='"><IMG ../..\\ |'), billing_start=OCTOBER.start)
    run = bill_period(month=OCTOBER, issue_on=date(2026, 11, 3)).run
    invoice = run.invoices.get()
    assert invoice.customer == line.customer
    assert invoice.number == "F/2026/0001"
    assert file_name(invoice) == "F_2026_0001 _IMG .._.._ _.pdf"


def test_two_who_ask_for_the_same_file_wait_for_one(issued: BillingRun) -> None:
    jobs = {start_download(run=issued, format=DownloadFormat.ZIP, actor=UserFactory()) for _ in range(2)}
    jobs.add(start_download(run=issued, format=DownloadFormat.PDF, actor=None))
    assert len(jobs) == 2


def test_the_file_is_for_whoever_may_carry_all_invoices_away(issued: BillingRun, sign_in_as: SignIn) -> None:
    downloaded(issued, DownloadFormat.ZIP)
    address = f"/files/job/{Job.objects.get().pk}/"
    given = {role: sign_in_as(role).get(address).status_code for role in Role}
    may = {Role.ADMINISTRATOR, Role.BILLING, Role.ACCOUNTANT}
    assert given == {role: 200 if role in may else 404 for role in Role}


def test_there_is_nothing_to_download_of_an_empty_run() -> None:
    with pytest.raises(DomainError):
        start_download(run=BillingRun.objects.create(period=OCTOBER.start), format=DownloadFormat.ZIP, actor=None)
