"""Days are typed into filters as France writes them, and the last one is included."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.billing.models import Invoice
from apps.jobs.models import Job
from tests.admin import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued() -> str:
    """An invoice of 3 November 2026."""
    rows.make(1)
    invoice = Invoice.objects.filter(issue_date=rows.ISSUED_ON).earliest("pk")
    assert invoice.number is not None
    return invoice.number


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("03/11/2026", "03/11/2026", True),
        ("2026-11-03", "2026-11-03", True),
        ("04/11/2026", "", False),
        ("", "02/11/2026", False),
        ("11/03/2026", "12/03/2026", False),
        ("31/02/2026", "no day", True),
    ],
)
def test_invoices_are_found_by_their_day(admin: Client, issued: str, since: str, until: str, found: bool) -> None:
    asked = {"issue_date_from": since, "issue_date_to": until}
    page = admin.get(reverse("admin:billing_invoice_changelist"), asked)
    assert (issued in {invoice.number for invoice in page.context["cl"].result_list}) == found


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [("01/01/0001", "", 1), ("", "0001-01-01", 0), ("0001-01-01", "31/12/9999", 1), ("31/12/9999", "", 0)],
)
def test_the_ends_of_the_calendar_are_days_like_others(admin: Client, since: str, until: str, found: int) -> None:
    rows.a_job(0)
    asked = {"created_at_from": since, "created_at_to": until}
    assert admin.get(reverse("admin:jobs_job_changelist"), asked).context["cl"].result_count == found


def test_tasks_are_found_by_the_day_they_began(admin: Client) -> None:
    job = rows.a_job(0)
    Job.objects.filter(pk=job.pk).update(created_at="2026-11-03T22:30:00Z")  # half past eleven in Paris
    for day, found in (("03/11/2026", [job]), ("04/11/2026", [])):
        asked = {"created_at_from": day, "created_at_to": day}
        page = admin.get(reverse("admin:jobs_job_changelist"), asked)
        assert list(page.context["cl"].result_list) == found
