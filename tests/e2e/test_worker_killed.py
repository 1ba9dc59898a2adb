"""A worker dies in the middle of giving numbers: whoever watches the page sees it go on, and nothing is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from apps.billing.models import Invoice
from apps.billing.services import compute_run, open_run
from apps.billing.services.launching import start_issuing
from apps.core.periods import Month
from apps.core.roles import Role
from apps.jobs.worker import free_abandoned
from tests.e2e.conftest import Works, a_busy_worker
from tests.e2e.guide import photo
from tests.factories import IntegratorFactory, LineFactory

pytestmark = pytest.mark.django_db(transaction=True)

INVOICES = 12  # three transactions of five
PATIENCE = 60  # seconds


@pytest.fixture
def mortal_worker(live_server: object) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a worker that is killed just before the second transaction of an issue is committed."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
        environment["DIE_AT"] = "7 UPDATE billing_invoice SET"
        command = [sys.executable, "-m", "tests.faults.dying", "work", "--child"]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_the_page_shows_how_numbering_goes_on(
    page_of: Callable[..., Page], mortal_worker: Callable[[], subprocess.Popen[bytes]], works: Works
) -> None:
    IntegratorFactory()
    for _number in range(INVOICES):
        LineFactory(billing_start=date(2026, 10, 1))
    run = compute_run(run=open_run(month=Month(2026, 10)))
    start_issuing(run=run, issue_on=date(2026, 11, 2), actor=None)
    a_busy_worker()
    page = page_of(Role.ADMINISTRATOR)
    page.goto(f"/admin/billing/billingrun/{run.pk}/change/")
    assert mortal_worker().wait(PATIENCE) == -signal.SIGKILL
    given = Invoice.objects.issued().count()
    assert 0 < given < INVOICES

    job = page.locator(".job").first
    expect(job).to_contain_text(f"{given} sur {INVOICES}")
    free_abandoned()  # what the worker's supervisor, and every other worker, does when it is gone
    expect(job).to_contain_text("Reprise")
    photo(page, "tache-reprise")
    works()
    expect(page.locator(".job").filter(has_text="Édition des PDF")).to_contain_text("Terminée")
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == [f"F2026-{number:06d}" for number in range(1, INVOICES + 1)]
    expect(page.get_by_role("link", name=numbers[-1], exact=True)).to_be_visible()
