"""From the home page to the PDF, as whoever follows the README does it."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from apps.billing.services import bill_period
from apps.core.periods import Month
from tests.factories import CustomerFactory, IntegratorFactory, LineFactory

pytestmark = pytest.mark.django_db(transaction=True)

# What Django, unfold or import-export say where nobody has translated them.  «Import» is French too.
ENGLISH = r"\b(Search|Add|Save|History|Log out|Home|Filters?|Delete|Select|Results?|Export|Yes|No|Change|View)\b"


def assert_french(page: Page) -> None:
    # Codes of products and names of files are not words.
    assert re.findall(ENGLISH, page.locator("body").inner_text()) == []


def test_an_issued_invoice_is_found_and_its_pdf_seen(page: Page) -> None:
    IntegratorFactory()
    customer = CustomerFactory(legal_name="Hôtel Bellevue")
    LineFactory(customer=customer, billing_start=date(2026, 10, 1))
    bill_period(month=Month(2026, 10), issue_on=date(2026, 11, 2))

    assert_french(page)
    page.get_by_role("link", name="Factures", exact=True).click()
    assert_french(page)
    page.get_by_role("link", name="F2026-000001").click()
    assert_french(page)
    with page.context.expect_event("response", lambda response: "/files/invoice/" in response.url) as seen:
        page.get_by_role("link", name="Voir").first.click()
    assert (seen.value.status, seen.value.headers["content-type"]) == (200, "application/pdf")

    # The browser keeps the bytes to its own viewer: ask for them again, with the same cookies.
    document = PdfReader(BytesIO(page.request.get(seen.value.url).body()))
    text = "".join(sheet.extract_text() for sheet in document.pages)
    assert "F2026-000001" in text
    assert "Hôtel Bellevue" in text
