"""«Exporter les factures» on the page of a run: who sees it, what it starts, the file that comes out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounting.models import RecapExport
from apps.billing.models import BillingRun
from apps.billing.services import bill_period
from apps.core.periods import Month
from apps.jobs.choices import JobState
from apps.jobs.models import Job
from apps.jobs.worker import WorkerProcess
from tests.factories import IntegratorFactory, LineFactory
from tests.people import SignIn

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)
CONFIRMED = {"_form_submitted": "True"}
ACCOUNTANT = ("billing.view_billingrun", "accounting.export_recap", "accounting.view_recapexport", "jobs.view_job")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> BillingRun:
    monkeypatch.setattr("apps.billing.services.running.render_run", lambda run, lease: None)
    IntegratorFactory()
    LineFactory(billing_start=OCTOBER.start, price=Decimal("31.00"))
    return bill_period(month=OCTOBER, issue_on=date(2026, 11, 3)).run


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def page_of(run: BillingRun) -> str:
    return reverse("admin:billing_billingrun_change", args=[run.pk])


def dialog_of(run: BillingRun) -> str:
    return reverse("admin:billing_billingrun_export_recap", args=[run.pk])


@pytest.mark.parametrize(("format", "beginning"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
def test_an_accountant_gets_the_file_and_the_journal_knows(
    sign_in: SignIn, run: BillingRun, format: str, beginning: bytes
) -> None:
    accountant = sign_in(*ACCOUNTANT)
    assert "Exporter les factures" in accountant.get(page_of(run)).content.decode()
    answer = accountant.post(dialog_of(run), {"format": format, **CONFIRMED})
    assert answer["Location"] == page_of(run)
    WorkerProcess(["default"], until_idle=True).run()

    job = Job.objects.get()
    assert (job.state, job.error, job.done, job.total) == (JobState.DONE, "", 1, 1)
    assert [plain(one) for one in job.result["sentences"]] == ["1 facture : 31,00 € HT, 37,20 € TTC."]
    file = accountant.get(reverse("file", args=["job", job.pk]) + "?download=1")
    assert b"".join(file).startswith(beginning)
    assert f"recapitulatif_2026-10_{run.pk}.{format}" in file["Content-Disposition"]
    export = RecapExport.objects.get()
    assert (export.run, export.format, export.exported_by) == (run, format, job.created_by)
    assert export.sha256 in accountant.get(page_of(run)).content.decode()


def test_two_who_ask_for_the_same_file_get_one_job(admin: Client, run: BillingRun) -> None:
    for format in ("csv", "csv", "xlsx"):
        admin.post(dialog_of(run), {"format": format, **CONFIRMED})
    assert Job.objects.count() == 2


def test_opening_the_dialog_starts_nothing_and_a_format_is_needed(admin: Client, run: BillingRun) -> None:
    assert admin.get(dialog_of(run)).status_code == 200
    assert admin.post(dialog_of(run), {"format": "fec", **CONFIRMED}).context["form"].errors["format"]
    assert not Job.objects.exists()


def test_who_may_only_look_exports_nothing(sign_in: SignIn, run: BillingRun) -> None:
    reader = sign_in("billing.view_billingrun", "accounting.view_recapexport")
    page = reader.get(page_of(run)).content.decode()
    assert "Exporter les factures" not in page
    assert "Rien de ce lancement n’a encore été exporté" in page
    assert reader.post(dialog_of(run), {"format": "csv", **CONFIRMED}).status_code == 403
    assert not Job.objects.exists()


def test_the_journal_is_for_those_who_may_read_it(sign_in: SignIn, run: BillingRun) -> None:
    assert "exporté" not in sign_in("billing.view_billingrun").get(page_of(run)).content.decode()


def test_a_run_that_has_issued_nothing_offers_no_export(admin: Client) -> None:
    IntegratorFactory()
    LineFactory(billing_start=OCTOBER.start, price=Decimal("31.00"))
    run = bill_period(month=OCTOBER).run
    assert "export_recap/" not in admin.get(page_of(run)).content.decode()
    page = admin.post(dialog_of(run), {"format": "csv", **CONFIRMED}).content.decode()
    assert "les brouillons ne s’exportent pas" in page
    assert not Job.objects.exists()
