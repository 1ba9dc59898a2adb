"""What somebody who may only look finds of the month: everything to read, no button, and no way round it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from apps.billing.models import BillingRun, Invoice
from apps.core.roles import Role
from apps.jobs.models import Job
from apps.messaging.models import Delivery
from apps.usage.models import CdrFile
from tests.admin import rows

pytestmark = pytest.mark.django_db(transaction=True)

OPENS_A_DIALOG = "[hx-target='#modal-content']"
# «Télécharger les factures» is not among them: it shows what the lists show.
LABELS = re.compile(
    "Chargement|Annuler le chargement|Valoriser à nouveau|Générer les factures|Refaire la facturation|"
    "Valider et numéroter|Envoyer|Exporter les factures|Réessayer les échecs"
)


@pytest.fixture
def reader(page_of: Callable[..., Page]) -> Page:
    rows.make(1)
    return page_of(Role.READER)


def forbidden_dialogs() -> list[str]:
    run, invoice = BillingRun.objects.earliest("pk"), Invoice.objects.earliest("pk")
    delivery, file = Delivery.objects.earliest("pk"), CdrFile.objects.earliest("pk")
    return [
        reverse("admin:usage_cdrfile_load"),
        reverse("admin:usage_cdrfile_back_out", args=[file.pk]),
        reverse("admin:usage_suspendedrecord_rate_pending"),
        reverse("admin:billing_billingrun_generate"),
        *(
            reverse(f"admin:billing_billingrun_{name}", args=[run.pk])
            for name in ("recompute", "issue", "draw", "send_all", "export_recap")
        ),
        reverse("admin:billing_invoice_send", args=[invoice.pk]),
        reverse("admin:messaging_delivery_resend", args=[delivery.pk]),
        reverse("admin:messaging_delivery_retry_failed"),
    ]


def buttons_on_lists(page: Page) -> dict[str, list[str]]:
    """What the lists of the month have to press, by list."""
    found = {}
    models = ("usage_cdrfile", "usage_suspendedrecord", "billing_billingrun", "billing_invoice", "messaging_delivery")
    for name in models:
        page.goto(reverse(f"admin:{name}_changelist"))
        expect(page.locator("#result_list")).to_be_visible()
        found[name] = page.locator(OPENS_A_DIALOG).filter(has_text=LABELS).all_inner_texts()
    return found


def test_lists_of_the_month_show_figures_and_no_button(reader: Page, page_of: Callable[..., Page]) -> None:
    there = buttons_on_lists(page_of(Role.ADMINISTRATOR))
    assert all(there.values()), there
    assert buttons_on_lists(reader) == {name: [] for name in there}


def test_posts_of_the_month_are_refused(reader: Page) -> None:
    before = (BillingRun.objects.count(), Job.objects.count(), Delivery.objects.count())
    reader.goto("/admin/")
    token = reader.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    for address in forbidden_dialogs():
        headers = {"Referer": reader.url, "X-CSRFToken": token}
        answer = reader.request.post(address, form={"month": "2026-10"}, headers=headers)
        assert answer.status == 403, address
        assert "Votre compte n’a pas ce droit" in answer.text(), f"{address} is refused for another reason"
    assert (BillingRun.objects.count(), Job.objects.count(), Delivery.objects.count()) == before
